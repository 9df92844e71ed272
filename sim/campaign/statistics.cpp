#include "campaign/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "base/error.hpp"

namespace faultwave::campaign {
namespace {

/// P(X > x) for a standard normal X.
double upper_tail(double x) { return std::erfc(x / std::numbers::sqrt2) / 2; }

double density(double x) { return std::exp(-x * x / 2) / std::sqrt(2 * std::numbers::pi); }

/// Two-sided quantile: a standard normal stays within +/- z with this probability.
double two_sided_quantile(double confidence) {
  FAULTWAVE_CHECK(confidence > 0 && confidence < 1, "confidence {} is not between 0 and 1",
                  confidence);
  return -normal_quantile((1 - confidence) / 2);
}

/// Variance of a proportion drawn without replacement, relative to one with: (N - n) / (N - 1).
double finite_population_factor(double num_samples, uint64_t population) {
  if (population == 0) return 1;
  const auto size = static_cast<double>(population);
  if (num_samples >= size) return 0;
  return (size - num_samples) / (size - 1);
}

double sum_of_weights(std::span<const StratumSample> strata, bool only_sampled) {
  double sum = 0;
  for (const StratumSample& stratum : strata) {
    FAULTWAVE_CHECK(stratum.weight >= 0 && stratum.num_samples >= 0);
    if (!only_sampled || stratum.num_samples > 0) sum += stratum.weight;
  }
  return sum;
}

/// The weighted mean of the sampled strata.
double sampled_mean(std::span<const StratumSample> strata) {
  const double weight = sum_of_weights(strata, true);
  FAULTWAVE_CHECK(weight > 0, "no stratum with samples");
  double mean = 0;
  for (const StratumSample& stratum : strata) {
    if (stratum.num_samples > 0) mean += stratum.weight / weight * stratum.mean;
  }
  return mean;
}

}  // namespace

double normal_quantile(double probability) {
  FAULTWAVE_CHECK(probability > 0 && probability < 1, "probability {}", probability);
  const bool is_lower = probability < 0.5;
  const double tail = is_lower ? probability : 1 - probability;
  // Start: Abramowitz and Stegun 26.2.23, error below 4.5e-4. Then Halley's method.
  const double t = std::sqrt(-2 * std::log(tail));
  double x = t - (2.515517 + t * (0.802853 + t * 0.010328)) /
                     (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
  for (int i = 0; i < 4; ++i) {
    const double step = (upper_tail(x) - tail) / density(x);
    x += step / (1 + x * step / 2);
  }
  return is_lower ? -x : x;
}

uint64_t sample_size(uint64_t population, double margin, double confidence, double expected) {
  FAULTWAVE_CHECK(margin > 0 && margin < 1, "margin {} is not between 0 and 1", margin);
  FAULTWAVE_CHECK(expected > 0 && expected < 1, "expected proportion {}", expected);
  const double z = two_sided_quantile(confidence);
  const double infinite = z * z * expected * (1 - expected) / (margin * margin);
  if (population == 0) return static_cast<uint64_t>(std::ceil(infinite));
  const auto size = static_cast<double>(population);
  const double finite = size / (1 + (size - 1) / infinite);
  return std::clamp<uint64_t>(static_cast<uint64_t>(std::ceil(finite)), 1, population);
}

Interval wilson_interval(double proportion, double num_samples, double confidence,
                         uint64_t population) {
  FAULTWAVE_CHECK(proportion >= 0 && proportion <= 1, "proportion {}", proportion);
  if (num_samples <= 0) return {0, 1};
  const double z = two_sided_quantile(confidence);
  const double z2 =
      z * z * finite_population_factor(num_samples, population) / num_samples;  // z^2 / n
  const double centre = (proportion + z2 / 2) / (1 + z2);
  const double reach = std::sqrt(z2 * proportion * (1 - proportion) + z2 * z2 / 4) / (1 + z2);
  // Rounding must not move the limits past what was seen.
  return {proportion <= 0 ? 0 : std::clamp(centre - reach, 0.0, proportion),
          proportion >= 1 ? 1 : std::clamp(centre + reach, proportion, 1.0)};
}

double effective_sample_size(double sum_of_weights, double sum_of_squares) {
  return sum_of_squares > 0 ? sum_of_weights * sum_of_weights / sum_of_squares : 0;
}

Estimate stratified_proportion(std::span<const StratumSample> strata, double confidence) {
  const double total = sum_of_weights(strata, false);
  const double value = std::clamp(sampled_mean(strata), 0.0, 1.0);
  double below = 0;
  double above = 0;
  for (const StratumSample& stratum : strata) {
    const bool is_sampled = stratum.num_samples > 0;
    const double share = stratum.weight / total;
    const double proportion = is_sampled ? std::clamp(stratum.mean, 0.0, 1.0) : value;
    const Interval limits =
        wilson_interval(proportion, stratum.num_samples, confidence, stratum.population);
    below += std::pow(share * (proportion - limits.lower), 2);
    above += std::pow(share * (limits.upper - proportion), 2);
  }
  return {value,
          {std::max(value - std::sqrt(below), 0.0), std::min(value + std::sqrt(above), 1.0)}};
}

Estimate stratified_mean(std::span<const StratumSample> strata, double confidence) {
  const double total = sum_of_weights(strata, false);
  const double value = sampled_mean(strata);
  double pooled = 0;
  double freedom = 0;
  for (const StratumSample& stratum : strata) {
    if (stratum.num_samples < 2) continue;
    pooled += (stratum.num_samples - 1) * stratum.variance;
    freedom += stratum.num_samples - 1;
  }
  double variance = 0;
  for (const StratumSample& stratum : strata) {
    if (stratum.weight <= 0) continue;
    // The sample variance is unbiased for the one with N - 1, so the factor is 1 - n / N here.
    const double factor = stratum.population == 0
                              ? 1
                              : 1 - stratum.num_samples / static_cast<double>(stratum.population);
    if (factor <= 0) continue;
    if (stratum.num_samples <= 0 || (stratum.num_samples < 2 && freedom <= 0)) {
      variance = std::numeric_limits<double>::infinity();
      break;
    }
    const double own = stratum.num_samples < 2 ? pooled / freedom : stratum.variance;
    variance += std::pow(stratum.weight / total, 2) * own / stratum.num_samples * factor;
  }
  const double reach = two_sided_quantile(confidence) * std::sqrt(variance);
  return {value, {value - reach, value + reach}};
}

}  // namespace faultwave::campaign
