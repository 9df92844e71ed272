#include "nn/onnx_operands.hpp"

#include <algorithm>
#include <cmath>

#include "base/error.hpp"

namespace faultwave::nn {
namespace {

/// Largest kernel, stride, dilation, padding and side of a feature map.
constexpr int64_t kMaxSide = 1 << 15;
constexpr int64_t kMaxFeatures = int64_t{1} << 26;

std::vector<int8_t> transposed_weights(const OnnxWeights& weights, int64_t n, int64_t k) {
  std::vector<int8_t> result(static_cast<std::size_t>(n * k));
  for (int64_t i = 0; i < k; ++i) {
    for (int64_t j = 0; j < n; ++j) {
      result[static_cast<std::size_t>(j * k + i)] = static_cast<int8_t>(
          weights.tensor->integers[static_cast<std::size_t>(i * n + j)] - weights.zero_point);
    }
  }
  return result;
}

std::vector<int8_t> straight_weights(const OnnxWeights& weights) {
  std::vector<int8_t> result(weights.tensor->size());
  std::transform(weights.tensor->integers.begin(), weights.tensor->integers.end(), result.begin(),
                 [&](int32_t w) { return static_cast<int8_t>(w - weights.zero_point); });
  return result;
}

}  // namespace

std::string dims_text(const std::vector<int64_t>& dims) {
  std::string text;
  for (const int64_t dim : dims) {
    text += (text.empty() ? "" : "x") + (dim < 0 ? std::string("N") : std::to_string(dim));
  }
  return text.empty() ? "scalar" : text;
}

void OnnxOperands::fail(const std::string& problem, const std::string& fix) const {
  const std::string where =
      node_ == nullptr ? "" : fmt::format("node '{}' ({}): ", node_->name, node_->op);
  throw InputError({model_.path.string()}, where + problem, fix);
}

const std::string& OnnxOperands::input(std::size_t index, std::string_view role) const {
  if (!node_->has_input(index)) fail(fmt::format("input {} ({}) is missing", index, role));
  return node_->inputs[index];
}

const OnnxTensor* OnnxOperands::find_constant(const std::string& name) const {
  const auto found = model_.constants.find(name);
  return found == model_.constants.end() ? nullptr : &found->second;
}

const OnnxTensor& OnnxOperands::constant(const std::string& name, std::string_view role) const {
  const OnnxTensor* tensor = find_constant(name);
  if (tensor == nullptr) {
    fail(fmt::format("{} '{}' is no constant of the file", role, name),
         "export the model with its weights as initializers");
  }
  return *tensor;
}

std::vector<float> OnnxOperands::scales(const std::string& name) const {
  const OnnxTensor& tensor = constant(name, "scale");
  if (tensor.type != OnnxTensor::Type::kFloat || tensor.floats.empty()) {
    fail(fmt::format("scale '{}' is {}, float is needed", name, to_string(tensor.type)));
  }
  for (const float scale : tensor.floats) {
    if (!(scale > 0.0f) || !std::isfinite(scale)) {
      fail(fmt::format("scale '{}' is {}", name, scale), "scales are positive numbers");
    }
  }
  return tensor.floats;
}

float OnnxOperands::scale(const std::string& name) const {
  const auto all = scales(name);
  if (all.size() != 1) {
    fail(fmt::format("scale '{}' has {} values", name, all.size()),
         "quantise activations per tensor");
  }
  return all[0];
}

int OnnxOperands::zero_point(const std::string& name) const {
  if (name.empty()) return 0;
  const OnnxTensor& tensor = constant(name, "zero point");
  if (tensor.type != OnnxTensor::Type::kUint8 || tensor.size() != 1) {
    fail(fmt::format("zero point '{}' is {} {}, one uint8 is needed", name, tensor.size(),
                     to_string(tensor.type)),
         "quantise activations to uint8, per tensor");
  }
  return tensor.integers[0];
}

Quantization OnnxOperands::quantization(const std::string& scale_name,
                                        const std::string& zero_name) const {
  return {scale(scale_name), zero_point(zero_name)};
}

OnnxWeights OnnxOperands::weights(const std::string& name, std::vector<float> scale,
                                  const std::string& zero_name) const {
  OnnxWeights result{&constant(name, "weights"), name, 0, std::move(scale)};
  const OnnxTensor& tensor = *result.tensor;
  if (tensor.type != OnnxTensor::Type::kInt8 && tensor.type != OnnxTensor::Type::kUint8) {
    fail(fmt::format("weights '{}' are {}", name, to_string(tensor.type)),
         "quantise weights to int8");
  }
  const bool is_unsigned = tensor.type == OnnxTensor::Type::kUint8;
  result.zero_point = is_unsigned ? 128 : 0;
  const std::string fix = "quantise weights symmetrically: int8 with zero point 0 (or uint8, 128)";
  if (zero_name.empty()) {
    if (is_unsigned) fail(fmt::format("uint8 weights '{}' have the zero point 0", name), fix);
    return result;
  }
  const OnnxTensor& zeros = constant(zero_name, "zero point");
  if (zeros.type != tensor.type) {
    fail(fmt::format("zero point '{}' is {}, the weights are {}", zero_name, to_string(zeros.type),
                     to_string(tensor.type)));
  }
  for (const int32_t zero : zeros.integers) {
    if (zero != result.zero_point) {
      fail(
          fmt::format("{} weights '{}' have the zero point {}", to_string(tensor.type), name, zero),
          fix);
    }
  }
  return result;
}

std::vector<int32_t> OnnxOperands::int32_bias(const std::string& name, int64_t num_outputs) const {
  const OnnxTensor& tensor = constant(name, "bias");
  if (tensor.type != OnnxTensor::Type::kInt32) {
    fail(fmt::format("bias '{}' is {}, int32 is needed", name, to_string(tensor.type)));
  }
  if (tensor.size() != static_cast<std::size_t>(num_outputs)) {
    fail(fmt::format("bias '{}' has {} values for {} outputs", name, tensor.size(), num_outputs));
  }
  return tensor.integers;
}

std::vector<int32_t> OnnxOperands::quantized_bias(const OnnxTensor& bias, const std::string& name,
                                                  float input_scale,
                                                  const std::vector<float>& weight_scale,
                                                  int64_t num_outputs) const {
  if (bias.type != OnnxTensor::Type::kFloat ||
      bias.size() != static_cast<std::size_t>(num_outputs)) {
    fail(fmt::format("bias '{}' is {} {}, {} floats are needed", name, bias.size(),
                     to_string(bias.type), num_outputs));
  }
  std::vector<int32_t> result(bias.size());
  for (std::size_t i = 0; i < result.size(); ++i) {
    const float step = input_scale * weight_scale[weight_scale.size() == 1 ? 0 : i];
    const float steps = std::nearbyint(bias.floats[i] / step);
    if (!(std::abs(steps) < 0x1p31f)) {
      fail(fmt::format("bias '{}' holds {}, beyond int32 at the scale {}", name, bias.floats[i],
                       step));
    }
    result[i] = static_cast<int32_t>(steps);
  }
  return result;
}

void OnnxOperands::check_weight_scale(const OnnxWeights& weights, int64_t num_outputs) const {
  const std::size_t count = weights.scale.size();
  if (count != 1 && count != static_cast<std::size_t>(num_outputs)) {
    fail(
        fmt::format("weights '{}' have {} scales for {} outputs", weights.name, count, num_outputs),
        "use one scale, or one per output channel");
  }
}

Layer OnnxOperands::convolution(const OnnxWeights& weights, const Shape& input) const {
  const auto& dims = weights.tensor->dims;
  if (dims.size() != 4) {
    fail(fmt::format("weights '{}' have the shape {}", weights.name, dims_text(dims)),
         "supported: convolutions over two axes, weights [out][in][rows][columns]");
  }
  if (const int64_t group = node_->integer("group", 1); group != 1) {
    fail(fmt::format("group {} is not supported", group), "use convolutions with group 1");
  }
  if (dims[1] != input.channels || dims[0] < 1) {
    fail(fmt::format("weights '{}' of shape {} do not fit the input {}", weights.name,
                     dims_text(dims), to_string(input)));
  }
  Layer layer;
  layer.window = window(input, {dims[2], dims[3]});
  if (layer.window.kernel_h != dims[2] || layer.window.kernel_w != dims[3]) {
    fail(fmt::format("kernel_shape is not that of the weights '{}', {}", weights.name,
                     dims_text(dims)));
  }
  layer.num_outputs = dims[0];
  layer.num_inputs = dims[1] * dims[2] * dims[3];
  check_weight_scale(weights, layer.num_outputs);
  layer.weight_scale = weights.scale;
  layer.weights = straight_weights(weights);
  layer.bias.assign(static_cast<std::size_t>(layer.num_outputs), 0);
  return layer;
}

Layer OnnxOperands::matrix_product(const OnnxWeights& weights, bool outputs_first,
                                   const Shape& input) const {
  const auto& dims = weights.tensor->dims;
  if (dims.size() != 2 || dims[0] < 1 || dims[1] < 1) {
    fail(fmt::format("weights '{}' have the shape {}, two axes are needed", weights.name,
                     dims_text(dims)));
  }
  Layer layer;
  layer.num_outputs = dims[outputs_first ? 0 : 1];
  layer.num_inputs = dims[outputs_first ? 1 : 0];
  if (layer.num_inputs != input.size()) {
    fail(fmt::format("weights '{}' take {} inputs, the operand has {}", weights.name,
                     layer.num_inputs, input.size()));
  }
  check_weight_scale(weights, layer.num_outputs);
  layer.weight_scale = weights.scale;
  layer.weights = outputs_first ? straight_weights(weights)
                                : transposed_weights(weights, layer.num_outputs, layer.num_inputs);
  layer.bias.assign(static_cast<std::size_t>(layer.num_outputs), 0);
  return layer;
}

std::vector<int64_t> OnnxOperands::window_list(const std::string& key,
                                               std::vector<int64_t> fallback, int64_t low) const {
  const auto found = node_->ints.find(key);
  if (found == node_->ints.end()) return fallback;
  if (found->second.size() != fallback.size()) {
    fail(fmt::format("{} has {} values", key, found->second.size()),
         "supported: windows over two axes");
  }
  for (const int64_t number : found->second) {
    if (number < low || number > kMaxSide) {
      fail(fmt::format("{} holds {}, supported: {} to {}", key, number, low, kMaxSide));
    }
  }
  return found->second;
}

Window OnnxOperands::window(const Shape& input, std::vector<int64_t> kernel) const {
  if (kernel.empty() && node_->ints.count("kernel_shape") == 0) fail("kernel_shape is missing");
  if (kernel.empty()) kernel = {1, 1};
  const auto size = window_list("kernel_shape", kernel, 1);
  const auto strides = window_list("strides", {1, 1}, 1);
  const auto dilations = window_list("dilations", {1, 1}, 1);
  const auto pads = window_list("pads", {0, 0, 0, 0}, 0);
  if (std::max(size[0], size[1]) > kMaxSide || std::min(size[0], size[1]) < 1) {
    fail(fmt::format("a {}x{} window is not supported", size[0], size[1]));
  }
  const auto narrow = [](int64_t x) { return static_cast<int>(x); };
  Window result{narrow(size[0]),      narrow(size[1]),      narrow(strides[0]), narrow(strides[1]),
                narrow(dilations[0]), narrow(dilations[1]), narrow(pads[0]),    narrow(pads[1]),
                narrow(pads[2]),      narrow(pads[3])};
  pad_automatically(input, result);
  if (node_->integer("ceil_mode", 0) != 0) {
    Window shifted = result;
    shifted.pad_bottom += result.stride_h - 1;
    shifted.pad_right += result.stride_w - 1;
    if (output_height(shifted, input) != output_height(result, input) ||
        output_width(shifted, input) != output_width(result, input)) {
      fail("ceil_mode changes the shape of the result, which is not supported",
           "pad the input so that the windows fit");
    }
  }
  return result;
}

void OnnxOperands::pad_automatically(const Shape& input, Window& window) const {
  const std::string mode = node_->text("auto_pad", "NOTSET");
  if (mode == "NOTSET") return;
  window.pad_top = window.pad_left = window.pad_bottom = window.pad_right = 0;
  if (mode == "VALID") return;
  if (mode != "SAME_UPPER" && mode != "SAME_LOWER") {
    fail(fmt::format("auto_pad '{}' is unknown", mode),
         "known: NOTSET, VALID, SAME_UPPER, SAME_LOWER");
  }
  const auto pad = [&](int size, int kernel, int stride, int dilation, int& before, int& after) {
    const int outputs = (size + stride - 1) / stride;
    const int total = std::max(0, (outputs - 1) * stride + dilation * (kernel - 1) + 1 - size);
    before = mode == "SAME_UPPER" ? total / 2 : total - total / 2;
    after = total - before;
  };
  pad(input.height, window.kernel_h, window.stride_h, window.dilation_h, window.pad_top,
      window.pad_bottom);
  pad(input.width, window.kernel_w, window.stride_w, window.dilation_w, window.pad_left,
      window.pad_right);
}

Window OnnxOperands::pool_window(const Shape& input) const {
  const Window result = window(input, {});
  if (std::max(result.pad_top, result.pad_bottom) >= result.kernel_h ||
      std::max(result.pad_left, result.pad_right) >= result.kernel_w) {
    fail(fmt::format("pads are not smaller than the {}x{} window", result.kernel_h,
                     result.kernel_w));
  }
  return result;
}

Shape OnnxOperands::slide(const Window& window, const Shape& input, int64_t channels) const {
  const int64_t height = output_height(window, input);
  const int64_t width = output_width(window, input);
  if (height < 1 || width < 1) {
    fail(fmt::format("the {}x{} window is larger than the padded input {}", window.kernel_h,
                     window.kernel_w, to_string(input)));
  }
  if (height > kMaxSide || width > kMaxSide || channels > kMaxFeatures / (height * width)) {
    fail(fmt::format("the result of {}x{}x{} values is too large", channels, height, width));
  }
  return {static_cast<int>(channels), static_cast<int>(height), static_cast<int>(width)};
}

std::vector<int64_t> OnnxOperands::reshape_target(const std::vector<int64_t>& input_dims,
                                                  int64_t fixed_batch) const {
  const std::string& name = input(1, "shape");
  const OnnxTensor& tensor = constant(name, "shape");
  if (tensor.type != OnnxTensor::Type::kInt64) {
    fail(fmt::format("shape '{}' is {}, int64 is needed", name, to_string(tensor.type)));
  }
  std::vector<int64_t> dims(tensor.integers.begin(), tensor.integers.end());
  const std::string asked = fmt::format("{}", fmt::join(dims, ","));
  const auto refuse = [&](std::string_view why) {
    fail(fmt::format("reshapes {} to [{}]: {}", dims_text(input_dims), asked, why),
         "keep the batch axis in front: [-1, features], [0, -1] or [0, channels, rows, columns]");
  };
  if (dims.size() != 2 && dims.size() != 4) refuse("two or four axes are supported");
  int64_t rest = 1;
  for (std::size_t i = 1; i < input_dims.size(); ++i) rest *= input_dims[i];
  int64_t known = 1;
  std::size_t inferred = 0;
  for (std::size_t i = 1; i < dims.size(); ++i) {
    if (dims[i] == 0 && i < input_dims.size()) dims[i] = input_dims[i];
    if (dims[i] == -1 && inferred == 0 && dims[0] != -1) {
      inferred = i;
    } else if (dims[i] < 1 || dims[i] > kMaxFeatures || known > kMaxFeatures / dims[i]) {
      refuse("the sizes do not fit");
    } else {
      known *= dims[i];
    }
  }
  if (inferred != 0) dims[inferred] = rest / known;
  if (known * (inferred != 0 ? dims[inferred] : 1) != rest) refuse("the sizes do not fit");
  if (dims[0] != -1 && dims[0] != 0 && dims[0] != fixed_batch) refuse("the batch axis changes");
  dims[0] = -1;
  return dims;
}

}  // namespace faultwave::nn
