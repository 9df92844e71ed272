#!/usr/bin/python3
"""Accuracy lost by pairs of circuits under the same campaign, with bootstrap intervals, as a Markdown table.

usage: compare_losses.py RESULTS.sqlite...

Pairs are cells named ev_X (area-optimised) and ft_X (fault-aware) of configs/evolved/fault_aware_*.yaml. Loss: percentage
points against the fault-free run of the same circuit, mean over trials by their weight (the size of the class of faults).
Rate sweeps: trials with one number have their faulty PEs in the same places, so differences are paired: 10,000 bootstrap
resamples of the pairs (percentile interval) and Wilcoxon's signed-rank test (normal approximation, ties by mean rank).
Single faults: the circuits have different faults; 10,000 resamples of each circuit's classes, independently.
"""
import pathlib
import sqlite3
import sys

import numpy

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "lib"))
import loss_statistics  # noqa: E402

RESAMPLES = 10_000


def mean(loss, weight):
    return numpy.average(loss, weights=weight)


def losses(database, cell):
    """Arrays over the trials of a cell, in order: loss in points and weight; whether all are of a rate sweep."""
    rows = database.execute(
        f"""SELECT {loss_statistics.LOSS}, trial.weight, rate IS NOT NULL
           FROM trial JOIN cell USING (cell) JOIN result USING (trial)
           WHERE cell = ? AND mitigation = 'none' ORDER BY trial""", (cell,)).fetchall()
    if not rows:
        sys.exit(f"cell {cell} has no trials\n  fix: finish the campaign (faultwave campaign --resume)")
    loss, weight, is_rate = zip(*rows)
    return numpy.array(loss), numpy.array(weight, dtype=float), all(is_rate)


def compare(path):
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    cells = {name: (cell, network, accelerator, 100 * golden / images)
             for cell, name, network, accelerator, golden, images in database.execute(
                 "SELECT cell, name, network, accelerator, golden_correct, images FROM cell")}
    pairs = [name[3:] for name in cells if name.startswith("ev_") and "ft_" + name[3:] in cells]
    if not pairs:
        sys.exit(f"{path}: no cells ev_X and ft_X\n  fix: pass results of configs/evolved/fault_aware_*.yaml")
    for pair in pairs:
        rng = numpy.random.default_rng(loss_statistics.SEED)
        cell, network, accelerator, golden = cells["ev_" + pair]
        area, area_weight, is_rate = losses(database, cell)
        fault, fault_weight, _ = losses(database, cells["ft_" + pair][0])
        difference = mean(fault, fault_weight) - mean(area, area_weight)
        if is_rate:
            if len(area) != len(fault):
                sys.exit(f"{path}: {pair}: {len(area)} and {len(fault)} trials\n  fix: finish the campaign (--resume)")
            differences = loss_statistics.bootstrap(numpy.mean, fault - area, count=RESAMPLES, rng=rng)
            test = f"{loss_statistics.wilcoxon(fault - area):.3f}"
        else:
            differences = (loss_statistics.bootstrap(mean, fault, fault_weight, count=RESAMPLES, rng=rng)
                           - loss_statistics.bootstrap(mean, area, area_weight, count=RESAMPLES, rng=rng))
            test = "-"
        low, high = loss_statistics.interval(differences)
        accelerator = "GPU" if accelerator.startswith("GPU") else "TPU"
        print(f"| {pair} | {network} | {accelerator} | {len(area)}, {len(fault)} | {golden:.1f}, {cells['ft_' + pair][3]:.1f} "
              f"| {mean(area, area_weight):.2f} | {mean(fault, fault_weight):.2f} "
              f"| {difference:+.2f} ({low:+.2f} to {high:+.2f}) | {test} |")


def main():
    if len(sys.argv) < 2 or sys.argv[1] in ("-h", "--help"):
        sys.exit(__doc__)
    print("| pair | network | accelerator | trials | fault-free %, both | loss, area-optimised | loss, fault-aware "
          "| difference (95 %) | Wilcoxon p |\n|---|---|---|---|---|---|---|---|---|")
    for path in sys.argv[1:]:
        compare(path)


if __name__ == "__main__":
    main()
