#include "mitigation/retuning_map.hpp"

#include <vector>

#include "base/error.hpp"

namespace faultwave::mitigation {
namespace {

constexpr int kNumCodes = 256;
constexpr int kMinWeight = -128;
/// Bound of the rounding in a variance of products (at most 2^32) made up of three terms.
constexpr double kVarianceRounding = 1e-5;

using netlist::NumberFormat;

/// intended_product(a, w) = activation_factor(a) * weight_factor(w).
int activation_factor(NumberFormat format, int activation) {
  return format == NumberFormat::kInt8 ? activation - 128 : activation;
}
int weight_factor(NumberFormat format, int weight) {
  return format == NumberFormat::kAffineU8 ? weight + 128 : weight;
}

/// costs[w' + 128][w + 128].
using CostMatrix = std::vector<std::array<double, kNumCodes>>;

/// ceil(numerator / denominator), denominator > 0.
int64_t ceil_divide(int64_t numerator, int64_t denominator) {
  const int64_t quotient = numerator / denominator;
  return quotient + (numerator % denominator > 0 ? 1 : 0);
}

/// sum_a h |u v - p| as a function of integer v in [v_min, v_min + 255], one term at a time.
class AbsoluteErrorCurve {
 public:
  explicit AbsoluteErrorCurve(int v_min) : v_min_(v_min) {}

  /// Adds h |u v - p|.
  void add(double h, int64_t u, int64_t p) {
    if (u < 0) {
      u = -u;
      p = -p;
    }
    const double slope = h * static_cast<double>(u);
    const double height = h * static_cast<double>(p);
    if (u == 0) {
      constant_ += h * static_cast<double>(p < 0 ? -p : p);
      return;
    }
    // Left of the kink the term is p - u v, from it on u v - p.
    slope_ -= slope;
    constant_ += height;
    const int64_t kink = ceil_divide(p, u) - v_min_;
    if (kink >= kNumCodes) return;
    const auto place = static_cast<size_t>(kink < 0 ? 0 : kink);
    slope_steps_[place] += 2 * slope;
    constant_steps_[place] -= 2 * height;
  }

  void evaluate(std::array<double, kNumCodes>& costs) const {
    double slope = slope_;
    double constant = constant_;
    for (int i = 0; i < kNumCodes; ++i) {
      slope += slope_steps_[static_cast<size_t>(i)];
      constant += constant_steps_[static_cast<size_t>(i)];
      costs[static_cast<size_t>(i)] = slope * (v_min_ + i) + constant;
    }
  }

 private:
  int v_min_;
  double slope_ = 0;
  double constant_ = 0;
  std::array<double, kNumCodes> slope_steps_{};
  std::array<double, kNumCodes> constant_steps_{};
};

/// Column w of the matrix -> its best row. Costs within `tolerance` of each other are a tie.
RetuningMap cheapest_rows(NumberFormat format, const CostMatrix& costs, double tolerance) {
  RetuningMap map;
  for (int weight = kMinWeight; weight <= 127; ++weight) {
    const auto column = static_cast<size_t>(weight - kMinWeight);
    int best = weight;
    double best_cost = costs[column][column];
    for (int loaded = netlist::min_weight(format); loaded <= netlist::max_weight(format);
         ++loaded) {
      const double cost = costs[static_cast<size_t>(loaded - kMinWeight)][column];
      if (cost < best_cost - tolerance) {
        best = loaded;
        best_cost = cost;
      }
    }
    map[column] = static_cast<int16_t>(best);
  }
  return map;
}

void check_histogram(std::span<const double> histogram) {
  FAULTWAVE_CHECK(histogram.size() == kNumCodes, "histogram of {} bins", histogram.size());
}

/// Weighted moments of u(a) and of product(a, w') that the squared error is made of.
struct Moments {
  double mean = 0;
  double variance = 0;
  double covariance = 0;  ///< with u(a)
};

/// h / sum of h; all zero stays all zero.
std::array<double, kNumCodes> frequencies(std::span<const double> histogram) {
  double total = 0;
  for (const double count : histogram) total += count;
  std::array<double, kNumCodes> result{};
  for (size_t a = 0; total > 0 && a < result.size(); ++a) result[a] = histogram[a] / total;
  return result;
}

/// `values` [part][a], weighted by the parts' shares (which add up to 1) and the frequency of a.
Moments moments(const std::vector<double>& shares, const std::array<double, kNumCodes>& frequency,
                const std::array<double, kNumCodes>& u, double mean_u,
                const std::vector<std::array<double, kNumCodes>>& values) {
  Moments result;
  for (size_t part = 0; part < values.size(); ++part) {
    for (size_t a = 0; a < frequency.size(); ++a) {
      result.mean += shares[part] * frequency[a] * values[part][a];
    }
  }
  for (size_t part = 0; part < values.size(); ++part) {
    for (size_t a = 0; a < frequency.size(); ++a) {
      const double deviation = values[part][a] - result.mean;
      result.variance += shares[part] * frequency[a] * deviation * deviation;
      result.covariance += shares[part] * frequency[a] * deviation * (u[a] - mean_u);
    }
  }
  return result;
}

}  // namespace

RetuningMap absolute_error_map(const PeProducts& products, std::span<const double> histogram) {
  check_histogram(histogram);
  CostMatrix costs(kNumCodes);
  const int v_min = weight_factor(products.format, kMinWeight);
  for (int loaded = kMinWeight; loaded <= 127; ++loaded) {
    const auto code = netlist::encode_weight(products.format, loaded);
    AbsoluteErrorCurve curve(v_min);
    for (const auto& [table, count] : products.parts) {
      for (int a = 0; a < kNumCodes; ++a) {
        const double h = histogram[static_cast<size_t>(a)];
        if (h == 0) continue;
        curve.add(count * h, activation_factor(products.format, a),
                  products.product(*table, netlist::encode_activation(products.format, a), code));
      }
    }
    curve.evaluate(costs[static_cast<size_t>(loaded - kMinWeight)]);
  }
  return cheapest_rows(products.format, costs, 0);
}

RetuningMap centred_error_map(const PeProducts& products, std::span<const double> histogram) {
  check_histogram(histogram);
  const auto frequency = frequencies(histogram);
  std::array<double, kNumCodes> u{};
  for (int a = 0; a < kNumCodes; ++a) {
    u[static_cast<size_t>(a)] = activation_factor(products.format, a);
  }
  double mean_u = 0;
  for (size_t a = 0; a < u.size(); ++a) mean_u += frequency[a] * u[a];
  const double variance_u = moments({1.0}, frequency, u, mean_u, {u}).variance;
  double total_count = 0;
  for (const auto& part : products.parts) total_count += part.count;
  std::vector<double> shares;
  for (const auto& part : products.parts) shares.push_back(part.count / total_count);

  CostMatrix costs(kNumCodes);
  for (int loaded = kMinWeight; loaded <= 127; ++loaded) {
    const auto code = netlist::encode_weight(products.format, loaded);
    std::vector<std::array<double, kNumCodes>> values(products.parts.size());
    for (size_t part = 0; part < values.size(); ++part) {
      for (int a = 0; a < kNumCodes; ++a) {
        values[part][static_cast<size_t>(a)] = products.product(
            *products.parts[part].table, netlist::encode_activation(products.format, a), code);
      }
    }
    const Moments own = moments(shares, frequency, u, mean_u, values);
    for (int weight = kMinWeight; weight <= 127; ++weight) {
      const double v = weight_factor(products.format, weight);
      costs[static_cast<size_t>(loaded - kMinWeight)][static_cast<size_t>(weight - kMinWeight)] =
          own.variance - 2 * v * own.covariance + v * v * variance_u;
    }
  }
  return cheapest_rows(products.format, costs, kVarianceRounding);
}

double absolute_error(const PeProducts& products, std::span<const double> histogram, int weight,
                      int loaded_weight) {
  check_histogram(histogram);
  double sum = 0;
  for (const auto& [table, count] : products.parts) {
    for (int a = 0; a < kNumCodes; ++a) {
      const int64_t error = int64_t{netlist::intended_product(products.format, a, weight)} -
                            products.product(*table, a, loaded_weight);
      sum += count * histogram[static_cast<size_t>(a)] *
             static_cast<double>(error < 0 ? -error : error);
    }
  }
  return sum;
}

double centred_error(const PeProducts& products, std::span<const double> histogram, int weight,
                     int loaded_weight) {
  check_histogram(histogram);
  std::vector<std::pair<double, double>> errors;  // how often, how much
  double total = 0;
  double mean = 0;
  for (const auto& [table, count] : products.parts) {
    for (int a = 0; a < kNumCodes; ++a) {
      const double times = count * histogram[static_cast<size_t>(a)];
      const double error = products.product(*table, a, loaded_weight) -
                           netlist::intended_product(products.format, a, weight);
      errors.emplace_back(times, error);
      total += times;
      mean += times * error;
    }
  }
  if (total == 0) return 0;
  mean /= total;
  double sum = 0;
  for (const auto& [times, error] : errors) sum += times * (error - mean) * (error - mean);
  return sum;
}

}  // namespace faultwave::mitigation
