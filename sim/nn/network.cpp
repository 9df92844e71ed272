#include "nn/network.hpp"

#include <algorithm>
#include <cmath>

#include "base/error.hpp"

namespace faultwave::nn {
namespace {

int64_t outputs_along(int size, int kernel, int stride, int dilation, int pads) {
  const int64_t covered = int64_t{dilation} * (kernel - 1) + 1;
  const int64_t room = int64_t{size} + pads - covered;
  return room < 0 ? 0 : room / stride + 1;
}

void check_value_ids(const Network& network, const Layer& layer) {
  const auto known = [&](int id) {
    return id >= 0 && static_cast<std::size_t>(id) < network.values.size();
  };
  const std::size_t wanted = layer.kind == LayerKind::kAdd ? 2 : 1;
  FAULTWAVE_CHECK(layer.inputs.size() == wanted, "layer '{}'", layer.name);
  FAULTWAVE_CHECK(known(layer.output), "layer '{}'", layer.name);
  for (const int id : layer.inputs) {
    FAULTWAVE_CHECK(known(id), "layer '{}'", layer.name);
    FAULTWAVE_CHECK(network.values[static_cast<std::size_t>(id)].type == DataType::kUint8,
                    "layer '{}' reads integer sums", layer.name);
  }
}

void check_matrix(const Layer& layer, const Shape& input, const Shape& output) {
  const Window& window = layer.window;
  const int64_t k = int64_t{input.channels} * window.kernel_h * window.kernel_w;
  FAULTWAVE_CHECK(layer.num_inputs == k, "layer '{}': K {} of {}", layer.name, layer.num_inputs, k);
  FAULTWAVE_CHECK(layer.num_outputs == output.channels, "layer '{}'", layer.name);
  const auto n = static_cast<std::size_t>(layer.num_outputs);
  FAULTWAVE_CHECK(layer.weights.size() == n * static_cast<std::size_t>(k), "layer '{}'",
                  layer.name);
  FAULTWAVE_CHECK(layer.bias.size() == n, "layer '{}'", layer.name);
  FAULTWAVE_CHECK(layer.weight_scale.size() == 1 || layer.weight_scale.size() == n, "layer '{}'",
                  layer.name);
}

bool slides_a_window(LayerKind kind) {
  return kind == LayerKind::kMatrix || kind == LayerKind::kMaxPool ||
         kind == LayerKind::kAveragePool;
}

void check_shapes(const Layer& layer, const Shape& input, const Shape& output) {
  if (slides_a_window(layer.kind)) {
    FAULTWAVE_CHECK(output.height == output_height(layer.window, input), "layer '{}'", layer.name);
    FAULTWAVE_CHECK(output.width == output_width(layer.window, input), "layer '{}'", layer.name);
  }
  if (layer.kind == LayerKind::kMatrix) {
    check_matrix(layer, input, output);
  } else if (layer.kind == LayerKind::kReshape) {
    FAULTWAVE_CHECK(input.size() == output.size(), "layer '{}'", layer.name);
  } else {
    FAULTWAVE_CHECK(input.channels == output.channels, "layer '{}'", layer.name);
  }
  if (layer.kind == LayerKind::kLookup) {
    FAULTWAVE_CHECK(layer.lookup.size() == 256, "layer '{}'", layer.name);
  }
}

}  // namespace

std::string_view to_string(LayerKind kind) {
  switch (kind) {
    case LayerKind::kMatrix:
      return "matrix";
    case LayerKind::kMaxPool:
      return "max_pool";
    case LayerKind::kAveragePool:
      return "average_pool";
    case LayerKind::kGlobalAveragePool:
      return "global_average_pool";
    case LayerKind::kAdd:
      return "add";
    case LayerKind::kReshape:
      return "reshape";
    case LayerKind::kRelu:
      return "relu";
    case LayerKind::kLookup:
      return "lookup";
  }
  throw InternalError("unknown layer kind");
}

std::string to_string(const Shape& shape) {
  if (shape.height == 1 && shape.width == 1) return fmt::format("{}", shape.channels);
  return fmt::format("{}x{}x{}", shape.channels, shape.height, shape.width);
}

uint8_t quantize(float real, const Quantization& quantization) {
  // Clamped before the conversion: a float beyond int is undefined.
  const float low = static_cast<float>(-quantization.zero_point);
  const float high = static_cast<float>(255 - quantization.zero_point);
  const float scaled = std::clamp(real / quantization.scale, low, high);
  return static_cast<uint8_t>(static_cast<int>(std::nearbyint(scaled)) + quantization.zero_point);
}

float dequantize(int code, const Quantization& quantization) {
  return static_cast<float>(code - quantization.zero_point) * quantization.scale;
}

std::vector<uint8_t> requantization_table(const Quantization& from, const Quantization& to,
                                          bool relu) {
  std::vector<uint8_t> table(256);
  for (int code = 0; code < 256; ++code) {
    const float real = dequantize(code, from);
    table[static_cast<std::size_t>(code)] = quantize(relu ? std::max(real, 0.0f) : real, to);
  }
  return table;
}

int64_t output_height(const Window& window, const Shape& input) {
  return outputs_along(input.height, window.kernel_h, window.stride_h, window.dilation_h,
                       window.pad_top + window.pad_bottom);
}

int64_t output_width(const Window& window, const Shape& input) {
  return outputs_along(input.width, window.kernel_w, window.stride_w, window.dilation_w,
                       window.pad_left + window.pad_right);
}

void check_network(const Network& network) {
  const auto known = [&](int id) {
    return id >= 0 && static_cast<std::size_t>(id) < network.values.size();
  };
  FAULTWAVE_CHECK(known(network.input) && known(network.output), "network '{}'", network.name);
  std::vector<bool> written(network.values.size());
  written[static_cast<std::size_t>(network.input)] = true;
  for (const Layer& layer : network.layers) {
    check_value_ids(network, layer);
    for (const int id : layer.inputs) {
      FAULTWAVE_CHECK(written[static_cast<std::size_t>(id)], "layer '{}' runs before its input",
                      layer.name);
    }
    written[static_cast<std::size_t>(layer.output)] = true;
    check_shapes(layer, network.values[static_cast<std::size_t>(layer.inputs[0])].shape,
                 network.values[static_cast<std::size_t>(layer.output)].shape);
  }
  FAULTWAVE_CHECK(written[static_cast<std::size_t>(network.output)], "network '{}' has no output",
                  network.name);
}

}  // namespace faultwave::nn
