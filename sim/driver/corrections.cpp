#include "driver/corrections.hpp"

#include <algorithm>
#include <map>
#include <vector>

namespace faultwave::driver {
namespace {

constexpr int32_t kOffset = 128;

/// sum_k a[m][k] over the k that are not in `skipped` (sorted), for every row.
std::vector<int32_t> row_sums(const uint8_t* activations, int64_t m, int64_t k,
                              const std::vector<int32_t>& skipped) {
  std::vector<int32_t> sums(static_cast<std::size_t>(m));
  for (int64_t row = 0; row < m; ++row) {
    const uint8_t* values = activations + row * k;
    int32_t sum = 0;
    for (int64_t i = 0; i < k; ++i) sum += values[i];
    for (const int32_t i : skipped) sum -= values[i];
    sums[static_cast<std::size_t>(row)] = sum;
  }
  return sums;
}

/// Constant per output: bias and the terms that depend on weights only.
std::vector<int32_t> output_constants(const nn::Layer& layer, const mitigation::LoadedLayer& loaded,
                                      netlist::NumberFormat format, int zero_point) {
  const int32_t factor =
      (format == netlist::NumberFormat::kInt8 ? kOffset : 0) - static_cast<int32_t>(zero_point);
  std::vector<int32_t> constants(loaded.bias);
  for (int64_t n = 0; factor != 0 && n < layer.num_outputs; ++n) {
    int32_t sum = 0;
    for (int64_t k = 0; k < layer.num_inputs; ++k) {
      const auto place = static_cast<std::size_t>(k * layer.num_outputs + n);
      if (loaded.bypass[place] == 0) {
        sum += layer.weights[static_cast<std::size_t>(n * layer.num_inputs + k)];
      }
    }
    constants[static_cast<std::size_t>(n)] += factor * sum;
  }
  return constants;
}

}  // namespace

void apply_corrections(const nn::Layer& layer, const mitigation::LoadedLayer& loaded,
                       netlist::NumberFormat format, int zero_point, const uint8_t* activations,
                       int64_t m, int32_t* sums) {
  const int64_t n = layer.num_outputs;
  const std::vector<int32_t> constants = output_constants(layer, loaded, format, zero_point);
  for (int64_t row = 0; row < m; ++row) {
    for (int64_t col = 0; col < n; ++col) {
      sums[row * n + col] += constants[static_cast<std::size_t>(col)];
    }
  }
  if (format != netlist::NumberFormat::kAffineU8) return;
  // Outputs on the same array column skip the same inputs: one vector of row sums per distinct
  // list.
  std::map<std::vector<int32_t>, std::vector<int64_t>> outputs_by_skipped;
  for (int64_t col = 0; col < n; ++col) {
    std::vector<int32_t> skipped;
    for (int64_t k = 0; k < layer.num_inputs; ++k) {
      if (loaded.bypass[static_cast<std::size_t>(k * n + col)] != 0) {
        skipped.push_back(static_cast<int32_t>(k));
      }
    }
    outputs_by_skipped[std::move(skipped)].push_back(col);
  }
  for (const auto& [skipped, outputs] : outputs_by_skipped) {
    const std::vector<int32_t> totals = row_sums(activations, m, layer.num_inputs, skipped);
    for (int64_t row = 0; row < m; ++row) {
      const int32_t correction = kOffset * totals[static_cast<std::size_t>(row)];
      for (const int64_t col : outputs) sums[row * n + col] -= correction;
    }
  }
}

}  // namespace faultwave::driver
