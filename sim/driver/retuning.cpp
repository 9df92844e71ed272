#include "driver/retuning.hpp"

#include <algorithm>
#include <map>
#include <numeric>

#include "nn/kernels.hpp"

namespace faultwave::driver {
namespace {

std::vector<double> histogram_of(const std::vector<uint8_t>& codes) {
  std::vector<double> histogram(256, 0.0);
  for (const uint8_t code : codes) histogram[code] += 1.0;
  return histogram;
}

/// Tables of the PEs that multiply weight (k, n), with counts without a common factor.
mitigation::Mixture mixture_of(const LocusTables& tables, const std::vector<accel::PeCount>& pes) {
  std::map<uint16_t, int64_t> counts;
  for (const auto& [pe, count] : pes) counts[tables.at(pe)] += count;
  int64_t divisor = 0;
  for (const auto& [table, count] : counts) divisor = std::gcd(divisor, count);
  mitigation::Mixture mixture;
  for (const auto& [table, count] : counts) {
    mixture.push_back({table, static_cast<double>(count / divisor)});
  }
  return mixture;
}

/// Fills in which tables each weight meets.
void bind_weights(mitigation::LayerContext& context, const LocusTables& tables,
                  const accel::PeMapping& mapping, const accel::GemmShape& shape) {
  std::map<std::vector<std::pair<uint16_t, double>>, uint32_t> known;
  const auto index_of = [&](const mitigation::Mixture& mixture) {
    std::vector<std::pair<uint16_t, double>> key;
    for (const auto& [table, count] : mixture) key.emplace_back(table, count);
    const auto [entry, is_new] =
        known.emplace(std::move(key), static_cast<uint32_t>(context.mixtures.size()));
    if (is_new) context.mixtures.push_back(mixture);
    return entry->second;
  };
  const int64_t period = std::min<int64_t>(mapping.k_period(), shape.k);
  context.mixture_of.resize(static_cast<std::size_t>(shape.k * shape.n));
  for (int64_t residue = 0; residue < period; ++residue) {
    for (int64_t n = 0; n < shape.n; ++n) {
      const uint32_t index = index_of(mixture_of(tables, mapping.pes_of_weight(shape, residue, n)));
      for (int64_t k = residue; k < shape.k; k += period) {
        context.mixture_of[static_cast<std::size_t>(k * shape.n + n)] = index;
      }
    }
  }
}

}  // namespace

LoadedNetwork retune(const nn::Network& network, const mitigation::Mitigation& mitigation,
                     const LocusTables& tables, const accel::PeMapping& mapping,
                     const RetuningOptions& options) {
  const nn::Activations activations =
      nn::run_exact(network, options.calibration_images, options.num_calibration_images);
  LoadedNetwork loaded;
  loaded.faulty_pes = tables.faulty_pes();
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
    const auto source = static_cast<std::size_t>(layer.inputs.at(0));
    const int64_t rows_per_image = nn::im2col_rows(layer, network.values[source].shape);
    bind_weights(context, tables, mapping,
                 {rows_per_image * options.batch_images, layer.num_outputs, layer.num_inputs});
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
