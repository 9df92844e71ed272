// How many trials a statement needs, and how far a sample's figure may be off.
#pragma once

#include <cstdint>
#include <span>

namespace faultwave::campaign {

/// A confidence interval, both ends included.
struct Interval {
  double lower = 0;
  double upper = 0;
  double half_width() const { return (upper - lower) / 2; }
  bool operator==(const Interval&) const = default;
};

/// A mean or a share with its confidence interval.
struct Estimate {
  double value = 0;
  Interval interval;
};

/// x with P(X <= x) = `probability` for a standard normal X; 0 < probability < 1. Absolute error
/// below 1e-13.
double normal_quantile(double probability);

/// Trials for an estimate of a proportion within +/- `margin` with `confidence` (both 0 to 1,
/// exclusive), by Leveugle, Calvez, Maistri and Vanhauwaert, "Statistical fault injection:
/// quantified error and confidence", DATE 2009: n = N / (1 + e^2 (N - 1) / (t^2 p (1 - p))),
/// rounded up. `population` N: possible faults, 0 for infinite. `expected`: the proportion p
/// expected, 0.5 is the worst case.
uint64_t sample_size(uint64_t population, double margin, double confidence, double expected = 0.5);

/// Wilson's score interval (E. B. Wilson, JASA 1927) for a proportion seen in `num_samples` draws
/// without replacement from `population` (0: infinite). The finite population stretches the sample
/// to n (N - 1) / (N - n); a sample of everybody has no error. `num_samples` may be an effective
/// size.
Interval wilson_interval(double proportion, double num_samples, double confidence,
                         uint64_t population = 0);

/// Kish's effective size of a weighted sample: (sum of weights)^2 / sum of squared weights.
double effective_sample_size(double sum_of_weights, double sum_of_squares);

/// A sample of one part of the population.
struct StratumSample {
  double weight = 0;        ///< share of the whole; any unit, only ratios count
  double num_samples = 0;   ///< 0: nothing is known about this part
  double mean = 0;          ///< of the sample; the share when a proportion is estimated
  double variance = 0;      ///< of the sample (n - 1), for means only
  uint64_t population = 0;  ///< 0: infinite
};

/// A proportion over all strata: the weighted mean, and the limits of the strata's Wilson intervals
/// joined by their distances from it (MOVER: Zou and Donner, "Construction of confidence limits
/// about effect measures", Statistics in Medicine 2008). With one stratum it is wilson_interval. It
/// never collapses when no event or only events were seen. An unsampled stratum counts as the mean
/// of the others with an interval from 0 to 1.
Estimate stratified_proportion(std::span<const StratumSample> strata, double confidence);

/// A mean over all strata with the normal interval (Cochran, "Sampling techniques", 1977, 5.6): for
/// large samples. A stratum with fewer than two samples contributes the variance of the others,
/// pooled; when there is none to be had the interval is infinite.
Estimate stratified_mean(std::span<const StratumSample> strata, double confidence);

}  // namespace faultwave::campaign
