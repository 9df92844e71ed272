#include "nn/onnx_import.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "base/suggest.hpp"
#include "nn/onnx_model.hpp"

namespace faultwave::nn {
namespace {

constexpr int64_t kMaxSide = 1 << 16;
constexpr int64_t kMaxFeatures = int64_t{1} << 26;

const std::vector<std::string>& supported_operators() {
  static const std::vector<std::string> names = {"QLinearConv",
                                                 "QLinearMatMul",
                                                 "QGemm",
                                                 "MatMulInteger",
                                                 "QLinearAdd",
                                                 "QLinearGlobalAveragePool",
                                                 "QLinearAveragePool",
                                                 "QuantizeLinear",
                                                 "DequantizeLinear",
                                                 "Conv",
                                                 "Gemm",
                                                 "MatMul",
                                                 "Add",
                                                 "Relu",
                                                 "MaxPool",
                                                 "AveragePool",
                                                 "GlobalAveragePool",
                                                 "Flatten",
                                                 "Reshape"};
  return names;
}

/// A constant behind DequantizeLinear.
struct DequantizedConstant {
  std::string tensor;
  std::string scale;
  std::string zero_point;
};

/// A matrix layer without its output quantisation.
struct MatrixSpec {
  std::string name;
  int input = -1;
  bool is_conv = false;
  const OnnxNode* node = nullptr;  ///< attributes of the convolution
  std::string weight;
  bool weight_is_nk = false;  ///< [N][K], else [K][N]
  std::vector<float> weight_scale;
  int weight_zero_point = 0;
  std::vector<int64_t> bias;  ///< empty: zero
  std::vector<float> float_bias;
  bool relu = false;
};

/// A float result of a QDQ graph, waiting for its QuantizeLinear.
struct Pending {
  enum class Kind { kMatrix, kAdd, kAveragePool, kGlobalAveragePool } kind = Kind::kMatrix;
  MatrixSpec matrix;
  const OnnxNode* node = nullptr;
  std::vector<int> inputs;
  bool relu = false;
};

class Importer {
 public:
  explicit Importer(OnnxModel model) : model_(std::move(model)) {}

  Network import() {
    network_.name = model_.name;
    read_input();
    for (const OnnxNode& node : model_.nodes) {
      node_ = &node;
      lower(node);
    }
    finish();
    check_network(network_);
    return std::move(network_);
  }

 private:
  [[noreturn]] void fail(const std::string& problem, const std::string& fix = {}) const {
    const std::string where =
        node_ == nullptr ? "" : fmt::format("node '{}' ({}): ", node_->name, node_->op);
    throw InputError({model_.path.string()}, where + problem, fix);
  }

  // ---- values and constants

  int add_value(const std::string& name, const Shape& shape, const Quantization& quantization,
                DataType type = DataType::kUint8) {
    if (shape.size() < 1 || shape.size() > kMaxFeatures) {
      fail(fmt::format("result has {} values per image", shape.size()));
    }
    network_.values.push_back({name, shape, quantization, type});
    const int id = static_cast<int>(network_.values.size()) - 1;
    value_of_[name] = id;
    return id;
  }

  int value(const std::string& name) const {
    const auto found = value_of_.find(name);
    if (found != value_of_.end()) return found->second;
    fail(fmt::format("input '{}' is not computed by an earlier node", name),
         "nodes must be in execution order, and every operand between them quantised to uint8");
  }

  int uint8_value(const std::string& name) const {
    const int id = value(name);
    if (network_.values[static_cast<std::size_t>(id)].type != DataType::kUint8) {
      fail(fmt::format("input '{}' is int32, only logits may be", name));
    }
    return id;
  }

  const Value& value_at(int id) const { return network_.values[static_cast<std::size_t>(id)]; }

  const OnnxTensor& constant(const std::string& name) const {
    const auto found = model_.constants.find(name);
    if (found == model_.constants.end()) {
      fail(fmt::format("operand '{}' is not a constant of the file", name));
    }
    return found->second;
  }

  const std::string& input(std::size_t index) const {
    if (!node_->has_input(index)) fail(fmt::format("input {} is missing", index));
    return node_->inputs[index];
  }

  std::vector<float> scales(const std::string& name) const {
    const OnnxTensor& tensor = constant(name);
    if (tensor.type != OnnxTensor::Type::kFloat || tensor.floats.empty()) {
      fail(fmt::format("scale '{}' is not float", name));
    }
    for (const float scale : tensor.floats) {
      if (!(scale > 0.0f) || !std::isfinite(scale)) {
        fail(fmt::format("scale '{}' is {}, it must be above 0", name, scale));
      }
    }
    return tensor.floats;
  }

  float scale(const std::string& name) const {
    const auto all = scales(name);
    if (all.size() != 1)
      fail(fmt::format("scale '{}' of activations has {} values", name, all.size()));
    return all[0];
  }

  /// Zero point of activations: uint8, one value.
  int activation_zero_point(const std::string& name) const {
    const OnnxTensor& tensor = constant(name);
    if (tensor.type != OnnxTensor::Type::kUint8 || tensor.size() != 1) {
      fail(fmt::format("zero point '{}' of activations is not one uint8", name),
           "quantise activations to uint8");
    }
    return static_cast<int>(tensor.integers[0]);
  }

  Quantization quantization(const std::string& scale_name, const std::string& zero_name) const {
    return {scale(scale_name), activation_zero_point(zero_name)};
  }

  /// The quantisation that a node states for an operand must be that of the value.
  void check_quantization(int id, const std::string& scale_name,
                          const std::string& zero_name) const {
    const Quantization& own = value_at(id).quantization;
    const Quantization stated = quantization(scale_name, zero_name);
    if (own.scale != stated.scale || own.zero_point != stated.zero_point) {
      fail(fmt::format("input '{}' has scale {} and zero point {}, the node states {} and {}",
                       value_at(id).name, own.scale, own.zero_point, stated.scale,
                       stated.zero_point));
    }
  }

  int weight_zero_point(const std::string& name, OnnxTensor::Type weight_type) const {
    const OnnxTensor& tensor = constant(name);
    const int64_t expected = weight_type == OnnxTensor::Type::kUint8 ? 128 : 0;
    for (const int64_t zero : tensor.integers) {
      if (zero != expected) {
        fail(fmt::format("weights have the zero point {}, {} is supported", zero, expected),
             "quantise weights symmetrically");
      }
    }
    if (tensor.type != weight_type)
      fail(fmt::format("zero point '{}' has another type than the weights", name));
    return static_cast<int>(expected);
  }

  // ---- input and output

  void read_input() {
    const auto& dims = model_.input_dims;
    if (dims.size() != 4 && dims.size() != 2) {
      fail(fmt::format("input '{}' has {} axes; [N,C,H,W] or [N,F] is needed", model_.input,
                       dims.size()));
    }
    for (std::size_t i = 1; i < dims.size(); ++i) {
      if (dims[i] < 1 || dims[i] > kMaxSide) {
        fail(fmt::format("input '{}': axis {} has the size {}", model_.input, i, dims[i]),
             "only the batch axis may be symbolic");
      }
    }
    input_shape_ = dims.size() == 4 ? Shape{static_cast<int>(dims[1]), static_cast<int>(dims[2]),
                                            static_cast<int>(dims[3])}
                                    : Shape{static_cast<int>(dims[1]), 1, 1};
    // Pixels are codes of scale 1/255; a float input is quantised by the file's QuantizeLinear.
    if (!model_.input_is_float) {
      network_.input = add_value(model_.input, input_shape_, {1.0f / 255.0f, 0});
    }
  }

  void finish() {
    node_ = nullptr;
    if (network_.input < 0) fail("the float input is never quantised");
    const auto pending = pending_.find(model_.output);
    if (pending != pending_.end()) {
      if (pending->second.kind != Pending::Kind::kMatrix || pending->second.matrix.relu) {
        fail(fmt::format("output '{}' is not quantised", model_.output));
      }
      // Float logits: their integer sums rank the classes alike when the scale is one number.
      if (pending->second.matrix.weight_scale.size() != 1) {
        fail(fmt::format("output '{}' has a scale per channel and no QuantizeLinear",
                         model_.output));
      }
      emit_matrix(pending->second.matrix, model_.output, std::nullopt);
    }
    const auto found = value_of_.find(model_.output);
    if (found == value_of_.end()) fail(fmt::format("output '{}' is not computed", model_.output));
    network_.output = found->second;
    const Shape& shape = value_at(network_.output).shape;
    if (shape.height != 1 || shape.width != 1 || shape.channels < 2) {
      fail(fmt::format("output '{}' is {}x{}x{}, a vector of at least two logits is needed",
                       model_.output, shape.channels, shape.height, shape.width));
    }
    if (network_.layers.empty()) fail("holds no layer");
  }

  // ---- matrix layers

  Window read_window(const OnnxNode& node, std::vector<int64_t> kernel) const {
    kernel = node.attribute("kernel_shape", kernel);
    const auto strides = node.attribute("strides", std::vector<int64_t>{1, 1});
    const auto dilations = node.attribute("dilations", std::vector<int64_t>{1, 1});
    const auto pads = node.attribute("pads", std::vector<int64_t>{0, 0, 0, 0});
    if (kernel.size() != 2 || strides.size() != 2 || dilations.size() != 2 || pads.size() != 4) {
      fail("only windows with two axes are supported");
    }
    const auto padding = node.strings.find("auto_pad");
    if (padding != node.strings.end() && padding->second != "NOTSET" &&
        padding->second != "VALID") {
      fail(fmt::format("auto_pad '{}' is not supported", padding->second), "write the pads out");
    }
    if (node.attribute("ceil_mode", 0) != 0) fail("ceil_mode is not supported");
    for (const auto& list : {kernel, strides, dilations}) {
      for (const int64_t number : list) {
        if (number < 1 || number > kMaxSide)
          fail(fmt::format("window size {} is impossible", number));
      }
    }
    for (const int64_t pad : pads) {
      if (pad < 0 || pad > kMaxSide) fail(fmt::format("padding {} is impossible", pad));
    }
    const auto as_int = [](int64_t x) { return static_cast<int>(x); };
    return {as_int(kernel[0]),    as_int(kernel[1]),    as_int(strides[0]), as_int(strides[1]),
            as_int(dilations[0]), as_int(dilations[1]), as_int(pads[0]),    as_int(pads[1]),
            as_int(pads[2]),      as_int(pads[3])};
  }

  Shape window_output(const Window& w, const Shape& in, int channels) const {
    const int64_t height =
        in.height + w.pad_top + w.pad_bottom - int64_t{w.dilation_h} * (w.kernel_h - 1) - 1;
    const int64_t width =
        in.width + w.pad_left + w.pad_right - int64_t{w.dilation_w} * (w.kernel_w - 1) - 1;
    if (height < 0 || width < 0) {
      fail(fmt::format("the window is larger than its {}x{} input", in.height, in.width));
    }
    return {channels, static_cast<int>(height / w.stride_h + 1),
            static_cast<int>(width / w.stride_w + 1)};
  }

  void read_weights(const MatrixSpec& spec, const Shape& in, Layer& layer) const {
    const OnnxTensor& tensor = constant(spec.weight);
    if (tensor.type != OnnxTensor::Type::kInt8 && tensor.type != OnnxTensor::Type::kUint8) {
      fail(fmt::format("weights '{}' are neither int8 nor uint8", spec.weight));
    }
    const auto& dims = tensor.dims;
    if (spec.is_conv) {
      if (dims.size() != 4)
        fail(fmt::format("weights '{}' have {} axes, not 4", spec.weight, dims.size()));
      if (spec.node->attribute("group", 1) != 1) fail("grouped convolutions are not supported");
      if (dims[1] != in.channels) {
        fail(fmt::format("weights '{}' take {} channels, the input has {}", spec.weight, dims[1],
                         in.channels));
      }
      layer.window = read_window(*spec.node, {dims[2], dims[3]});
      if (layer.window.kernel_h != dims[2] || layer.window.kernel_w != dims[3]) {
        fail("kernel_shape is not that of the weights");
      }
      layer.num_outputs = dims[0];
      layer.num_inputs = dims[1] * dims[2] * dims[3];
    } else {
      if (dims.size() != 2)
        fail(fmt::format("weights '{}' have {} axes, not 2", spec.weight, dims.size()));
      layer.num_outputs = dims[spec.weight_is_nk ? 0 : 1];
      layer.num_inputs = dims[spec.weight_is_nk ? 1 : 0];
      if (in.height != 1 || in.width != 1 || layer.num_inputs != in.channels) {
        fail(fmt::format("weights '{}' take {} inputs, the operand is {}x{}x{}", spec.weight,
                         layer.num_inputs, in.channels, in.height, in.width));
      }
    }
    if (layer.num_inputs < 1 || layer.num_outputs < 1) fail("weights are empty");
    const bool transpose = !spec.is_conv && !spec.weight_is_nk;
    for (int64_t n = 0; n < layer.num_outputs; ++n) {
      for (int64_t k = 0; k < layer.num_inputs; ++k) {
        const int64_t at = transpose ? k * layer.num_outputs + n : n * layer.num_inputs + k;
        layer.weights.push_back(static_cast<int8_t>(tensor.integers[static_cast<std::size_t>(at)] -
                                                    spec.weight_zero_point));
      }
    }
  }

  void read_bias(const MatrixSpec& spec, const Value& in, Layer& layer) const {
    const auto n = static_cast<std::size_t>(layer.num_outputs);
    layer.weight_scale = spec.weight_scale;
    if (layer.weight_scale.size() != 1 && layer.weight_scale.size() != n) {
      fail(fmt::format("{} weight scales for {} outputs", layer.weight_scale.size(), n));
    }
    layer.bias.assign(n, 0);
    if (!spec.bias.empty() && spec.bias.size() != n) {
      fail(fmt::format("{} biases for {} outputs", spec.bias.size(), n));
    }
    for (std::size_t i = 0; i < spec.bias.size(); ++i)
      layer.bias[i] = static_cast<int32_t>(spec.bias[i]);
    if (spec.float_bias.empty()) return;
    if (spec.float_bias.size() != n)
      fail(fmt::format("{} biases for {} outputs", spec.float_bias.size(), n));
    for (std::size_t i = 0; i < n; ++i) {
      const double step = double{in.quantization.scale} *
                          layer.weight_scale[layer.weight_scale.size() == 1 ? 0 : i];
      layer.bias[i] = static_cast<int32_t>(
          std::clamp(std::nearbyint(spec.float_bias[i] / step), -2147483648.0, 2147483647.0));
    }
  }

  /// `output`: quantisation of the result, or nothing for int32 sums.
  void emit_matrix(const MatrixSpec& spec, const std::string& output_name,
                   const std::optional<Quantization>& output) {
    const Value in = value_at(spec.input);
    Layer layer;
    layer.name = spec.name;
    layer.kind = LayerKind::kMatrix;
    layer.inputs = {spec.input};
    read_weights(spec, in.shape, layer);
    read_bias(spec, in, layer);
    const auto channels = static_cast<int>(layer.num_outputs);
    const Shape shape =
        spec.is_conv ? window_output(layer.window, in.shape, channels) : Shape{channels, 1, 1};
    if (output) {
      layer.clamp_low = spec.relu ? output->zero_point : 0;
      layer.output = add_value(output_name, shape, *output);
    } else {
      const float step = in.quantization.scale * layer.weight_scale[0];
      layer.output = add_value(output_name, shape, {step, 0}, DataType::kInt32);
    }
    network_.layers.push_back(std::move(layer));
  }

  std::vector<int64_t> int32_constant(const std::string& name) const {
    const OnnxTensor& tensor = constant(name);
    if (tensor.type != OnnxTensor::Type::kInt32) fail(fmt::format("bias '{}' is not int32", name));
    return tensor.integers;
  }

  void lower_qlinear_matrix(const OnnxNode& node) {
    MatrixSpec spec;
    spec.name = node.name;
    spec.node = &node;
    spec.is_conv = node.op == "QLinearConv";
    spec.input = uint8_value(input(0));
    check_quantization(spec.input, input(1), input(2));
    spec.weight = input(3);
    spec.weight_scale = scales(input(4));
    spec.weight_zero_point = weight_zero_point(input(5), constant(input(3)).type);
    if (node.op == "QGemm") {
      if (node.attribute("transA", 0) != 0) fail("transA is not supported");
      const auto alpha = node.strings.find("alpha");
      if (alpha != node.strings.end() && alpha->second != "1")
        fail("alpha other than 1 is not supported");
      spec.weight_is_nk = node.attribute("transB", 0) != 0;
      if (node.has_input(6)) spec.bias = int32_constant(input(6));
      if (!node.has_input(7)) {
        // Float logits.
        if (spec.weight_scale.size() != 1) fail("float outputs need one weight scale");
        emit_matrix(spec, node.outputs[0], std::nullopt);
        return;
      }
      emit_matrix(spec, node.outputs[0], quantization(input(7), input(8)));
      return;
    }
    if (spec.is_conv && node.has_input(8)) spec.bias = int32_constant(input(8));
    emit_matrix(spec, node.outputs[0], quantization(input(6), input(7)));
  }

  /// MatMulInteger: waits for the Add of its int32 bias.
  void lower_matmul_integer(const OnnxNode& node) {
    MatrixSpec spec;
    spec.name = node.name;
    spec.input = uint8_value(input(0));
    spec.weight = input(1);
    spec.weight_scale = {1.0f};
    if (node.has_input(2) &&
        activation_zero_point(input(2)) != value_at(spec.input).quantization.zero_point) {
      fail("states another zero point than its input has");
    }
    if (!node.has_input(2) && value_at(spec.input).quantization.zero_point != 0) {
      fail("states no zero point, its input has one");
    }
    const auto type = constant(input(1)).type;
    if (node.has_input(3)) {
      spec.weight_zero_point = weight_zero_point(input(3), type);
    } else if (type == OnnxTensor::Type::kUint8) {
      fail("uint8 weights without the zero point 128 are not supported");
    }
    integer_sums_[node.outputs[0]] = spec;
    if (node.outputs[0] == model_.output) emit_matrix(spec, node.outputs[0], std::nullopt);
  }

  bool lower_integer_bias(const OnnxNode& node) {
    for (std::size_t i = 0; i < 2; ++i) {
      const auto found = integer_sums_.find(input(i));
      if (found == integer_sums_.end()) continue;
      MatrixSpec spec = found->second;
      spec.bias = int32_constant(input(1 - i));
      if (node.outputs[0] != model_.output) {
        fail("int32 sums may only be the network's output", "requantise hidden layers to uint8");
      }
      emit_matrix(spec, node.outputs[0], std::nullopt);
      return true;
    }
    return false;
  }

  // ---- QDQ form

  void lower_dequantize(const OnnxNode& node) {
    if (model_.constants.count(input(0)) != 0) {
      dequantized_[node.outputs[0]] = {input(0), input(1),
                                       node.has_input(2) ? input(2) : std::string()};
      return;
    }
    const int id = value(input(0));
    if (value_at(id).type == DataType::kUint8) check_quantization(id, input(1), input(2));
    value_of_[node.outputs[0]] = id;
  }

  void lower_quantize(const OnnxNode& node) {
    const Quantization output = quantization(input(1), input(2));
    if (input(0) == model_.input && model_.input_is_float) {
      // Pixel codes are v / 255: the quantised input must be the pixels themselves.
      if (output.zero_point != 0 || std::abs(output.scale * 255.0f - 1.0f) > 1e-5f) {
        fail(fmt::format("the input is quantised with scale {} and zero point {}", output.scale,
                         output.zero_point),
             "images are pixels / 255: use scale 1/255 and zero point 0");
      }
      network_.input = add_value(node.outputs[0], input_shape_, output);
      return;
    }
    const auto found = pending_.find(input(0));
    if (found == pending_.end()) {
      const int id = uint8_value(input(0));
      const Value own = value_at(id);
      if (own.quantization.scale == output.scale &&
          own.quantization.zero_point == output.zero_point) {
        value_of_[node.outputs[0]] = id;
        return;
      }
      Layer layer;
      layer.name = node.name;
      layer.kind = LayerKind::kLookup;
      layer.inputs = {id};
      layer.lookup = requantization_table(own.quantization, output, false);
      layer.output = add_value(node.outputs[0], own.shape, output);
      network_.layers.push_back(std::move(layer));
      return;
    }
    emit_pending(found->second, node.outputs[0], output);
  }

  void emit_pending(const Pending& pending, const std::string& name, const Quantization& output) {
    if (pending.kind == Pending::Kind::kMatrix) {
      MatrixSpec spec = pending.matrix;
      spec.relu = pending.relu;
      emit_matrix(spec, name, output);
      return;
    }
    Layer layer;
    layer.name = pending.node->name;
    layer.inputs = pending.inputs;
    if (!pending.relu) return emit_vector(layer, pending, name, output);
    emit_vector(layer, pending, name + " before ReLU", output);
    emit_relu(layer.name + " ReLU", value(name + " before ReLU"), name);
  }

  void emit_relu(const std::string& layer_name, int id, const std::string& output) {
    const Value in = value_at(id);
    Layer layer;
    layer.name = layer_name;
    layer.kind = LayerKind::kRelu;
    layer.inputs = {id};
    layer.output = add_value(output, in.shape, in.quantization);
    network_.layers.push_back(std::move(layer));
  }

  void emit_vector(Layer layer, const Pending& pending, const std::string& name,
                   const Quantization& output) {
    const Shape in = value_at(layer.inputs[0]).shape;
    Shape shape = in;
    switch (pending.kind) {
      case Pending::Kind::kAdd:
        layer.kind = LayerKind::kAdd;
        if (value_at(layer.inputs[1]).shape != in)
          fail("operands of different shapes are not supported");
        break;
      case Pending::Kind::kAveragePool:
        layer.kind = LayerKind::kAveragePool;
        layer.window = read_window(*pending.node, {});
        layer.average_counts_padding = pending.node->attribute("count_include_pad", 0) != 0;
        shape = window_output(layer.window, in, in.channels);
        break;
      case Pending::Kind::kGlobalAveragePool:
        layer.kind = LayerKind::kGlobalAveragePool;
        shape = {in.channels, 1, 1};
        break;
      case Pending::Kind::kMatrix:
        break;
    }
    layer.output = add_value(name, shape, output);
    network_.layers.push_back(std::move(layer));
  }

  /// Weights and bias of a Conv, Gemm or MatMul over dequantised operands.
  void lower_float_matrix(const OnnxNode& node) {
    Pending pending;
    MatrixSpec& spec = pending.matrix;
    spec.name = node.name;
    spec.node = &node;
    spec.is_conv = node.op == "Conv";
    spec.input = uint8_value(input(0));
    const auto weight = dequantized_.find(input(1));
    if (weight == dequantized_.end()) {
      fail(fmt::format("weights '{}' are not quantised", input(1)),
           "quantise the model first (QOperator or QDQ form)");
    }
    spec.weight = weight->second.tensor;
    spec.weight_scale = scales(weight->second.scale);
    const auto type = constant(spec.weight).type;
    if (!weight->second.zero_point.empty()) {
      spec.weight_zero_point = weight_zero_point(weight->second.zero_point, type);
    }
    spec.weight_is_nk = node.attribute("transB", 0) != 0;
    if (node.has_input(2)) read_float_bias(input(2), spec);
    pending_[node.outputs[0]] = pending;
  }

  void read_float_bias(const std::string& name, MatrixSpec& spec) const {
    const auto quantised = dequantized_.find(name);
    if (quantised != dequantized_.end()) {
      spec.bias = int32_constant(quantised->second.tensor);
    } else {
      spec.float_bias = constant(name).floats;
      if (spec.float_bias.empty()) fail(fmt::format("bias '{}' is neither int32 nor float", name));
    }
  }

  void lower_add(const OnnxNode& node) {
    if (lower_integer_bias(node)) return;
    // A MatMul's bias.
    for (std::size_t i = 0; i < 2; ++i) {
      const auto sum = pending_.find(input(i));
      const std::string& other = input(1 - i);
      const bool is_bias = dequantized_.count(other) != 0 || model_.constants.count(other) != 0;
      if (sum == pending_.end() || !is_bias) continue;
      Pending pending = sum->second;
      if (pending.kind != Pending::Kind::kMatrix || !pending.matrix.bias.empty())
        fail("cannot fold this bias");
      read_float_bias(other, pending.matrix);
      pending_[node.outputs[0]] = pending;
      return;
    }
    add_pending(node, Pending::Kind::kAdd, {uint8_value(input(0)), uint8_value(input(1))});
  }

  void add_pending(const OnnxNode& node, Pending::Kind kind, std::vector<int> inputs) {
    Pending pending;
    pending.kind = kind;
    pending.node = &node;
    pending.inputs = std::move(inputs);
    pending_[node.outputs[0]] = pending;
  }

  // ---- other operators

  void lower_relu(const OnnxNode& node) {
    const auto found = pending_.find(input(0));
    if (found != pending_.end()) {
      Pending pending = found->second;
      pending.relu = true;
      pending_[node.outputs[0]] = pending;
      return;
    }
    emit_relu(node.name, uint8_value(input(0)), node.outputs[0]);
  }

  void lower_max_pool(const OnnxNode& node) {
    const int id = uint8_value(input(0));
    const Value in = value_at(id);
    Layer layer;
    layer.name = node.name;
    layer.kind = LayerKind::kMaxPool;
    layer.inputs = {id};
    layer.window = read_window(node, {});
    layer.output = add_value(
        node.outputs[0], window_output(layer.window, in.shape, in.shape.channels), in.quantization);
    network_.layers.push_back(std::move(layer));
  }

  void lower_reshape(const OnnxNode& node) {
    const int id = uint8_value(input(0));
    const Value in = value_at(id);
    Shape shape{static_cast<int>(in.shape.size()), 1, 1};
    if (node.op == "Flatten" && node.attribute("axis", 1) != 1) fail("only axis 1 is supported");
    if (node.op == "Reshape") shape = reshape_target(in.shape);
    Layer layer;
    layer.name = node.name;
    layer.kind = LayerKind::kReshape;
    layer.inputs = {id};
    layer.output = add_value(node.outputs[0], shape, in.quantization);
    network_.layers.push_back(std::move(layer));
  }

  Shape reshape_target(const Shape& in) const {
    const OnnxTensor& target = constant(input(1));
    std::vector<int64_t> dims = target.integers;
    if (dims.size() != 2 && dims.size() != 4)
      fail(fmt::format("{} axes are not supported", dims.size()));
    int64_t known = 1;
    std::size_t inferred = 0;
    for (std::size_t i = 1; i < dims.size(); ++i) {
      if (dims[i] == -1 && inferred == 0 && dims[0] != -1) {
        inferred = i;
      } else if (dims[i] < 1 || dims[i] > kMaxFeatures) {
        fail(fmt::format("target size {} is not supported", dims[i]));
      } else {
        known *= dims[i];
      }
    }
    if (known < 1 || known > kMaxFeatures) fail("target is too large");
    if (inferred != 0) dims[inferred] = in.size() / known;
    Shape shape{static_cast<int>(dims[1]), 1, 1};
    if (dims.size() == 4) {
      shape.height = static_cast<int>(dims[2]);
      shape.width = static_cast<int>(dims[3]);
    }
    if (shape.size() != in.size()) {
      fail(fmt::format("changes {} values per image into {}", in.size(), shape.size()),
           "keep the batch axis first");
    }
    return shape;
  }

  void lower_qlinear_vector(const OnnxNode& node) {
    Pending pending;
    pending.node = &node;
    Layer layer;
    layer.name = node.name;
    Quantization output;
    if (node.op == "QLinearAdd") {
      pending.kind = Pending::Kind::kAdd;
      layer.inputs = {uint8_value(input(0)), uint8_value(input(3))};
      check_quantization(layer.inputs[0], input(1), input(2));
      check_quantization(layer.inputs[1], input(4), input(5));
      output = quantization(input(6), input(7));
    } else {
      pending.kind = node.op == "QLinearAveragePool" ? Pending::Kind::kAveragePool
                                                     : Pending::Kind::kGlobalAveragePool;
      if (node.attribute("channels_last", 0) != 0) fail("channels_last is not supported");
      layer.inputs = {uint8_value(input(0))};
      check_quantization(layer.inputs[0], input(1), input(2));
      output = quantization(input(3), input(4));
    }
    emit_vector(layer, pending, node.outputs[0], output);
  }

  void lower(const OnnxNode& node) {
    const std::string& op = node.op;
    if (op == "QLinearConv" || op == "QLinearMatMul" || op == "QGemm")
      return lower_qlinear_matrix(node);
    if (op == "MatMulInteger") return lower_matmul_integer(node);
    if (op == "QLinearAdd" || op == "QLinearAveragePool" || op == "QLinearGlobalAveragePool") {
      return lower_qlinear_vector(node);
    }
    if (op == "QuantizeLinear") return lower_quantize(node);
    if (op == "DequantizeLinear") return lower_dequantize(node);
    if (op == "Conv" || op == "Gemm" || op == "MatMul") return lower_float_matrix(node);
    if (op == "Add") return lower_add(node);
    if (op == "Relu") return lower_relu(node);
    if (op == "MaxPool") return lower_max_pool(node);
    if (op == "AveragePool")
      return add_pending(node, Pending::Kind::kAveragePool, {uint8_value(input(0))});
    if (op == "GlobalAveragePool") {
      return add_pending(node, Pending::Kind::kGlobalAveragePool, {uint8_value(input(0))});
    }
    if (op == "Flatten" || op == "Reshape") return lower_reshape(node);
    fail("the operator is not supported", suggestion(op, supported_operators()));
  }

  OnnxModel model_;
  Network network_;
  const OnnxNode* node_ = nullptr;
  Shape input_shape_;
  std::map<std::string, int> value_of_;
  std::map<std::string, DequantizedConstant> dequantized_;
  std::map<std::string, MatrixSpec> integer_sums_;
  std::map<std::string, Pending> pending_;
};

}  // namespace

Network import_onnx(const std::filesystem::path& path) {
  return Importer(read_onnx(path)).import();
}

}  // namespace faultwave::nn
