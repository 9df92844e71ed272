// Sums over trials: means of accuracy and outcomes, and how far the mean loss may be off.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "campaign/statistics.hpp"
#include "report/trial_table.hpp"

namespace faultwave::report {

/// Of one trial, or weighted means over several. Shares are 0 to 1, the loss in percentage points
/// against the fault-free run of the same multiplier.
struct LossFigures {
  double loss_points = 0;
  double accuracy = 0;
  double masked = 0;
  double benign = 0;
  double sdc1 = 0;
  double sdc5 = 0;
};

/// Figures of trial `index` under mitigation `mitigation`; it must be recorded.
LossFigures figures_of(const TrialTable& table, std::size_t mitigation, std::size_t index);

/// Weighted means over trials, added one by one.
class LossTally {
 public:
  void add(double weight, const LossFigures& figures);

  uint64_t num_trials() const { return num_trials_; }
  double weight() const { return weight_; }
  LossFigures means() const;
  double worst_loss_points() const { return worst_loss_points_; }
  /// Effective number of trials (Kish).
  double effective_size() const;
  /// Of the loss, of a sample (n - 1); 0 when there are fewer than two trials.
  double loss_variance() const;

 private:
  uint64_t num_trials_ = 0;
  double weight_ = 0;
  double weight_squares_ = 0;
  LossFigures sums_;
  double worst_loss_points_ = 0;
  /// Weighted mean and squared deviations, updated trial by trial (D. H. D. West, CACM 1979).
  double running_mean_ = 0;
  double squares_ = 0;
};

/// Interval of the mean loss when the trials are one random sample, `tried_share` (0 to 1) of the
/// population: Student's t with the effective sample size and the finite-population correction.
/// Nothing is known from a single trial: the interval is infinite, unless it is everybody.
campaign::Interval mean_loss_interval(const LossTally& tally, double confidence,
                                      double tried_share = 0);

/// x with P(|T| <= x) = `confidence` for Student's T: G. W. Hill, "Algorithm 396: Student's
/// t-quantiles", CACM 1970. `freedom` >= 1; off by less than 0.005 in the confidence, from 3 on
/// 2e-5.
double student_quantile(double confidence, double freedom);

/// What is neither more expensive than another point nor less resilient: `cost` low, `gain` high.
std::vector<bool> pareto_front(std::span<const double> cost, std::span<const double> gain);

}  // namespace faultwave::report
