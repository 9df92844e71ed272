#include "report/loss_tally.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "base/error.hpp"
#include "base/rng.hpp"

namespace faultwave::report {
namespace {

using ::testing::ElementsAre;

TEST(StudentQuantile, equals_published_tables) {
  // Two-sided, from the tables of Abramowitz and Stegun (1964), 26.10.
  struct Entry {
    double confidence;
    double freedom;
    double value;
  };
  for (const Entry& entry : {Entry{0.95, 1, 12.706}, Entry{0.95, 2, 4.303}, Entry{0.95, 3, 3.182},
                             Entry{0.95, 4, 2.776}, Entry{0.95, 7, 2.365}, Entry{0.95, 19, 2.093},
                             Entry{0.95, 30, 2.042}, Entry{0.95, 120, 1.980},
                             Entry{0.99, 1, 63.657}, Entry{0.99, 5, 4.032}, Entry{0.99, 20, 2.845},
                             Entry{0.9, 1, 6.314}, Entry{0.9, 10, 1.812}, Entry{0.5, 6, 0.718}}) {
    EXPECT_NEAR(student_quantile(entry.confidence, entry.freedom), entry.value, 5.1e-4)
        << entry.confidence << " " << entry.freedom;
  }
}

TEST(StudentQuantile, becomes_the_normal_quantile) {
  EXPECT_NEAR(student_quantile(0.95, 1e7), campaign::normal_quantile(0.975), 1e-5);
  EXPECT_THROW(student_quantile(1, 5), InternalError);
  EXPECT_THROW(student_quantile(0.95, 0.9), InternalError);
}

/// P(|T| <= x) by Simpson's rule over Student's density.
double student_probability(double x, double freedom) {
  const double scale = std::exp(std::lgamma((freedom + 1) / 2) - std::lgamma(freedom / 2)) /
                       std::sqrt(freedom * 3.14159265358979323846);
  constexpr int kSteps = 20000;
  double sum = 0;
  for (int i = 0; i <= kSteps; ++i) {
    const double t = x * i / kSteps;
    const double weight = i == 0 || i == kSteps ? 1 : i % 2 == 1 ? 4 : 2;
    sum += weight * std::pow(1 + t * t / freedom, -(freedom + 1) / 2);
  }
  return 2 * scale * sum * x / kSteps / 3;
}

TEST(StudentQuantile, is_the_inverse_of_the_integral_of_the_density_for_any_freedom) {
  for (const double freedom : {1.0, 1.7, 2.0, 2.5, 3.3, 5.0, 11.9, 47.0, 300.0}) {
    for (const double confidence : {0.5, 0.8, 0.9, 0.95, 0.99}) {
      const double x = student_quantile(confidence, freedom);
      EXPECT_NEAR(student_probability(x, freedom), confidence, freedom < 3 ? 5e-3 : 2e-5)
          << freedom << " " << confidence;
    }
  }
}

LossFigures figures(double loss) { return {loss, 1 - loss / 100, 0.5, 0.25, 0.25, 0.125}; }

TEST(LossTally, holds_weighted_means_and_the_variance_of_two_passes) {
  const CounterRng rng(7);
  LossTally tally;
  std::vector<double> weights;
  std::vector<double> losses;
  for (uint64_t i = 0; i < 200; ++i) {
    weights.push_back(1 + static_cast<double>(rng.below_at(2 * i, 9)));
    losses.push_back(static_cast<double>(rng.below_at(2 * i + 1, 1000)) / 10 - 3);
    tally.add(weights[i], figures(losses[i]));
  }
  double weight = 0;
  double mean = 0;
  for (std::size_t i = 0; i < losses.size(); ++i) {
    weight += weights[i];
    mean += weights[i] * losses[i];
  }
  mean /= weight;
  double squares = 0;
  for (std::size_t i = 0; i < losses.size(); ++i) {
    squares += weights[i] * (losses[i] - mean) * (losses[i] - mean);
  }
  EXPECT_EQ(tally.num_trials(), 200u);
  EXPECT_NEAR(tally.means().loss_points, mean, 1e-9);
  EXPECT_NEAR(tally.means().accuracy, 1 - mean / 100, 1e-9);
  EXPECT_NEAR(tally.loss_variance(), squares / weight * 200 / 199, 1e-9);
  EXPECT_EQ(tally.worst_loss_points(), *std::max_element(losses.begin(), losses.end()));
}

TEST(MeanLossInterval, is_students_and_collapses_when_everybody_was_tried) {
  LossTally tally;
  tally.add(1, figures(4));
  EXPECT_TRUE(std::isinf(mean_loss_interval(tally, 0.95).upper));
  EXPECT_EQ(mean_loss_interval(tally, 0.95, 1).upper, 4);
  for (const double loss : {6.0, 2.0, 8.0}) tally.add(1, figures(loss));
  // Mean 5, standard deviation sqrt(20 / 3), t(0.95, 3) = 3.18245.
  const double half_width = 3.18245 * std::sqrt(20.0 / 3 / 4);
  EXPECT_NEAR(mean_loss_interval(tally, 0.95).upper, 5 + half_width, 1e-3);
  EXPECT_NEAR(mean_loss_interval(tally, 0.95).lower, 5 - half_width, 1e-3);
  EXPECT_NEAR(mean_loss_interval(tally, 0.95, 0.75).upper, 5 + half_width / 2, 1e-3);
  EXPECT_EQ(mean_loss_interval(tally, 0.95, 1).upper, 5);
}

TEST(MeanLossInterval, holds_the_mean_of_the_population_as_often_as_it_says) {
  // Skewed: two in three lose a point, the others up to 19; 40 of 400 are drawn.
  constexpr int kPopulation = 400;
  constexpr int kDraws = 40;
  std::vector<double> losses;
  double mean = 0;
  for (int i = 0; i < kPopulation; ++i) {
    losses.push_back(i % 3 == 0 ? (i % 60) / 3.0 : 1);
    mean += losses.back() / kPopulation;
  }
  int held = 0;
  constexpr int kRounds = 2000;
  for (uint64_t round = 0; round < kRounds; ++round) {
    const CounterRng rng(11, round);
    std::vector<double> deck = losses;
    LossTally tally;
    for (std::size_t i = 0; i < kDraws; ++i) {
      std::swap(deck[i], deck[i + rng.below_at(i, kPopulation - i)]);
      tally.add(1, figures(deck[i]));
    }
    const auto interval = mean_loss_interval(tally, 0.9, double{kDraws} / kPopulation);
    held += interval.lower <= mean && mean <= interval.upper ? 1 : 0;
  }
  EXPECT_NEAR(held / double{kRounds}, 0.9, 0.03);
}

TEST(ParetoFront, holds_what_nothing_else_dominates) {
  const std::vector<double> cost = {1, 2, 3, 2, 1, 4};
  const std::vector<double> gain = {5, 7, 6, 7, 4, 9};
  EXPECT_THAT(pareto_front(cost, gain), ElementsAre(true, true, false, true, false, true));
}

}  // namespace
}  // namespace faultwave::report
