#include "mitigation/mean_error.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/error.hpp"
#include "mitigation/layer_context.hpp"
#include "mitigation/pe_products.hpp"

namespace faultwave::mitigation {
namespace {

using InputCounts = std::array<int64_t, 256>;

/// Mean over the calibration rows of what the PEs of the weight at `place` add too much.
double mean_error_at(const LayerContext& context, size_t place, const InputCounts& counts,
                     int weight, int loaded_weight) {
  const PeProducts products = products_at(context, place);
  const Mixture& mixture = context.mixtures[context.mixture_of[place]];
  const auto own = netlist::encode_weight(products.format, weight);
  const auto loaded = netlist::encode_weight(products.format, loaded_weight);
  double total = 0;
  double total_count = 0;
  for (size_t part = 0; part < mixture.size(); ++part) {
    const netlist::ProductTable& table = *products.parts[part].table;
    // A healthy PE errs as the multiplier does: only what another weight changes there counts.
    const bool counts_change_only = mixture[part].table == 0 && !context.retune_healthy;
    int64_t sum = 0;
    for (int a = 0; a < 256; ++a) {
      const int64_t times = counts[static_cast<size_t>(a)];
      if (times == 0) continue;
      const uint8_t code = netlist::encode_activation(products.format, a);
      const int64_t wanted = counts_change_only
                                 ? products.product(table, code, own)
                                 : netlist::intended_product(products.format, a, weight);
      sum += times * (products.product(table, code, loaded) - wanted);
    }
    total += mixture[part].count * static_cast<double>(sum);
    total_count += mixture[part].count;
  }
  return total / total_count;
}

}  // namespace

std::vector<int32_t> mean_errors(const LayerContext& context, const LoadedLayer& loaded) {
  require_calibration(context);
  const nn::Layer& layer = *context.layer;
  std::vector<double> sums(static_cast<size_t>(layer.num_outputs));
  for (int64_t k = 0; k < layer.num_inputs; ++k) {
    const InputCounts& counts = context.calibration->input_counts[static_cast<size_t>(k)];
    for (int64_t n = 0; n < layer.num_outputs; ++n) {
      const auto place = static_cast<size_t>(k * layer.num_outputs + n);
      if (!is_retuned(context, place)) continue;
      sums[static_cast<size_t>(n)] +=
          mean_error_at(context, place, counts, own_weight(layer, k, n), loaded.weights[place]);
    }
  }
  std::vector<int32_t> means;
  for (const double sum : sums) {
    const double mean = sum / static_cast<double>(context.calibration->num_rows);
    means.push_back(
        static_cast<int32_t>(std::clamp<int64_t>(std::llround(mean), INT32_MIN, INT32_MAX)));
  }
  return means;
}

void subtract_mean_errors(const LayerContext& context, LoadedLayer& loaded) {
  const std::vector<int32_t> means = mean_errors(context, loaded);
  for (size_t n = 0; n < means.size(); ++n) {
    const int64_t bias = int64_t{loaded.bias[n]} - means[n];
    loaded.bias[n] = static_cast<int32_t>(std::clamp<int64_t>(bias, INT32_MIN, INT32_MAX));
  }
}

}  // namespace faultwave::mitigation
