#!/usr/bin/env python3
"""Accuracy lost by pairs of circuits under the same campaign, with bootstrap intervals, as a Markdown table.

usage: compare_losses.py RESULTS.sqlite...

Pairs are cells named ev_X (area-optimised) and ft_X (fault-aware) of configs/evolved/fault_aware_*.yaml. Loss: percentage
points against the fault-free run of the same circuit, mean over trials by their weight (the size of the class of faults).
Rate sweeps: trials with one number have their faulty PEs in the same places, so differences are paired: 10,000 bootstrap
resamples of the pairs (percentile interval) and Wilcoxon's signed-rank test (normal approximation, ties by mean rank).
Single faults: the circuits have different faults; 10,000 resamples of each circuit's classes, independently.
"""
import math
import sqlite3
import sys

import numpy

RESAMPLES = 10_000
SEED = 1


def losses(database, cell):
    """Arrays over the trials of a cell, in order: loss in points and weight; whether all are of a rate sweep."""
    rows = database.execute(
        """SELECT 100.0 * (golden_correct - correct) / images, trial.weight, rate IS NOT NULL
           FROM trial JOIN cell USING (cell) JOIN result USING (trial)
           WHERE cell = ? AND mitigation = 'none' ORDER BY trial""", (cell,)).fetchall()
    if not rows:
        sys.exit(f"cell {cell} has no trials\n  fix: finish the campaign (faultwave campaign --resume)")
    loss, weight, is_rate = zip(*rows)
    return numpy.array(loss), numpy.array(weight, dtype=float), all(is_rate)


def resampled_means(loss, weight, rng):
    means = numpy.empty(RESAMPLES)
    for i in range(RESAMPLES):
        drawn = rng.integers(len(loss), size=len(loss))
        means[i] = numpy.average(loss[drawn], weights=weight[drawn])
    return means


def wilcoxon(differences):
    """Two-sided p of the signed-rank test."""
    values = differences[differences != 0]
    if len(values) == 0:
        return 1.0
    magnitudes, inverse, counts = numpy.unique(numpy.abs(values), return_inverse=True, return_counts=True)
    last = numpy.cumsum(counts)
    rank = (last - (counts - 1) / 2)[inverse]
    n = len(values)
    variance = n * (n + 1) * (2 * n + 1) / 24 - (counts ** 3 - counts).sum() / 48
    z = (rank[values > 0].sum() - n * (n + 1) / 4) / math.sqrt(variance)
    return math.erfc(abs(z) / math.sqrt(2))


def compare(path):
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    cells = {name: (cell, network, accelerator, 100 * golden / images)
             for cell, name, network, accelerator, golden, images in database.execute(
                 "SELECT cell, name, network, accelerator, golden_correct, images FROM cell")}
    pairs = [name[3:] for name in cells if name.startswith("ev_") and "ft_" + name[3:] in cells]
    if not pairs:
        sys.exit(f"{path}: no cells ev_X and ft_X\n  fix: pass results of configs/evolved/fault_aware_*.yaml")
    for pair in pairs:
        rng = numpy.random.default_rng(SEED)
        cell, network, accelerator, golden = cells["ev_" + pair]
        area, area_weight, is_rate = losses(database, cell)
        fault, fault_weight, _ = losses(database, cells["ft_" + pair][0])
        difference = numpy.average(fault, weights=fault_weight) - numpy.average(area, weights=area_weight)
        if is_rate:
            if len(area) != len(fault):
                sys.exit(f"{path}: {pair}: {len(area)} and {len(fault)} trials\n  fix: finish the campaign (--resume)")
            drawn = rng.integers(len(area), size=(RESAMPLES, len(area)))
            means = (fault - area)[drawn].mean(axis=1)
            test = f"{wilcoxon(fault - area):.3f}"
        else:
            means = resampled_means(fault, fault_weight, rng) - resampled_means(area, area_weight, rng)
            test = "-"
        low, high = numpy.percentile(means, [2.5, 97.5])
        print(f"| {pair} | {network} | {'GPU' if accelerator.startswith('GPU') else 'TPU'} | {len(area)}, {len(fault)} | {golden:.1f}, {cells['ft_' + pair][3]:.1f} "
              f"| {numpy.average(area, weights=area_weight):.2f} | {numpy.average(fault, weights=fault_weight):.2f} "
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
