#include "campaign/statistics.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <vector>

#include "base/error.hpp"
#include "base/rng.hpp"

namespace faultwave::campaign {
namespace {

double log_choose(uint64_t n, uint64_t k) {
  return std::lgamma(static_cast<double>(n) + 1) - std::lgamma(static_cast<double>(k) + 1) -
         std::lgamma(static_cast<double>(n - k) + 1);
}

/// Chance of k critical ones among n draws without replacement from N with K critical ones.
double hypergeometric(uint64_t population, uint64_t critical, uint64_t draws, uint64_t seen) {
  if (seen > critical || draws - seen > population - critical) return 0;
  return std::exp(log_choose(critical, seen) + log_choose(population - critical, draws - seen) -
                  log_choose(population, draws));
}

TEST(NormalQuantile, equals_published_values) {
  // Algorithm AS 241 (Wichura 1988), as in Python's statistics.NormalDist.
  EXPECT_NEAR(normal_quantile(0.975), 1.9599639845400536, 1e-13);
  EXPECT_NEAR(normal_quantile(0.995), 2.5758293035489, 1e-13);
  EXPECT_NEAR(normal_quantile(0.95), 1.6448536269514715, 1e-13);
  EXPECT_NEAR(normal_quantile(0.9), 1.2815515655446008, 1e-13);
  EXPECT_NEAR(normal_quantile(0.6), 0.2533471031357997, 1e-13);
  EXPECT_NEAR(normal_quantile(0.5), 0, 1e-13);
  EXPECT_NEAR(normal_quantile(0.001), -3.0902323061678136, 1e-13);
  EXPECT_NEAR(normal_quantile(1e-10), -6.361340902404056, 1e-13);
}

TEST(NormalQuantile, inverts_the_error_function_from_tail_to_tail) {
  for (int exponent = 1; exponent <= 300; ++exponent) {
    const double tail = std::pow(10.0, -exponent);
    const double x = normal_quantile(tail);
    EXPECT_NEAR(std::erfc(-x / std::sqrt(2.0)) / 2 / tail, 1, 1e-11) << tail;
  }
  for (int i = 1; i < 1000; ++i) {
    EXPECT_NEAR(normal_quantile(i / 1000.0), -normal_quantile(1 - i / 1000.0), 1e-13);
  }
  EXPECT_THROW(normal_quantile(0), InternalError);
  EXPECT_THROW(normal_quantile(1), InternalError);
}

TEST(SampleSize, equals_published_tables) {
  // Leveugle et al. use t = 1.96 and 2.5758 for 95 % and 99 %.
  EXPECT_EQ(sample_size(0, 0.01, 0.95), 9604u);
  EXPECT_EQ(sample_size(0, 0.05, 0.95), 385u);
  EXPECT_EQ(sample_size(0, 0.01, 0.99), 16588u);
  // Krejcie and Morgan, "Determining sample size for research activities" (1970): the same formula,
  // margin 5 %, confidence 95 %; their figures are rounded to the nearest, not up.
  const std::pair<uint64_t, uint64_t> table[] = {
      {10, 10},    {50, 44},    {100, 80},    {200, 132},   {500, 217},    {1000, 278},
      {2000, 322}, {5000, 357}, {10000, 370}, {50000, 381}, {1000000, 384}};
  for (const auto& [population, published] : table) {
    const uint64_t size = sample_size(population, 0.05, 0.95);
    EXPECT_TRUE(size == published || size == published + 1) << population << ": " << size;
  }
}

TEST(SampleSize, is_the_smallest_that_keeps_the_margin) {
  for (const uint64_t population : {100u, 1000u, 54321u, 10000000u}) {
    for (const double confidence : {0.9, 0.95, 0.99, 0.998}) {
      for (const double margin : {0.1, 0.05, 0.01, 0.001}) {
        for (const double expected : {0.5, 0.1}) {
          const double z = normal_quantile((1 + confidence) / 2);
          const auto margin_of = [&](uint64_t samples) {
            const auto n = static_cast<double>(samples);
            const auto all = static_cast<double>(population);
            return z * std::sqrt(expected * (1 - expected) / n * (all - n) / (all - 1));
          };
          const uint64_t size = sample_size(population, margin, confidence, expected);
          ASSERT_LE(size, population);
          EXPECT_LE(margin_of(size), margin * (1 + 1e-9));
          if (size > 1) {
            EXPECT_GT(margin_of(size - 1), margin * (1 - 1e-9));
          }
        }
      }
    }
  }
  EXPECT_EQ(sample_size(1, 0.05, 0.95), 1u);
  EXPECT_THROW(sample_size(10, 0, 0.95), InternalError);
  EXPECT_THROW(sample_size(10, 0.05, 95), InternalError);
}

TEST(WilsonInterval, equals_published_values) {
  // Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine
  // 1998, table I, method 3.
  const struct {
    int seen, draws;
    double lower, upper;
  } published[] = {{81, 263, 0.2553, 0.3662},
                   {15, 148, 0.0624, 0.1605},
                   {0, 20, 0.0000, 0.1611},
                   {1, 29, 0.0061, 0.1718}};
  for (const auto& row : published) {
    const auto interval =
        wilson_interval(static_cast<double>(row.seen) / row.draws, row.draws, 0.95);
    EXPECT_NEAR(interval.lower, row.lower, 5e-5) << row.seen;
    EXPECT_NEAR(interval.upper, row.upper, 5e-5) << row.seen;
  }
}

TEST(WilsonInterval, limits_solve_the_score_equation) {
  const double z = normal_quantile(0.975);
  for (const uint64_t population : {0u, 60u, 1000u}) {
    for (const int draws : {1, 7, 50}) {
      for (int seen = 0; seen <= draws; ++seen) {
        const double p = static_cast<double>(seen) / draws;
        const auto interval = wilson_interval(p, draws, 0.95, population);
        const double all = static_cast<double>(population);
        const double shrink = population == 0 ? 1 : (all - draws) / (all - 1);
        for (const double limit : {interval.lower, interval.upper}) {
          EXPECT_NEAR(std::pow(p - limit, 2), z * z * limit * (1 - limit) / draws * shrink, 1e-12);
        }
        EXPECT_LE(interval.lower, p);
        EXPECT_GE(interval.upper, p);
      }
    }
  }
}

TEST(WilsonInterval, a_sample_of_everybody_has_no_error_and_an_empty_one_knows_nothing) {
  EXPECT_EQ(wilson_interval(0.25, 100, 0.95, 100), (Interval{0.25, 0.25}));
  EXPECT_EQ(wilson_interval(0, 0, 0.95), (Interval{0, 1}));
  EXPECT_GT(wilson_interval(0.25, 99, 0.95, 100).half_width(), 0);
  EXPECT_LT(wilson_interval(0.25, 50, 0.95, 100).half_width(),
            wilson_interval(0.25, 50, 0.95).half_width());
}

/// Exact: over all possible samples, not simulated.
TEST(WilsonInterval, covers_the_truth_in_finite_populations_as_often_as_it_says) {
  const struct {
    uint64_t population, draws;
  } cases[] = {{200, 20}, {200, 100}, {200, 180}, {600, 60}, {600, 300}};
  for (const auto& [population, draws] : cases) {
    for (const double confidence : {0.95, 0.99}) {
      std::vector<Interval> corrected;
      std::vector<Interval> plain;
      const auto n = static_cast<double>(draws);
      for (uint64_t seen = 0; seen <= draws; ++seen) {
        const double share = static_cast<double>(seen) / n;
        corrected.push_back(wilson_interval(share, n, confidence, population));
        plain.push_back(wilson_interval(share, n, confidence));
      }
      double mean = 0;
      double mean_plain = 0;
      double lowest = 1;
      for (uint64_t critical = 0; critical <= population; ++critical) {
        const double truth = static_cast<double>(critical) / static_cast<double>(population);
        const auto chance_of_cover = [&](const std::vector<Interval>& intervals) {
          double chance = 0;
          for (uint64_t seen = 0; seen <= draws; ++seen) {
            if (truth >= intervals[seen].lower - 1e-12 && truth <= intervals[seen].upper + 1e-12) {
              chance += hypergeometric(population, critical, draws, seen);
            }
          }
          return chance;
        };
        const double covered = chance_of_cover(corrected);
        mean += covered / static_cast<double>(population + 1);
        mean_plain += chance_of_cover(plain) / static_cast<double>(population + 1);
        lowest = std::min(lowest, covered);
      }
      EXPECT_NEAR(mean, confidence, 0.012) << population << " " << draws;
      // Score intervals are known to dip near 0 and 1 (Brown, Cai and DasGupta 2001).
      EXPECT_GT(lowest, confidence - 0.13) << population << " " << draws;
      // Without the correction the interval is too wide as soon as the sample is a large part.
      if (2 * draws >= population) {
        EXPECT_GT(mean_plain, mean);
      }
    }
  }
}

TEST(EffectiveSampleSize, is_the_size_for_equal_weights_and_less_for_others) {
  EXPECT_DOUBLE_EQ(effective_sample_size(3.0 * 7, 9.0 * 7), 7);
  EXPECT_DOUBLE_EQ(effective_sample_size(1 + 3, 1 + 9), 1.6);
  EXPECT_EQ(effective_sample_size(0, 0), 0);
}

TEST(StratifiedProportion, with_one_stratum_is_wilsons) {
  for (const double p : {0.0, 0.1, 0.5, 1.0}) {
    const StratumSample stratum{.weight = 7, .num_samples = 40, .mean = p, .population = 90};
    const auto estimate = stratified_proportion({&stratum, 1}, 0.95);
    const auto wilson = wilson_interval(p, 40, 0.95, 90);
    EXPECT_NEAR(estimate.value, p, 1e-15);
    EXPECT_NEAR(estimate.interval.lower, wilson.lower, 1e-12);
    EXPECT_NEAR(estimate.interval.upper, wilson.upper, 1e-12);
  }
}

TEST(StratifiedProportion, weighs_strata_by_their_population) {
  const StratumSample strata[] = {{.weight = 900, .num_samples = 10, .mean = 0.0},
                                  {.weight = 100, .num_samples = 50, .mean = 0.5}};
  EXPECT_NEAR(stratified_proportion(strata, 0.95).value, 0.05, 1e-15);
}

TEST(StratifiedProportion, knows_that_an_unsampled_stratum_may_be_anything) {
  const StratumSample strata[] = {{.weight = 1, .num_samples = 1e9, .mean = 0.25},
                                  {.weight = 1, .num_samples = 0}};
  const auto estimate = stratified_proportion(strata, 0.95);
  EXPECT_NEAR(estimate.value, 0.25, 1e-12);
  EXPECT_NEAR(estimate.interval.lower, 0.125, 1e-4);
  EXPECT_NEAR(estimate.interval.upper, 0.625, 1e-4);
}

/// `draws` without replacement from a population with `critical` ones in front (Floyd's loop would
/// do; the populations are small).
double draw_share(CounterRng& rng, uint64_t population, uint64_t critical, uint64_t draws) {
  std::vector<uint64_t> order(population);
  std::iota(order.begin(), order.end(), uint64_t{0});
  uint64_t seen = 0;
  for (uint64_t i = 0; i < draws; ++i) {
    std::swap(order[i], order[i + rng.below(population - i)]);
    seen += order[i] < critical ? 1 : 0;
  }
  return static_cast<double>(seen) / static_cast<double>(draws);
}

TEST(StratifiedProportion, covers_the_truth_and_beats_plain_sampling_when_strata_differ) {
  // Three strata as different as output bits are.
  constexpr uint64_t kPopulation[] = {600, 300, 100};
  constexpr uint64_t kCritical[] = {6, 90, 95};
  constexpr uint64_t kDraws[] = {60, 60, 30};
  const double truth = (6 + 90 + 95) / 1000.0;
  CounterRng rng(2024);
  constexpr int kRepetitions = 4000;
  int covered = 0;
  double width = 0;
  double value = 0;
  for (int repetition = 0; repetition < kRepetitions; ++repetition) {
    StratumSample strata[3];
    for (int i = 0; i < 3; ++i) {
      strata[i] = {.weight = static_cast<double>(kPopulation[i]),
                   .num_samples = static_cast<double>(kDraws[i]),
                   .mean = draw_share(rng, kPopulation[i], kCritical[i], kDraws[i]),
                   .population = kPopulation[i]};
    }
    const auto estimate = stratified_proportion(strata, 0.95);
    covered += estimate.interval.lower <= truth && truth <= estimate.interval.upper ? 1 : 0;
    width += estimate.interval.half_width() / kRepetitions;
    value += estimate.value / kRepetitions;
  }
  EXPECT_NEAR(value, truth, 0.002);
  EXPECT_GT(covered, 0.94 * kRepetitions);
  EXPECT_LT(covered, 0.98 * kRepetitions);
  EXPECT_LT(width, wilson_interval(truth, 150, 0.95, 1000).half_width() * 0.75);
}

TEST(StratifiedMean, equals_cochrans_formula_and_is_exact_for_everybody) {
  const StratumSample strata[] = {
      {.weight = 3, .num_samples = 10, .mean = 2, .variance = 4, .population = 40},
      {.weight = 1, .num_samples = 5, .mean = 6, .variance = 1, .population = 0}};
  const auto estimate = stratified_mean(strata, 0.95);
  EXPECT_DOUBLE_EQ(estimate.value, 3);
  const double variance = 0.75 * 0.75 * 4 / 10 * (1 - 10 / 40.0) + 0.25 * 0.25 * 1 / 5;
  EXPECT_NEAR(estimate.interval.half_width(), 1.9599639845400536 * std::sqrt(variance), 1e-12);
  const StratumSample all{.weight = 1, .num_samples = 8, .mean = 5, .variance = 3, .population = 8};
  EXPECT_EQ(stratified_mean({&all, 1}, 0.95).interval, (Interval{5, 5}));
  const StratumSample one{.weight = 1, .num_samples = 1, .mean = 5};
  EXPECT_TRUE(std::isinf(stratified_mean({&one, 1}, 0.95).interval.upper));
}

TEST(StratifiedMean, covers_the_mean_of_a_finite_population_as_often_as_it_says) {
  CounterRng rng(7);
  // Losses: mostly nothing, some large.
  std::vector<double> losses(400);
  for (double& loss : losses) loss = rng.uniform() < 0.7 ? rng.uniform() : 40 * rng.uniform();
  const double truth =
      std::accumulate(losses.begin(), losses.end(), 0.0) / static_cast<double>(losses.size());
  constexpr int kRepetitions = 3000;
  constexpr std::size_t kDraws = 200;
  int covered = 0;
  for (int repetition = 0; repetition < kRepetitions; ++repetition) {
    std::vector<double> order = losses;
    double sum = 0;
    double squares = 0;
    for (std::size_t i = 0; i < kDraws; ++i) {
      std::swap(order[i], order[i + rng.below(order.size() - i)]);
      sum += order[i];
      squares += order[i] * order[i];
    }
    const double n = kDraws;
    const StratumSample stratum{.weight = 1,
                                .num_samples = n,
                                .mean = sum / n,
                                .variance = (squares - sum * sum / n) / (n - 1),
                                .population = losses.size()};
    const auto interval = stratified_mean({&stratum, 1}, 0.95).interval;
    covered += interval.lower <= truth && truth <= interval.upper ? 1 : 0;
  }
  EXPECT_NEAR(static_cast<double>(covered) / kRepetitions, 0.95, 0.015);
}

}  // namespace
}  // namespace faultwave::campaign
