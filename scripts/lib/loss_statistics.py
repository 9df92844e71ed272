"""Statistics of losses: shares won back, rank correlation, the signed-rank test, and intervals."""

import math
from statistics import NormalDist

import numpy

SEED = 1
LOSS = "100.0 * (golden_correct - correct) / images"  # SQL: points that a result of a campaign loses


def bootstrap(figure, *columns, count, rng=None, clusters=None):
    """figure(*columns) of `count` resamples, drawn with replacement; columns are arrays of one length. Rows with the
    same entry in `clusters` are drawn together."""
    rng = rng or numpy.random.default_rng(SEED)
    size = len(columns[0])
    of_cluster = numpy.arange(size)
    if clusters is not None:
        of_cluster = numpy.unique(clusters, return_inverse=True)[1]
    members = numpy.split(numpy.argsort(of_cluster, kind="stable"), numpy.cumsum(numpy.bincount(of_cluster))[:-1])
    results = numpy.empty(count)
    for i in range(count):
        drawn = rng.integers(len(members), size=len(members))
        if len(members) < size:
            drawn = numpy.concatenate([members[cluster] for cluster in drawn])
        results[i] = figure(*(column[drawn] for column in columns))
    return results


def interval(resampled):
    """The 95 % percentile interval; resamples without a figure (nan) do not count."""
    known = resampled[~numpy.isnan(resampled)]
    return tuple(numpy.percentile(known, [2.5, 97.5])) if len(known) else (math.nan, math.nan)


def wilson(successes, count, confidence=0.95):
    """Wilson's score interval of a proportion."""
    if count == 0:
        return 0.0, 1.0
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share = successes / count
    centre = share + z * z / (2 * count)
    half = z * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    return (max(0.0, (centre - half) / (1 + z * z / count)), min(1.0, (centre + half) / (1 + z * z / count)))


def ranks(values):
    """1 for the smallest; equal values share their mean rank."""
    _, inverse, counts = numpy.unique(values, return_inverse=True, return_counts=True)
    return (numpy.cumsum(counts) - (counts - 1) / 2)[inverse]


def rank_correlation(x, y):
    """Spearman's coefficient; nan when one side does not vary."""
    x, y = ranks(x), ranks(y)
    x, y = x - x.mean(), y - y.mean()
    square = (x * x).sum() * (y * y).sum()
    return float((x * y).sum() / math.sqrt(square)) if square > 0 else math.nan


def wilcoxon(differences):
    """Two-sided p of the signed-rank test, by the normal approximation."""
    values = differences[differences != 0]
    if len(values) == 0:
        return 1.0
    _, counts = numpy.unique(numpy.abs(values), return_counts=True)
    n = len(values)
    variance = n * (n + 1) * (2 * n + 1) / 24 - (counts ** 3 - counts).sum() / 48
    z = (ranks(numpy.abs(values))[values > 0].sum() - n * (n + 1) / 4) / math.sqrt(variance)
    return math.erfc(abs(z) / math.sqrt(2))


def won_back(without, mitigated):
    """Share of the loss without mitigation that is won back; nan when nothing was lost."""
    lost = without.sum()
    return 1 - mitigated.sum() / lost if lost else math.nan
