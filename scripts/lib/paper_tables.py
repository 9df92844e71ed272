"""From results files to the CSV tables of docs/paper."""

import collections
import csv
import io
import json
import sqlite3
import subprocess

import loss_statistics
import numpy
from loss_statistics import LOSS

RESAMPLES = 2000
EXACT = {"affine_u8": "mul8u_1JFF", "sign_magnitude": "mul8u_1JFF", "int8": "mul8s_1KV8"}


def write_csv(path, command, rows):
    """`rows`: dictionaries with the same keys, in the same order."""
    text = io.StringIO()
    text.write(f"# {command}\n")
    rows = rows or [{"nothing": "no trial was critical"}]
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


def output_nets(program, multiplier):
    """Names of the nets that drive product bits 0 to 15."""
    command = [program, "netlist", "info", multiplier, "--json", "-"]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)["outputs"]


def output_losses(program, path):
    """{(network, cell, multiplier, format): {(bit, kind, pe): loss in points}} of a campaign over output bits. Bits that
    share a net have the trials of the net."""
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    losses = {}
    for cell, *names in database.execute(
            "SELECT cell, network, name, multiplier, number_format FROM cell ORDER BY cell").fetchall():
        of_net = collections.defaultdict(dict)
        for net, kind, pe, loss in database.execute(
                f"""SELECT net, kind, pe, {LOSS} FROM trial JOIN cell USING (cell) JOIN fault USING (fault)
                    JOIN result USING (trial) WHERE trial.cell = ? AND mitigation = 'none' ORDER BY trial""", (cell,)):
            of_net[net][kind, pe] = loss
        losses[tuple(names)] = {(bit, kind, pe): loss for bit, net in enumerate(output_nets(program, names[2]))
                                for (kind, pe), loss in of_net[net].items()}
    database.close()
    return losses


def output_bit_table(program, paths):
    """Losses by stuck product bit."""
    rows = []
    for path in paths:
        for (network, cell, *_), losses in output_losses(program, path).items():
            for bit, kind in sorted({place[:2] for place in losses}):
                own = numpy.array([loss for place, loss in losses.items() if place[:2] == (bit, kind)])
                rows.append({"network": network, "cell": cell, "bit": bit, "kind": kind, "trials": len(own),
                             "loss_points": own.mean(), "max_loss_points": own.max(),
                             "critical_frac": (own > 1).mean()})
    return rows


def pair_table(program, paths):
    """The same product bit stuck in the same PE: every multiplier against the exact one of its format."""
    rows = []
    for path in paths:
        cells = output_losses(program, path)
        exact = {names[3]: losses for names, losses in cells.items() if names[2] == EXACT[names[3]]}
        for (network, _, multiplier, number_format), losses in cells.items():
            if multiplier == EXACT[number_format]:
                continue
            places = sorted(losses)
            own = numpy.array([losses[place] for place in places])
            other = numpy.array([exact[number_format][place] for place in places])
            worst = int((own - other).argmax())
            bit, kind, pe = places[worst]
            rows.append({"network": network, "multiplier": multiplier, "format": number_format, "pairs": len(places),
                         "worse_frac": (own - other > 1).mean(), "better_frac": (other - own > 1).mean(),
                         "loss_points": own.mean(), "exact_loss_points": other.mean(), "bit": bit, "kind": kind,
                         "pe": pe, "largest_loss_points": own[worst], "largest_exact_loss_points": other[worst]})
    return rows


def trials(path):
    """[(network, multiplier, rate, fault or seed, {mitigation: loss in points})] of a results file. Trials of all
    networks that have the same fault, or the same draw of faults, depend on each other."""
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    found = collections.defaultdict(dict)
    for number, mitigation, loss in database.execute(
            f"SELECT trial, mitigation, {LOSS} FROM trial JOIN cell USING (cell) JOIN result USING (trial)"):
        found[number][mitigation] = loss
    places = {number: place for number, *place in database.execute(
        """SELECT trial, network, multiplier, rate, coalesce(fault.name, trial.seed) FROM trial
           JOIN cell USING (cell) LEFT JOIN fault USING (fault) ORDER BY trial""")}
    database.close()
    return [(*places[number], losses) for number, losses in sorted(found.items())]


def won_back_table(groups, goal=0.8):
    """`groups`: {(names...): [(cluster, {mitigation: loss})]}, of which the critical ones have all mitigations. Names
    are columns: network, multiplier, and whatever the caller adds. Intervals: bootstrap over the clusters."""
    def share_of_good(lost, left):
        # Losses are whole images: exactly the goal must not be missed by rounding.
        return (left <= (1 - goal) * lost + 1e-9).mean()

    rows = []
    for names, losses in groups.items():
        critical = [trial for _, trial in losses if len(trial) > 1]
        clusters = numpy.array([str(cluster) for cluster, trial in losses if len(trial) > 1])
        for mitigation in sorted({name for trial in critical for name in trial} - {"none"}):
            lost = numpy.array([trial["none"] for trial in critical])
            left = numpy.array([trial[mitigation] for trial in critical])
            good = share_of_good(lost, left)
            low, high = loss_statistics.interval(loss_statistics.bootstrap(
                loss_statistics.won_back, lost, left, count=RESAMPLES, clusters=clusters))
            num_clusters = len(set(clusters))
            if num_clusters == len(clusters) or good in (0, 1):  # resamples of nothing vary by nothing
                good_low, good_high = loss_statistics.wilson(good * num_clusters, num_clusters)
            else:
                good_low, good_high = loss_statistics.interval(loss_statistics.bootstrap(
                    share_of_good, lost, left, count=RESAMPLES, clusters=clusters))
            rows.append({**dict(names), "mitigation": mitigation, "trials": len(losses), "critical": len(critical),
                         "clusters": num_clusters, "lost_points": lost.mean(),
                         "won_back_frac": loss_statistics.won_back(lost, left), "lower_frac": low, "upper_frac": high,
                         "median_won_back_frac": float(numpy.median(1 - left / lost)), "goal_reached_frac": good,
                         "goal_lower_frac": good_low, "goal_upper_frac": good_high})
    return rows


def grouped(paths, keys, universe=None):
    """Groups for won_back_table: by `keys` of network, multiplier, rate; each network also with all multipliers
    together, and everything together."""
    groups = collections.defaultdict(list)
    for path in paths:
        for network, multiplier, rate, drawn, losses in trials(path):
            values = {"network": network, "multiplier": multiplier, "rate": rate}
            for together in ({}, {"multiplier": "all"}, {"multiplier": "all", "network": "all"}):
                names = {key: {**values, **together}[key] for key in keys}
                if universe:
                    names = {"faults": universe, **names}
                groups[tuple(names.items())].append(((multiplier, drawn) if universe else drawn, losses))
    return dict(sorted(groups.items(), key=lambda item: [("~" if value == "all" else str(value))
                                                         for _, value in item[0]]))


def trial_table(paths_by_faults):
    """One row per trial: what is lost without and with each mitigation; empty where it was not tried."""
    rows = []
    for faults, paths in paths_by_faults.items():
        for path in paths:
            for network, multiplier, _, fault, losses in trials(path):
                rows.append({"faults": faults, "network": network, "multiplier": multiplier, "fault": fault,
                             **{name: f"{loss:.1f}" for name, loss in losses.items()}})
    names = list(dict.fromkeys(name for row in rows for name in row))
    return [{name: row.get(name, "") for name in names} for row in rows]


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
                low, high = loss_statistics.interval(
                    loss_statistics.bootstrap(loss_statistics.rank_correlation, energies, figures, count=RESAMPLES))
                result.append({"network": network, "least_accuracy": share * best, "multipliers": len(kept),
                               "energy_against": figure, "spearman": loss_statistics.rank_correlation(energies, figures),
                               "lower": low, "upper": high})
    return result
