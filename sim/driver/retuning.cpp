#include "driver/retuning.hpp"

#include "nn/kernels.hpp"

namespace faultwave::driver {
namespace {

std::vector<double> histogram_of(const std::vector<uint8_t>& codes) {
  std::vector<double> histogram(256, 0.0);
  for (const uint8_t code : codes) histogram[code] += 1.0;
  return histogram;
}

}  // namespace

LoadedNetwork retune(const nn::Network& network, const mitigation::Mitigation& mitigation,
                     const LocusTables& tables, const accel::Accelerator& accelerator,
                     const RetuningOptions& options) {
  const nn::Activations activations =
      nn::run_exact(network, options.calibration_images, options.num_calibration_images);
  LoadedNetwork loaded;
  for (const auto& layer : network.layers) {
    if (layer.kind != nn::LayerKind::kMatrix) {
      loaded.layers.emplace_back();
      continue;
    }
    mitigation::LayerContext context;
    context.layer = &layer;
    context.format = options.format;
    context.weight_on_port_a = options.weight_on_port_a;
    context.retune_healthy = options.retune_healthy;
    for (const auto& table : tables.tables) context.tables.push_back(&table);
    context.table_of.reserve(static_cast<std::size_t>(layer.num_inputs * layer.num_outputs));
    for (int64_t k = 0; k < layer.num_inputs; ++k) {
      for (int64_t n = 0; n < layer.num_outputs; ++n) {
        const auto locus = accelerator.locus_of(k, n);
        context.table_of.push_back(tables.at(locus.row, locus.col));
      }
    }
    const auto source = static_cast<std::size_t>(layer.inputs.at(0));
    const int64_t rows_per_image = nn::im2col_rows(layer, network.values[source].shape);
    const int64_t bytes = options.num_calibration_images * rows_per_image * layer.num_inputs;
    if (bytes > kMaxMatrixBytes) {
      throw UsageError(fmt::format(
          "{} calibration images need {} MiB for layer '{}'\n  fix: use fewer calibration images",
          options.num_calibration_images, bytes >> 20, layer.name));
    }
    const auto matrix = nn::im2col(layer, network.values[source], activations.bytes[source].data(),
                                   options.num_calibration_images);
    context.calibration = matrix.data();
    context.num_calibration_rows = static_cast<int64_t>(matrix.size()) / layer.num_inputs;
    context.histogram = histogram_of(matrix);
    loaded.layers.push_back(mitigation.apply(context));
  }
  return loaded;
}

}  // namespace faultwave::driver
