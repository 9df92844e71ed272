#include "nn/network_builder.hpp"

#include "base/error.hpp"

namespace faultwave::nn {
namespace {

constexpr int64_t kMaxFeatures = int64_t{1} << 26;

}  // namespace

int NetworkBuilder::add_value(const std::string& name, const std::vector<int64_t>& dims,
                              DataType type) {
  Shape shape;
  int64_t size = 1;
  for (std::size_t axis = 1; axis < dims.size(); ++axis) {
    if (dims[axis] < 1 || dims[axis] > kMaxFeatures / size) {
      operands_.fail(
          fmt::format("'{}' has the shape {}", name, dims_text(dims)),
          "only the batch axis may be symbolic, and 2^26 values per image are the limit");
    }
    size *= dims[axis];
  }
  if (dims.size() != 2 && dims.size() != 4) {
    operands_.fail(fmt::format("'{}' has the shape {}", name, dims_text(dims)),
                   "supported: [N][features] and [N][channels][rows][columns]");
  }
  shape.channels = static_cast<int>(dims[1]);
  if (dims.size() == 4) {
    shape.height = static_cast<int>(dims[2]);
    shape.width = static_cast<int>(dims[3]);
  }
  network_.values.push_back({name, shape, {}, type});
  dims_.push_back(dims);
  group_.push_back(group_.size());
  known_.push_back({0.0f, -1});
  whence_.emplace_back();
  return static_cast<int>(network_.values.size()) - 1;
}

int NetworkBuilder::add_alike(const std::string& name, const std::vector<int64_t>& dims,
                              int other) {
  const int id = add_value(name, dims);
  group_[static_cast<std::size_t>(id)] = root(other);
  return id;
}

void NetworkBuilder::state(int id, const Quantization& quantization) {
  Quantization& known = known_[root(id)];
  if (known.scale != 0.0f && known.scale != quantization.scale) {
    operands_.fail(fmt::format("'{}' has the scale {} here, {} at '{}'", value(id).name,
                               quantization.scale, known.scale, whence_[root(id)]),
                   "requantise with DequantizeLinear and QuantizeLinear");
  }
  state_zero_point(id, quantization.zero_point);
  known.scale = quantization.scale;
}

void NetworkBuilder::state_zero_point(int id, int zero_point) {
  Quantization& known = known_[root(id)];
  if (known.zero_point != -1 && known.zero_point != zero_point) {
    operands_.fail(fmt::format("'{}' has the zero point {} here, {} at '{}'", value(id).name,
                               zero_point, known.zero_point, whence_[root(id)]),
                   "requantise with DequantizeLinear and QuantizeLinear");
  }
  known.zero_point = zero_point;
  whence_[root(id)] = operands_.node().name;
}

void NetworkBuilder::add_layer(Layer layer, int output) {
  layer.name = layer.name.empty() ? operands_.node().name : layer.name;
  layer.output = output;
  network_.layers.push_back(std::move(layer));
}

Layer* NetworkBuilder::producer(int id) {
  for (auto layer = network_.layers.rbegin(); layer != network_.layers.rend(); ++layer) {
    if (layer->output == id) return &*layer;
  }
  return nullptr;
}

Network NetworkBuilder::take() {
  for (std::size_t id = 0; id < network_.values.size(); ++id) {
    if (network_.values[id].type == DataType::kInt32) continue;
    const Quantization& known = known_[group_[id]];
    network_.values[id].quantization = {known.scale == 0.0f ? 1.0f / 255.0f : known.scale,
                                        known.zero_point == -1 ? 0 : known.zero_point};
  }
  for (const Layer& layer : network_.layers) {
    Value& output = network_.values[static_cast<std::size_t>(layer.output)];
    if (output.type != DataType::kInt32) continue;
    // One step of the sum, where the weights have one scale.
    const auto source = static_cast<std::size_t>(layer.inputs[0]);
    output.quantization = {network_.values[source].quantization.scale * layer.weight_scale[0], 0};
  }
  return std::move(network_);
}

}  // namespace faultwave::nn
