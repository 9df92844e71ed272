#include "mitigation/mean_error.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/error.hpp"
#include "mitigation/layer_context.hpp"
#include "mitigation/pe_products.hpp"

namespace faultwave::mitigation {
namespace {

/// The activations that occur at one input, and how often.
struct InputHistogram {
  std::array<int64_t, 256> counts{};
  std::vector<uint8_t> present;
};

InputHistogram histogram_of_input(const LayerContext& context, int64_t k) {
  InputHistogram result;
  const int64_t num_inputs = context.layer->num_inputs;
  for (int64_t row = 0; row < context.num_calibration_rows; ++row) {
    ++result.counts[context.calibration[row * num_inputs + k]];
  }
  for (int a = 0; a < 256; ++a) {
    if (result.counts[static_cast<size_t>(a)] != 0)
      result.present.push_back(static_cast<uint8_t>(a));
  }
  return result;
}

int64_t summed_error(const PeProducts& products, const InputHistogram& inputs, int weight,
                     int loaded_weight) {
  const auto code = netlist::encode_weight(products.format, loaded_weight);
  int64_t sum = 0;
  for (const uint8_t a : inputs.present) {
    const int64_t error = products.product(netlist::encode_activation(products.format, a), code) -
                          netlist::intended_product(products.format, a, weight);
    sum += inputs.counts[a] * error;
  }
  return sum;
}

}  // namespace

std::vector<int32_t> mean_errors(const LayerContext& context, const LoadedLayer& loaded) {
  require_calibration(context);
  const nn::Layer& layer = *context.layer;
  std::vector<int64_t> sums(static_cast<size_t>(layer.num_outputs));
  for (int64_t k = 0; k < layer.num_inputs; ++k) {
    const InputHistogram inputs = histogram_of_input(context, k);
    for (int64_t n = 0; n < layer.num_outputs; ++n) {
      const auto place = static_cast<size_t>(k * layer.num_outputs + n);
      if (loaded.bypass[place] != 0 || !is_retuned(context, place)) continue;
      sums[static_cast<size_t>(n)] += summed_error(products_at(context, place), inputs,
                                                   own_weight(layer, k, n), loaded.weights[place]);
    }
  }
  std::vector<int32_t> means;
  for (const int64_t sum : sums) {
    const double mean =
        static_cast<double>(sum) / static_cast<double>(context.num_calibration_rows);
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
