// The QDQ form: float operators between DequantizeLinear and QuantizeLinear.
#include <cmath>

#include "base/error.hpp"
#include "nn/onnx_lowering.hpp"

namespace faultwave::nn {

void OnnxLowering::dequantize_linear(const OnnxNode& node) {
  GraphTensor result;
  result.codes = operands_.input(0, "operand");
  if (operands_.find_constant(result.codes) != nullptr) {
    result.kind = GraphTensor::Kind::kRealConstant;
    result.scale = operands_.input(1, "scale");
    result.zero_point = optional_input(2);
    result.axis = node.integer("axis", 1);
  } else if (tensor(result.codes).kind == GraphTensor::Kind::kSums) {
    operands_.fail("int32 sums may only be the network's output",
                   "use QLinearMatMul or QGemm for hidden layers");
  } else {
    result.kind = GraphTensor::Kind::kReal;
    result.value = codes(0);
    builder_.state(result.value, stated_quantization(1));
  }
  define(node.output, result);
}

int OnnxLowering::requantized(int from, const std::string& name, const Quantization& output) {
  const Quantization own = builder_.stated(from);
  if (own.scale == output.scale && own.zero_point == output.zero_point) {
    shared_values_.insert(from);
    return from;
  }
  Layer layer;
  layer.kind = LayerKind::kLookup;
  layer.inputs = {from};
  layer.lookup = requantization_table(own, output, false);
  const int id = builder_.add_value(name, builder_.dims(from));
  builder_.state(id, output);
  builder_.add_layer(std::move(layer), id);
  return id;
}

int OnnxLowering::quantized_pixels(int pixels, const std::string& name,
                                   const Quantization& output) {
  std::vector<uint8_t> table(256);
  bool is_identity = true;
  for (int p = 0; p < 256; ++p) {
    const uint8_t code = quantize(static_cast<float>(p) / 255.0f, output);
    table[static_cast<std::size_t>(p)] = code;
    is_identity = is_identity && code == p;
  }
  if (is_identity) {
    builder_.state(pixels, output);
    return pixels;
  }
  Layer layer;
  layer.kind = LayerKind::kLookup;
  layer.inputs = {pixels};
  layer.lookup = std::move(table);
  const int id = builder_.add_value(name, builder_.dims(pixels));
  builder_.state(id, output);
  builder_.add_layer(std::move(layer), id);
  return id;
}

void OnnxLowering::quantize_linear(const OnnxNode& node) {
  const GraphTensor from = tensor(operands_.input(0, "operand"));
  const Quantization output = stated_quantization(1);
  switch (from.kind) {
    case GraphTensor::Kind::kPixels:
      // Pixel p enters as p / 255.
      return define_codes(node.output, quantized_pixels(from.value, node.output, output));
    case GraphTensor::Kind::kReal:
      return define_codes(node.output, requantized(from.value, node.output, output));
    case GraphTensor::Kind::kFloatResult:
      return define_codes(node.output, finish(*from.unfinished, node.output, output));
    default:
      operands_.fail(fmt::format("operand '{}' is no float activation", node.inputs[0]));
  }
}

OnnxWeights OnnxLowering::real_weights(std::size_t index, int64_t output_axis) const {
  const std::string& name = operands_.input(index, "weights");
  const auto found = tensors_.find(name);
  if (found == tensors_.end() || found->second.kind != GraphTensor::Kind::kRealConstant) {
    operands_.fail(fmt::format("weights '{}' are not quantised", name),
                   "quantise the model first: weights int8 behind DequantizeLinear");
  }
  const GraphTensor& constant = found->second;
  OnnxWeights weights =
      operands_.weights(constant.codes, operands_.scales(constant.scale), constant.zero_point);
  const auto rank = static_cast<int64_t>(weights.tensor->dims.size());
  const int64_t axis = constant.axis < 0 ? constant.axis + rank : constant.axis;
  if (weights.scale.size() != 1 && axis != output_axis) {
    operands_.fail(fmt::format("weights '{}' have scales along axis {}", constant.codes, axis),
                   fmt::format("use one scale, or one per output channel (axis {})", output_axis));
  }
  return weights;
}

void OnnxLowering::set_real_bias(UnfinishedLayer& unfinished, const std::string& name) const {
  if (name.empty()) return;
  Layer& layer = unfinished.layer;
  const float input_scale = builder_.stated(layer.inputs[0]).scale;
  unfinished.has_bias = true;
  const auto found = tensors_.find(name);
  if (found == tensors_.end() || found->second.kind != GraphTensor::Kind::kRealConstant) {
    layer.bias = operands_.quantized_bias(operands_.constant(name, "bias"), name, input_scale,
                                          layer.weight_scale, layer.num_outputs);
    return;
  }
  const GraphTensor& constant = found->second;
  layer.bias = operands_.int32_bias(constant.codes, layer.num_outputs);
  const auto scales = operands_.scales(constant.scale);
  for (std::size_t i = 0; i < layer.bias.size(); ++i) {
    const float wanted = input_scale * layer.weight_scale[layer.weight_scale.size() == 1 ? 0 : i];
    const float scale = scales[scales.size() == layer.bias.size() ? i : 0];
    if (std::abs(scale - wanted) > 1e-4f * wanted) {
      operands_.fail(fmt::format("bias '{}' has the scale {}, its sums have {}", constant.codes,
                                 scale, wanted),
                     "quantise biases with input scale * weight scale");
    }
  }
  if (constant.zero_point.empty()) return;
  for (const int32_t zero : operands_.constant(constant.zero_point, "zero point").integers) {
    if (zero != 0) operands_.fail(fmt::format("bias '{}' has a zero point", constant.codes));
  }
}

void OnnxLowering::conv(const OnnxNode& node) {
  const int input = real(0);
  UnfinishedLayer unfinished = convolution(input, real_weights(1, 0));
  set_real_bias(unfinished, optional_input(2));
  define_unfinished(node, GraphTensor::Kind::kFloatResult, std::move(unfinished));
}

void OnnxLowering::gemm(const OnnxNode& node) {
  check_gemm_attributes(node);
  const bool outputs_first = node.integer("transB", 0) != 0;
  const int input = real(0);
  UnfinishedLayer unfinished =
      matrix_product(input, real_weights(1, outputs_first ? 0 : 1), outputs_first);
  set_real_bias(unfinished, optional_input(2));
  define_unfinished(node, GraphTensor::Kind::kFloatResult, std::move(unfinished));
}

bool OnnxLowering::add_bias(const OnnxNode& node) {
  for (std::size_t i = 0; i < 2; ++i) {
    const auto sum = tensors_.find(operands_.input(i, "operand"));
    const std::string& other = operands_.input(1 - i, "operand");
    if (sum == tensors_.end() || sum->second.unfinished == nullptr) continue;
    const GraphTensor::Kind kind = sum->second.kind;
    UnfinishedLayer unfinished = *sum->second.unfinished;
    if (unfinished.layer.kind != LayerKind::kMatrix || unfinished.has_bias || unfinished.relu ||
        unfinished.dims.size() != 2) {
      operands_.fail("only one bias, right behind a matrix product, can be added",
                     "quantise both operands of a sum");
    }
    if (kind == GraphTensor::Kind::kSums) {
      set_int32_bias(unfinished, other);
    } else {
      set_real_bias(unfinished, other);
    }
    define_unfinished(node, kind, std::move(unfinished));
    return true;
  }
  return false;
}

void OnnxLowering::add(const OnnxNode& node) {
  if (add_bias(node)) return;
  UnfinishedLayer unfinished;
  const int first = real(0);
  add_operands(first, real(1), unfinished);
  define_unfinished(node, GraphTensor::Kind::kFloatResult, std::move(unfinished));
}

void OnnxLowering::average_pool(const OnnxNode& node) {
  define_unfinished(node, GraphTensor::Kind::kFloatResult, pool(real(0)));
}

void OnnxLowering::relu(const OnnxNode& node) {
  const std::string& name = operands_.input(0, "operand");
  const GraphTensor from = tensor(name);
  if (from.kind == GraphTensor::Kind::kFloatResult) {
    UnfinishedLayer unfinished = *from.unfinished;
    unfinished.relu = true;
    return define_unfinished(node, GraphTensor::Kind::kFloatResult, std::move(unfinished));
  }
  const int value = real(0);
  // The layer that computes the value can clamp it when nothing else reads it.
  Layer* layer = builder_.producer(value);
  const bool clamps =
      layer != nullptr && (layer->kind == LayerKind::kMatrix || layer->kind == LayerKind::kAdd);
  if (clamps && shared_values_.count(value) == 0 && num_uses_[name] == 1 &&
      num_uses_[from.codes] == 1) {
    layer->clamp_low = builder_.stated(value).zero_point;
    return define(node.output, from);
  }
  UnfinishedLayer unfinished;
  unfinished.layer.kind = LayerKind::kRelu;
  unfinished.layer.inputs = {value};
  unfinished.dims = builder_.dims(value);
  define_unfinished(node, GraphTensor::Kind::kFloatResult, std::move(unfinished));
}

}  // namespace faultwave::nn
