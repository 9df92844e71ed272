#include "mitigation/layer_context.hpp"

#include <algorithm>

#include "base/error.hpp"

namespace faultwave::mitigation {

void check_context(const LayerContext& context) {
  FAULTWAVE_CHECK(context.layer != nullptr);
  const nn::Layer& layer = *context.layer;
  const auto num_weights = static_cast<size_t>(layer.num_inputs * layer.num_outputs);
  FAULTWAVE_CHECK(layer.kind == nn::LayerKind::kMatrix, "layer '{}'", layer.name);
  FAULTWAVE_CHECK(layer.weights.size() == num_weights, "layer '{}'", layer.name);
  FAULTWAVE_CHECK(layer.bias.size() == static_cast<size_t>(layer.num_outputs), "layer '{}'",
                  layer.name);
  FAULTWAVE_CHECK(context.table_of.size() == num_weights, "layer '{}'", layer.name);
  const auto is_known = [&](uint16_t index) { return index < context.tables.size(); };
  FAULTWAVE_CHECK(std::ranges::all_of(context.table_of, is_known), "layer '{}'", layer.name);
  FAULTWAVE_CHECK(std::ranges::find(context.tables, nullptr) == context.tables.end());
}

namespace {

[[noreturn]] void throw_no_calibration(const LayerContext& context) {
  throw UsageError(
      fmt::format("layer '{}' has no calibration activations; give calibration images, or choose a "
                  "mitigation that needs none, such as fal_retune_uniform",
                  context.layer->name));
}

}  // namespace

void require_calibration(const LayerContext& context) {
  if (context.calibration == nullptr || context.num_calibration_rows <= 0) {
    throw_no_calibration(context);
  }
}

void require_histogram(const LayerContext& context) {
  const auto is_used = [](double count) { return count > 0; };
  if (std::ranges::none_of(context.histogram, is_used)) throw_no_calibration(context);
}

}  // namespace faultwave::mitigation
