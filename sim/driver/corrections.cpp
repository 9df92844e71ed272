#include "driver/corrections.hpp"

#include <algorithm>
#include <map>
#include <vector>

namespace faultwave::driver {
namespace {

constexpr uint32_t kOffset = 128;

/// Sums wrap around as the hardware's 32-bit adders do: faults may push them over the edge.
void add_wrapping(int32_t& sum, uint32_t term) {
  sum = static_cast<int32_t>(static_cast<uint32_t>(sum) + term);
}

/// sum_k a[m][k] over the k that are not in `skipped` (sorted), for every row.
std::vector<uint32_t> row_sums(const uint8_t* activations, int64_t m, int64_t k,
                               const std::vector<int32_t>& skipped) {
  std::vector<uint32_t> sums(static_cast<std::size_t>(m));
  for (int64_t row = 0; row < m; ++row) {
    const uint8_t* values = activations + row * k;
    uint32_t sum = 0;
    for (int64_t i = 0; i < k; ++i) sum += values[i];
    for (const int32_t i : skipped) sum -= values[i];
    sums[static_cast<std::size_t>(row)] = sum;
  }
  return sums;
}

/// Constant per output: bias and the terms that depend on weights only.
std::vector<uint32_t> output_constants(const nn::Layer& layer,
                                       const mitigation::LoadedLayer& loaded,
                                       netlist::NumberFormat format, int zero_point) {
  const uint32_t factor =
      (format == netlist::NumberFormat::kInt8 ? kOffset : 0) - static_cast<uint32_t>(zero_point);
  std::vector<uint32_t> constants(loaded.bias.begin(), loaded.bias.end());
  for (int64_t n = 0; factor != 0 && n < layer.num_outputs; ++n) {
    uint32_t sum = 0;
    for (int64_t k = 0; k < layer.num_inputs; ++k) {
      const auto place = static_cast<std::size_t>(k * layer.num_outputs + n);
      if (loaded.bypass[place] == 0) {
        const int weight = layer.weights[static_cast<std::size_t>(n * layer.num_inputs + k)];
        sum += static_cast<uint32_t>(weight);
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
  const std::vector<uint32_t> constants = output_constants(layer, loaded, format, zero_point);
  for (int64_t row = 0; row < m; ++row) {
    for (int64_t col = 0; col < n; ++col) {
      add_wrapping(sums[row * n + col], constants[static_cast<std::size_t>(col)]);
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
    const std::vector<uint32_t> totals = row_sums(activations, m, layer.num_inputs, skipped);
    for (int64_t row = 0; row < m; ++row) {
      const uint32_t correction = 0 - kOffset * totals[static_cast<std::size_t>(row)];
      for (const int64_t col : outputs) add_wrapping(sums[row * n + col], correction);
    }
  }
}

}  // namespace faultwave::driver
