#include "mitigation/offset_retuning.hpp"

#include <algorithm>

#include "mitigation/layer_context.hpp"
#include "mitigation/remap_weights.hpp"

namespace faultwave::mitigation {

LoadedLayer offset_map(const LayerContext& context) {
  require_calibration(context);
  require_arriving_rows(context);
  return remap_weights(context, [&](const PeProducts& products) {
    return centred_error_map(products, context.calibration->histogram);
  });
}

void load_column(const LayerContext& context, const LoadedLayer& loaded, int64_t n,
                 OutputErrors& errors) {
  for (int64_t k = 0; k < context.layer->num_inputs; ++k) {
    const auto place = static_cast<size_t>(k * context.layer->num_outputs + n);
    if (is_retuned(context, place)) errors.load(k, loaded.weights[place]);
  }
}

void shift_bias(const ArrivingRows& rows, const OutputErrors& errors, int32_t& bias) {
  const int64_t shifted = bias + errors.best_shift(rows.num_rows);
  bias = static_cast<int32_t>(std::clamp<int64_t>(shifted, INT32_MIN, INT32_MAX));
}

}  // namespace faultwave::mitigation
