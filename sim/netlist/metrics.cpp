#include "netlist/metrics.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace faultwave::netlist {
namespace {

template <typename Reference>
ErrorMetrics measure(const ProductTable& table, Reference reference) {
  ErrorMetrics metrics;
  int64_t sum = 0;
  int64_t absolute_sum = 0;
  int64_t square_sum = 0;
  int64_t wrong = 0;
  double relative_sum = 0;
  for (int b = 0; b < 256; ++b) {
    for (int a = 0; a < 256; ++a) {
      const int64_t expected = reference(a, b);
      const int64_t error = table.at(a, b) - expected;
      const int64_t magnitude = std::abs(error);
      sum += error;
      absolute_sum += magnitude;
      square_sum += error * error;
      wrong += error != 0 ? 1 : 0;
      metrics.wce = std::max(metrics.wce, magnitude);
      relative_sum += static_cast<double>(magnitude) /
                      static_cast<double>(std::max<int64_t>(1, std::abs(expected)));
    }
  }
  constexpr double kPairs = ProductTable::kSize;
  metrics.mae = static_cast<double>(absolute_sum) / kPairs;
  metrics.ep_percent = 100.0 * static_cast<double>(wrong) / kPairs;
  metrics.mse = static_cast<double>(square_sum) / kPairs;
  metrics.mre_percent = 100.0 * relative_sum / kPairs;
  metrics.mean_error = static_cast<double>(sum) / kPairs;
  return metrics;
}

}  // namespace

ErrorMetrics error_metrics(const ProductTable& table) {
  return measure(table, [&](int a, int b) { return exact_product(a, b, table.is_signed); });
}

ErrorMetrics error_metrics(const ProductTable& table, const ProductTable& reference) {
  return measure(table, [&](int a, int b) { return reference.at(a, b); });
}

}  // namespace faultwave::netlist
