#include "report/loss_tally.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "base/error.hpp"

namespace faultwave::report {

LossFigures figures_of(const TrialTable& table, std::size_t mitigation, std::size_t index) {
  const auto& cell = table.cells[static_cast<std::size_t>(table.cell[index])];
  const auto& outcomes = table.outcomes[mitigation];
  const auto images = static_cast<double>(cell.images);
  const auto correct = static_cast<double>(outcomes.correct[index]);
  LossFigures figures;
  figures.loss_points = 100 * (static_cast<double>(cell.golden_correct) - correct) / images;
  figures.accuracy = correct / images;
  figures.masked = outcomes.masked[index] / images;
  figures.benign = outcomes.benign[index] / images;
  figures.sdc1 = outcomes.sdc1[index] / images;
  figures.sdc5 = outcomes.sdc5[index] / images;
  return figures;
}

void LossTally::add(double weight, const LossFigures& figures) {
  worst_loss_points_ =
      num_trials_ == 0 ? figures.loss_points : std::max(worst_loss_points_, figures.loss_points);
  ++num_trials_;
  weight_ += weight;
  weight_squares_ += weight * weight;
  sums_.loss_points += weight * figures.loss_points;
  sums_.accuracy += weight * figures.accuracy;
  sums_.masked += weight * figures.masked;
  sums_.benign += weight * figures.benign;
  sums_.sdc1 += weight * figures.sdc1;
  sums_.sdc5 += weight * figures.sdc5;
  if (weight == 0) return;
  const double difference = figures.loss_points - running_mean_;
  running_mean_ += difference * weight / weight_;
  squares_ += weight * difference * (figures.loss_points - running_mean_);
}

LossFigures LossTally::means() const {
  FAULTWAVE_CHECK(weight_ > 0, "no trials");
  return {sums_.loss_points / weight_, sums_.accuracy / weight_, sums_.masked / weight_,
          sums_.benign / weight_,      sums_.sdc1 / weight_,     sums_.sdc5 / weight_};
}

double LossTally::effective_size() const {
  return campaign::effective_sample_size(weight_, weight_squares_);
}

double LossTally::loss_variance() const {
  if (num_trials_ < 2) return 0;
  const auto n = static_cast<double>(num_trials_);
  return squares_ / weight_ * n / (n - 1);
}

campaign::Interval mean_loss_interval(const LossTally& tally, double confidence,
                                      double tried_share) {
  const double mean = tally.means().loss_points;
  constexpr double kEverybody = 1 - 1e-12;
  if (tried_share >= kEverybody) return {mean, mean};
  if (tally.num_trials() < 2) {
    return {-std::numeric_limits<double>::infinity(), std::numeric_limits<double>::infinity()};
  }
  const double size = tally.effective_size();
  const double error = std::sqrt(tally.loss_variance() / size * (1 - tried_share));
  const double half_width = error * student_quantile(confidence, std::max(1.0, size - 1));
  return {mean - half_width, mean + half_width};
}

double student_quantile(double confidence, double freedom) {
  FAULTWAVE_CHECK(confidence > 0 && confidence < 1 && freedom >= 1, "{} {}", confidence, freedom);
  const double p = 1 - confidence;
  const double n = freedom;
  if (n == 1) return 1 / std::tan(p * std::numbers::pi / 2);
  if (n == 2) return std::sqrt(2 / (p * (2 - p)) - 2);
  const double a = 1 / (n - 0.5);
  const double b = 48 / (a * a);
  double c = ((20700 * a / b - 98) * a - 16) * a + 96.36;
  const double d = ((94.5 / (b + c) - 3) / b + 1) * std::sqrt(a * std::numbers::pi / 2) * n;
  double y = std::pow(d * p, 2 / n);
  if (y > 0.05 + a) {
    const double x = campaign::normal_quantile(p / 2);
    y = x * x;
    if (n < 5) c += 0.3 * (n - 4.5) * (x + 0.6);
    c = (((0.05 * d * x - 5) * x - 7) * x - 2) * x + b + c;
    y = (((((0.4 * y + 6.3) * y + 36) * y + 94.5) / c - y - 3) / b + 1) * x;
    y = std::expm1(a * y * y);
  } else {
    y = ((1 / (((n + 6) / (n * y) - 0.089 * d - 0.822) * (n + 2) * 3) + 0.5 / (n + 4)) * y - 1) *
            (n + 1) / (n + 2) +
        1 / y;
  }
  return std::sqrt(n * y);
}

std::vector<bool> pareto_front(std::span<const double> cost, std::span<const double> gain) {
  std::vector<bool> is_front(cost.size(), true);
  for (std::size_t i = 0; i < cost.size(); ++i) {
    for (std::size_t j = 0; j < cost.size() && is_front[i]; ++j) {
      const bool is_no_worse = cost[j] <= cost[i] && gain[j] >= gain[i];
      if (is_no_worse && (cost[j] < cost[i] || gain[j] > gain[i])) is_front[i] = false;
    }
  }
  return is_front;
}

}  // namespace faultwave::report
