#include "mitigation/layer_context.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "mitigation/arriving_rows.hpp"

namespace faultwave::mitigation {

void check_context(const LayerContext& context) {
  FAULTWAVE_CHECK(context.layer != nullptr);
  const nn::Layer& layer = *context.layer;
  const auto num_weights = static_cast<size_t>(layer.num_inputs * layer.num_outputs);
  FAULTWAVE_CHECK(layer.kind == nn::LayerKind::kMatrix, "layer '{}'", layer.name);
  FAULTWAVE_CHECK(layer.weights.size() == num_weights, "layer '{}'", layer.name);
  FAULTWAVE_CHECK(layer.bias.size() == static_cast<size_t>(layer.num_outputs), "layer '{}'",
                  layer.name);
  FAULTWAVE_CHECK(context.mixture_of.size() == num_weights, "layer '{}'", layer.name);
  const auto is_known = [&](uint32_t index) { return index < context.mixtures.size(); };
  FAULTWAVE_CHECK(std::ranges::all_of(context.mixture_of, is_known), "layer '{}'", layer.name);
  for (const Mixture& mixture : context.mixtures) {
    const auto is_valid = [&](const TableShare& share) {
      return share.table < context.tables.size() && share.count > 0;
    };
    FAULTWAVE_CHECK(!mixture.empty() && std::ranges::all_of(mixture, is_valid), "layer '{}'",
                    layer.name);
  }
  FAULTWAVE_CHECK(std::ranges::find(context.tables, nullptr) == context.tables.end());
  if (context.calibration == nullptr) return;
  FAULTWAVE_CHECK(
      context.calibration->histogram.size() == 256 &&
          context.calibration->input_counts.size() == static_cast<size_t>(layer.num_inputs),
      "layer '{}'", layer.name);
}

PeProducts products_at(const LayerContext& context, size_t place) {
  std::vector<PeProducts::Part> parts;
  for (const auto& [table, count] : context.mixtures[context.mixture_of[place]]) {
    parts.push_back({context.tables[table], count});
  }
  return {std::move(parts), context.format, context.weight_on_port_a};
}

bool is_retuned(const LayerContext& context, size_t place) {
  const Mixture& mixture = context.mixtures[context.mixture_of[place]];
  return context.retune_healthy ||
         std::ranges::any_of(mixture, [](const TableShare& share) { return share.table != 0; });
}

namespace {

[[noreturn]] void throw_no_calibration(const LayerContext& context) {
  throw UsageError(
      fmt::format("layer '{}' has no calibration activations; give calibration "
                  "images, or choose a "
                  "mitigation that needs none, such as fal_retune_uniform",
                  context.layer->name));
}

}  // namespace

void require_arriving_rows(const LayerContext& context) {
  if (context.arriving == nullptr || context.arriving->num_rows <= 0) {
    throw_no_calibration(context);
  }
  const ArrivingRows& rows = *context.arriving;
  const nn::Layer& layer = *context.layer;
  const auto num_outputs = static_cast<size_t>(layer.num_outputs);
  FAULTWAVE_CHECK(rows.num_fitted > 0 && rows.num_fitted <= rows.num_rows, "layer '{}'",
                  layer.name);
  FAULTWAVE_CHECK(
      rows.activations.size() == static_cast<size_t>(rows.num_rows * layer.num_inputs) &&
          rows.errors.size() == static_cast<size_t>(rows.num_rows) * num_outputs &&
          rows.wanted.size() == rows.errors.size() && rows.lowest.size() == num_outputs &&
          rows.highest.size() == num_outputs &&
          rows.phase.size() == static_cast<size_t>(layer.num_inputs) &&
          rows.list_of_row.size() == num_outputs,
      "layer '{}'", layer.name);
}

void require_calibration(const LayerContext& context) {
  if (context.calibration == nullptr || context.calibration->num_rows <= 0) {
    throw_no_calibration(context);
  }
}

}  // namespace faultwave::mitigation
