"""Statistics of the paper's tables: shares won back, rank correlations, and their intervals."""

import math
import random
from statistics import NormalDist

RESAMPLES = 2000
SEED = 1


def percentile_interval(values, confidence=0.95):
    """Of sorted or unsorted values, by nearest ranks; (nan, nan) of none."""
    values = sorted(value for value in values if not math.isnan(value))
    if not values:
        return math.nan, math.nan
    tail = (1 - confidence) / 2
    last = len(values) - 1
    return values[round(tail * last)], values[round((1 - tail) * last)]


def bootstrap(items, figure, seed=SEED, resamples=RESAMPLES):
    """Percentile interval of figure(items) when items are drawn anew with replacement."""
    random_numbers = random.Random(seed)
    return percentile_interval([figure(random_numbers.choices(items, k=len(items))) for _ in range(resamples)])


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
    order = sorted(range(len(values)), key=lambda index: values[index])
    result = [0.0] * len(values)
    first = 0
    while first < len(order):
        end = first
        while end < len(order) and values[order[end]] == values[order[first]]:
            end += 1
        for index in order[first:end]:
            result[index] = (first + end + 1) / 2
        first = end
    return result


def correlation(pairs):
    """Pearson's coefficient of [(x, y)]; nan when one side does not vary."""
    count = len(pairs)
    mean_x = sum(x for x, _ in pairs) / count
    mean_y = sum(y for _, y in pairs) / count
    product = sum((x - mean_x) * (y - mean_y) for x, y in pairs)
    square_x = sum((x - mean_x) ** 2 for x, _ in pairs)
    square_y = sum((y - mean_y) ** 2 for _, y in pairs)
    return product / math.sqrt(square_x * square_y) if square_x * square_y > 0 else math.nan


def rank_correlation(pairs):
    """Spearman's coefficient of [(x, y)]."""
    return correlation(list(zip(ranks([x for x, _ in pairs]), ranks([y for _, y in pairs]))))


def won_back(losses):
    """Share of the loss that is won back, of [(loss without mitigation, loss with it)]."""
    lost = sum(without for without, _ in losses)
    return 1 - sum(loss for _, loss in losses) / lost if lost else math.nan
