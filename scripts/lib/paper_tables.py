"""From results files to the CSV tables of docs/paper."""

import collections
import csv
import io
import json
import sqlite3
import subprocess

import loss_statistics as statistics
import numpy

RESAMPLES = 2000
LOSS = "100.0 * (golden_correct - correct) / images"


def write_csv(path, command, rows):
    """`rows`: dictionaries with the same keys, in the same order."""
    text = io.StringIO()
    text.write(f"# {command}\n")
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({key: f"{value:.4f}" if isinstance(value, float) else value for key, value in row.items()})
    beside = path.with_name(path.name + ".part")
    beside.write_text(text.getvalue())
    beside.replace(path)


def query(program, path, keys, *options):
    """Rows of `faultwave query`."""
    command = [program, "query", path, "--by", keys, "--format", "csv", *options]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return list(csv.DictReader(io.StringIO(output)))


KEPT = ["trials", "loss_points", "max_loss_points", "sdc1_frac", "critical_frac", "critical_lower_frac",
        "critical_upper_frac"]


def loss_table(program, paths, keys, *options):
    """Losses without mitigation, grouped by `keys`."""
    rows = []
    for path in paths:
        for row in query(program, path, "network," + keys, "--mitigation", "none", *options):
            rows.append({**{key: row[key] for key in ["network", *keys.split(",")]},
                         **{key: int(row[key]) if key == "trials" else float(row[key]) for key in KEPT}})
    return rows


def accuracy_table(paths):
    rows = []
    for path in paths:
        variants = json.loads(path.read_text())["variants"]
        for variant in variants:
            runs = {run["name"]: run for run in variant["runs"]}
            exact = runs["exact"]
            # Where the multiplier is exact there is one row only.
            own = runs.get("approximate", exact)
            multiplier, number_format = variant["name"].split()
            rows.append({"network": path.stem.split("-")[1], "multiplier": multiplier, "format": number_format,
                         "images": own["images"], "accuracy_exact": exact["accuracy"], "accuracy": own["accuracy"],
                         "loss_points": 100 * (exact["accuracy"] - own["accuracy"])})
    return rows


def trials(path):
    """[(network, multiplier, rate, {mitigation: loss in points})] of a results file."""
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    found = collections.defaultdict(dict)
    for number, mitigation, loss in database.execute(
            f"SELECT trial, mitigation, {LOSS} FROM trial JOIN cell USING (cell) JOIN result USING (trial)"):
        found[number][mitigation] = loss
    places = {number: place for number, *place in database.execute(
        "SELECT trial, network, multiplier, rate FROM trial JOIN cell USING (cell) ORDER BY trial")}
    database.close()
    return [(*places[number], losses) for number, losses in sorted(found.items())]


def won_back_table(groups, goal=0.8):
    """`groups`: {(names...): [{mitigation: loss}]}, of which the critical ones have all mitigations. Names are
    columns: network, multiplier, and whatever the caller adds."""
    rows = []
    for names, losses in groups.items():
        critical = [trial for trial in losses if len(trial) > 1]
        for mitigation in sorted({name for trial in critical for name in trial} - {"none"}):
            lost = numpy.array([trial["none"] for trial in critical])
            left = numpy.array([trial[mitigation] for trial in critical])
            # Losses are whole images: exactly the goal must not be missed by rounding.
            good = int((left <= (1 - goal) * lost + 1e-9).sum())
            low, high = statistics.interval(statistics.bootstrap(statistics.won_back, lost, left, count=RESAMPLES))
            good_low, good_high = statistics.wilson(good, len(critical))
            rows.append({**dict(names), "mitigation": mitigation, "trials": len(losses), "critical": len(critical),
                         "lost_points": lost.mean(), "won_back_frac": statistics.won_back(lost, left),
                         "lower_frac": low, "upper_frac": high, "goal_reached_frac": good / len(critical),
                         "goal_lower_frac": good_low, "goal_upper_frac": good_high})
    return rows


def grouped(paths, keys, universe=None):
    """Groups for won_back_table: by `keys` of network, multiplier, rate; each network also with all multipliers
    together, and everything together."""
    groups = collections.defaultdict(list)
    for path in paths:
        for network, multiplier, rate, losses in trials(path):
            values = {"network": network, "multiplier": multiplier, "rate": rate}
            for together in ({}, {"multiplier": "all"}, {"multiplier": "all", "network": "all"}):
                names = {key: {**values, **together}[key] for key in keys}
                if universe:
                    names = {"faults": universe, **names}
                groups[tuple(names.items())].append(losses)
    return dict(sorted(groups.items(), key=lambda item: [("~" if value == "all" else str(value))
                                                         for _, value in item[0]]))


def energy_table(paths):
    """Per multiplier: energy, accuracy and what a random stuck-at fault costs (weighted by its class).
    critical_faults: how many of all stuck-at faults are critical, for defects that grow with the circuit."""
    rows = []
    for path in paths:
        database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        for row in database.execute(
                f"""SELECT network, multiplier, energy_pj, 1.0 * golden_correct / images, count(*),
                           sum(weight * {LOSS}) / sum(weight), max({LOSS}),
                           sum(weight * ({LOSS} > 1)) / sum(weight), sum(weight * ({LOSS} > 1)) / sum(weight) *
                           (SELECT sum(weight) FROM fault WHERE fault.cell = trial.cell)
                    FROM trial JOIN cell USING (cell) JOIN result USING (trial) WHERE mitigation = 'none'
                    GROUP BY cell ORDER BY energy_pj"""):
            rows.append(dict(zip(["network", "multiplier", "energy_pj", "accuracy", "trials", "loss_points",
                                  "max_loss_points", "critical_frac", "critical_faults"], row)))
        database.close()
    return rows


def correlation_table(rows, least_accuracy=(0.0, 0.9)):
    """Spearman's correlation of energy with figures of resilience, over the multipliers that leave the network
    at least so much of the best accuracy."""
    result = []
    for network in sorted({row["network"] for row in rows}):
        own = [row for row in rows if row["network"] == network]
        best = max(row["accuracy"] for row in own)
        for share in least_accuracy:
            kept = [row for row in own if row["accuracy"] >= share * best]
            for figure in ("loss_points", "max_loss_points", "critical_frac", "critical_faults", "accuracy"):
                energies = numpy.array([row["energy_pj"] for row in kept])
                figures = numpy.array([row[figure] for row in kept])
                low, high = statistics.interval(
                    statistics.bootstrap(statistics.rank_correlation, energies, figures, count=RESAMPLES))
                result.append({"network": network, "least_accuracy": share * best, "multipliers": len(kept),
                               "energy_against": figure, "spearman": statistics.rank_correlation(energies, figures),
                               "lower": low, "upper": high})
    return result
