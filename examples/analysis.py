#!/usr/bin/env python3
"""Reads the results of a campaign with sqlite3 and pandas, without Faultwave.

    python3 examples/analysis.py results.sqlite [--mitigation NAME] [--top N] [--out FOLDER]

Prints the nets whose faults cost most, the loss by output bit with 95 % intervals, and losses pivoted by
mitigation and output bit (PE when the campaign names no bits). --out writes the same tables as CSV.
The columns are described in docs/results.md. Debian: python3-pandas.
"""
import argparse
import math
import pathlib
import sqlite3
import sys

import numpy
import pandas

Z_95 = 1.959963984540054
CRITICAL_POINTS = 1.0  # A trial is critical when it loses more, as in `faultwave query`.

TRIALS = """
    SELECT trial.trial, trial.weight, trial.pe, trial.rate, result.mitigation,
           cell.multiplier, fault.name AS fault, fault.net, fault.highest_output_bit AS bit,
           100.0 * (cell.golden_correct - result.correct) / cell.images AS loss_points
    FROM trial JOIN cell USING (cell) JOIN result USING (trial) LEFT JOIN fault USING (fault)"""
# Equivalent faults were tried once, as a class: each member gets the result of its class.
MEMBERS = """
    SELECT trial.trial, result.mitigation, member.name AS fault,
           100.0 * (cell.golden_correct - result.correct) / cell.images AS loss_points
    FROM trial JOIN cell USING (cell) JOIN result USING (trial) JOIN fault_member AS member USING (fault)"""


def read(path):
    """(trials, faults): one row per trial and mitigation, one per trial, mitigation and fault of a class."""
    if not pathlib.Path(path).is_file():
        sys.exit(f'analysis.py: {path}: no such file')
    with sqlite3.connect(f'file:{pathlib.Path(path).resolve()}?mode=ro', uri=True) as database:
        try:
            trials = pandas.read_sql_query(TRIALS, database)
            faults = pandas.read_sql_query(MEMBERS, database)
        except (sqlite3.Error, pandas.errors.DatabaseError) as error:
            sys.exit(f'analysis.py: {path}: no results of a campaign ({error})')
    trials['bit'] = trials['bit'].astype('Int64')
    return trials, faults


def wilson(share, count):
    """Wilson's score interval of a share seen in `count` (effective) trials."""
    centre = share + Z_95 ** 2 / (2 * count)
    half = Z_95 * math.sqrt(share * (1 - share) / count + (Z_95 / (2 * count)) ** 2)
    scale = 1 + Z_95 ** 2 / count
    return max(0.0, (centre - half) / scale), min(1.0, (centre + half) / scale)


def bootstrap_mean(losses, weights, resamples=2000):
    """95 % interval of the weighted mean, by drawing trials with replacement; seeded."""
    draw = numpy.random.default_rng(1).integers(len(losses), size=(resamples, len(losses)))
    means = (losses[draw] * weights[draw]).sum(axis=1) / weights[draw].sum(axis=1)
    return numpy.quantile(means, [0.025, 0.975])


def summary(group):
    """Weighted figures of a group of trials."""
    losses, weights = group['loss_points'].to_numpy(), group['weight'].to_numpy(dtype=float)
    critical = float(numpy.average(losses > CRITICAL_POINTS, weights=weights))
    effective = weights.sum() ** 2 / (weights ** 2).sum()  # Kish
    low, high = bootstrap_mean(losses, weights)
    critical_low, critical_high = wilson(critical, effective)
    return pandas.Series({'trials': len(group), 'loss_points': numpy.average(losses, weights=weights),
                          'loss_low': low, 'loss_high': high, 'max_loss': losses.max(),
                          'critical_frac': critical, 'critical_low': critical_low,
                          'critical_high': critical_high})


def worst_nets(faults, mitigation, top):
    """Nets by the mean loss of their faults; gate inputs ("sig_1/A") count for themselves."""
    chosen = faults[faults['mitigation'] == mitigation].copy()
    chosen[['net', 'kind']] = chosen['fault'].str.rsplit('.', n=1, expand=True)
    by_net = chosen.groupby('net')
    table = by_net['loss_points'].agg(mean_loss='mean', max_loss='max', trials='count')
    table['kinds'] = by_net['kind'].agg(lambda kinds: ' '.join(sorted(set(kinds))))
    return table.sort_values(['mean_loss', 'max_loss'], ascending=False, kind='stable').head(top)


def loss_by_bit(trials, mitigation):
    chosen = trials[(trials['mitigation'] == mitigation) & trials['bit'].notna()]
    return pandas.DataFrame({bit: summary(group) for bit, group in chosen.groupby('bit')}).T.rename_axis('bit')


def tried_with_all(trials):
    """Trials with every mitigation, to compare like with like: a campaign may try them in critical trials only."""
    return trials[trials.groupby('trial')['mitigation'].transform('nunique') == trials['mitigation'].nunique()]


def pivot(trials):
    """Weighted mean loss: output bits (or PEs) down, mitigations across."""
    key = 'bit' if trials['bit'].notna().any() else 'pe'
    sums = (trials.assign(lost=trials['loss_points'] * trials['weight'])
            .pivot_table(index=key, columns='mitigation', values=['lost', 'weight'], aggfunc='sum'))
    return sums['lost'] / sums['weight']


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('results')
    parser.add_argument('--mitigation', default='none')
    parser.add_argument('--top', type=int, default=10)
    parser.add_argument('--out', type=pathlib.Path)
    arguments = parser.parse_args()
    trials, faults = read(arguments.results)
    known = sorted(trials['mitigation'].unique())
    if arguments.mitigation not in known:
        sys.exit(f"analysis.py: no results of mitigation '{arguments.mitigation}'; there are: {', '.join(known)}")

    print(f"{trials['trial'].nunique()} trials, mitigations: {', '.join(known)}")
    compared = tried_with_all(trials)
    if len(compared) < len(trials):
        print(f"by mitigation: the {compared['trial'].nunique()} trials in which all were tried")
    tables = {'loss_by_mitigation': pandas.DataFrame(
        {name: summary(group) for name, group in compared.groupby('mitigation')}).T.rename_axis('mitigation')}
    if not faults.empty:
        tables['worst_nets'] = worst_nets(faults, arguments.mitigation, arguments.top)
    if trials['bit'].notna().any():
        tables['loss_by_bit'] = loss_by_bit(trials, arguments.mitigation)
    tables['loss_pivot'] = pivot(compared)
    for name, table in tables.items():
        print(f"\n{name.replace('_', ' ')}")
        print(table.to_string(float_format='{:.3f}'.format))
        if arguments.out:
            arguments.out.mkdir(parents=True, exist_ok=True)
            table.to_csv(arguments.out / f'{name}.csv')


if __name__ == '__main__':
    main()
