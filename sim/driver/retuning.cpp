#include "driver/retuning.hpp"

#include "driver/calibration.hpp"
#include "nn/kernels.hpp"

namespace faultwave::driver {

Retuner::Retuner(const nn::Network& network, const accel::PeMapping& mapping,
                 const RetuningOptions& options)
    : network_(network), options_(options) {
  const int64_t num_images = options.num_calibration_images;
  const nn::Activations activations =
      nn::run_exact(network, options.calibration_images, num_images);
  for (std::size_t i = 0; i < network.layers.size(); ++i) {
    const nn::Layer& layer = network.layers[i];
    if (layer.kind != nn::LayerKind::kMatrix) continue;
    const auto source = static_cast<std::size_t>(layer.inputs.at(0));
    const nn::Value& input = network.values[source];
    const int64_t rows = nn::im2col_rows(layer, input.shape) * options.batch_images;
    layers_.push_back(
        {i, WeightBinding(mapping, {rows, layer.num_outputs, layer.num_inputs}),
         calibrate_layer(layer, input, activations.bytes[source].data(), num_images)});
  }
  options_.calibration_images = nullptr;
}

LoadedNetwork Retuner::retune(const mitigation::Mitigation& mitigation, const LocusTables& tables) {
  LoadedNetwork loaded;
  loaded.layers.resize(network_.layers.size());
  loaded.faulty_pes = tables.faulty_pes();
  for (const Layer& layer : layers_) {
    mitigation::LayerContext context;
    context.layer = &network_.layers[layer.index];
    context.format = options_.format;
    context.weight_on_port_a = options_.weight_on_port_a;
    context.retune_healthy = options_.retune_healthy;
    context.calibration = &layer.calibration;
    for (const auto& table : tables.tables) context.tables.push_back(&table);
    layer.binding.bind(tables, context);
    loaded.layers[layer.index] = mitigation.apply(context);
  }
  return loaded;
}

}  // namespace faultwave::driver
