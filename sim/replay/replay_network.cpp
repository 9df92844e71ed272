#include "replay/replay_network.hpp"

#include <algorithm>

#include "accel/gemm_job.hpp"
#include "base/error.hpp"
#include "nn/kernels.hpp"

namespace faultwave::replay {
namespace {

using netlist::NumberFormat;

/// nn::im2col as indices: which input feature product k of an output position reads.
std::vector<uint32_t> im2col_features(const nn::Layer& layer, const nn::Shape& shape) {
  const auto num_features = static_cast<uint32_t>(shape.size());
  std::vector<uint32_t> features;
  if (layer.num_inputs == shape.size() && nn::im2col_rows(layer, shape) == 1) {
    for (uint32_t feature = 0; feature < num_features; ++feature) features.push_back(feature);
    return features;
  }
  const nn::Window& window = layer.window;
  for (int64_t row = 0; row < nn::output_height(window, shape); ++row) {
    for (int64_t column = 0; column < nn::output_width(window, shape); ++column) {
      for (int64_t channel = 0; channel < shape.channels; ++channel) {
        for (int64_t i = 0; i < window.kernel_h; ++i) {
          for (int64_t j = 0; j < window.kernel_w; ++j) {
            const int64_t y = row * window.stride_h - window.pad_top + i * window.dilation_h;
            const int64_t x = column * window.stride_w - window.pad_left + j * window.dilation_w;
            const bool inside = y >= 0 && y < shape.height && x >= 0 && x < shape.width;
            features.push_back(
                inside ? static_cast<uint32_t>((channel * shape.height + y) * shape.width + x)
                       : num_features);
          }
        }
      }
    }
  }
  return features;
}

/// The value before trailing reshapes.
int resolve_output(const nn::Network& network) {
  int value = network.output;
  for (auto layer = network.layers.rbegin(); layer != network.layers.rend(); ++layer) {
    if (layer->output == value && layer->kind == nn::LayerKind::kReshape) value = layer->inputs[0];
  }
  return value;
}

}  // namespace

ReplayNetwork::ReplayNetwork(const nn::Network& network, const netlist::ProductTable& healthy,
                             const accel::PeMapping& mapping, const ReplayOptions& options)
    : network_(network),
      options_(options),
      maps_(mapping),
      is_signed_(healthy.is_signed),
      activation_factor_(options.format == NumberFormat::kAffineU8 ? 128 : 0),
      healthy_(new PackedTable),
      corrections_(new PackedTable),
      output_value_(resolve_output(network)) {
  FAULTWAVE_CHECK(is_signed_ == (options.format == NumberFormat::kInt8), "signedness of the table");
  FAULTWAVE_CHECK(options.num_images > 0 && options.batch_images > 0, "{} images in batches of {}",
                  options.num_images, options.batch_images);
  pack(healthy, *healthy_);
  pack_table(netlist::exact_table(false), options.weight_on_port_a, 0, *corrections_);
  for (const auto& layer : network.layers) layers_.push_back(prepare(layer));
}

void ReplayNetwork::pack(const netlist::ProductTable& table, PackedTable& packed) const {
  FAULTWAVE_CHECK(table.is_signed == is_signed_, "signedness of a table");
  // Rows are indexed by activations as the network has them, not by their codes.
  const uint8_t flip = netlist::encode_activation(options_.format, 0);
  pack_table(table, options_.weight_on_port_a, flip, packed);
}

uint32_t ReplayNetwork::weight_factor(const ReplayLayer& layer) const {
  const auto input = static_cast<std::size_t>(layer.layer->inputs.at(0));
  return (options_.format == NumberFormat::kInt8 ? 128u : 0u) -
         static_cast<uint32_t>(network_.values[input].quantization.zero_point);
}

ReplayLayer ReplayNetwork::prepare(const nn::Layer& layer) {
  if (layer.kind == nn::LayerKind::kMatrix) return prepare_matrix(layer);
  ReplayLayer prepared;
  prepared.layer = &layer;
  const auto input = static_cast<std::size_t>(layer.inputs.at(0));
  if (network_.values[input].type == nn::DataType::kUint8) {
    prepared.row_layer.emplace(network_, layer);
  }
  return prepared;
}

ReplayLayer ReplayNetwork::prepare_matrix(const nn::Layer& layer) {
  ReplayLayer prepared;
  prepared.layer = &layer;
  prepared.n = layer.num_outputs;
  prepared.k = layer.num_inputs;
  const nn::Shape& shape = network_.values[static_cast<std::size_t>(layer.inputs.at(0))].shape;
  prepared.num_positions = nn::im2col_rows(layer, shape);
  prepared.feature_of = im2col_features(layer, shape);
  FAULTWAVE_CHECK(
      prepared.feature_of.size() == static_cast<std::size_t>(prepared.num_positions * prepared.k),
      "layer '{}'", layer.name);
  const auto num_weights = static_cast<std::size_t>(prepared.k * prepared.n);
  prepared.weights.codes.resize(num_weights);
  prepared.weights.flags.resize(num_weights);
  prepared.weights.bias = layer.bias;
  prepared.weight_terms.resize(num_weights);
  prepared.constants.assign(layer.bias.begin(), layer.bias.end());
  const uint32_t factor = weight_factor(prepared);
  for (int64_t n = 0; n < prepared.n; ++n) {
    for (int64_t k = 0; k < prepared.k; ++k) {
      const auto place = static_cast<std::size_t>(k * prepared.n + n);
      const int16_t weight = layer.weights[static_cast<std::size_t>(n * prepared.k + k)];
      const auto code = netlist::encode_weight(options_.format, weight);
      prepared.weights.codes[place] = code.code;
      prepared.weights.flags[place] = code.negative ? accel::kNegate : uint8_t{0};
      prepared.weight_terms[place] = weight;
      prepared.constants[static_cast<std::size_t>(n)] +=
          factor * static_cast<uint32_t>(static_cast<int32_t>(weight));
    }
  }
  const auto output = static_cast<std::size_t>(layer.output);
  if (network_.values[output].type == nn::DataType::kUint8) {
    prepared.stage.emplace(layer, network_);
  }
  const int64_t rest = options_.num_images % options_.batch_images;
  const int64_t full = std::min(options_.batch_images, options_.num_images);
  prepared.full_batch = &maps_.of({full * prepared.num_positions, prepared.n, prepared.k});
  prepared.last_batch = prepared.full_batch;
  if (rest != 0 && full != options_.num_images) {
    prepared.last_batch = &maps_.of({rest * prepared.num_positions, prepared.n, prepared.k});
  }
  return prepared;
}

int64_t ReplayNetwork::golden_bytes_per_image() const {
  int64_t bytes = 0;
  for (const auto& value : network_.values) bytes += value.shape.size();
  for (const auto& layer : layers_) bytes += 4 * layer.num_positions * layer.n;
  return bytes;
}

}  // namespace faultwave::replay
