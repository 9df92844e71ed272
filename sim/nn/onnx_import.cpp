#include "nn/onnx_import.hpp"

#include <cmath>
#include <functional>
#include <memory>
#include <unordered_map>

#include "base/error.hpp"
#include "base/suggest.hpp"
#include "nn/network_builder.hpp"
#include "nn/onnx_model.hpp"
#include "nn/onnx_operands.hpp"

namespace faultwave::nn {
namespace {

/// A layer whose output is not quantised yet: a float result of the QDQ form, or int32 sums.
struct Unfinished {
  Layer layer;
  std::vector<int64_t> dims;
  bool relu = false;
  bool has_bias = false;
};

/// What a name in the graph stands for.
struct Tensor {
  enum class Kind {
    kPixels,        ///< float graph input before its QuantizeLinear
    kCodes,         ///< uint8 value of the network
    kReal,          ///< the dequantised `value`
    kRealConstant,  ///< a dequantised constant
    kFloatResult,   ///< `unfinished`, waiting for QuantizeLinear
    kSums,          ///< `unfinished`, int32
  };
  Kind kind = Kind::kCodes;
  int value = -1;
  std::string codes;  ///< kReal, kRealConstant: the name of the quantised tensor
  std::string scale, zero_point;
  int64_t axis = 1;
  std::shared_ptr<const Unfinished> unfinished;
};

/// Lowers the nodes in the file's order.
class Importer {
 public:
  explicit Importer(OnnxModel model)
      : model_(std::move(model)), operands_(model_), builder_(operands_) {
    for (const OnnxNode& node : model_.nodes) {
      for (const std::string& name : node.inputs) ++num_uses_[name];
    }
    ++num_uses_[model_.output];
  }

  Network import() {
    add_input();
    const auto& operators = lowerings();
    for (const OnnxNode& node : model_.nodes) {
      operands_.set_node(&node);
      const auto lowering = operators.find(node.op);
      if (lowering == operators.end()) refuse_operator(node.op);
      if (node.num_outputs != 1) operands_.fail("only one output is supported");
      (this->*lowering->second)(node);
    }
    operands_.set_node(nullptr);
    set_output();
    Network network = builder_.take();
    network.name = model_.name;
    return network;
  }

 private:
  using Lowering = void (Importer::*)(const OnnxNode&);

  static const std::map<std::string, Lowering>& lowerings() {
    static const std::map<std::string, Lowering> table = {
        {"QLinearConv", &Importer::qlinear_conv},
        {"QLinearMatMul", &Importer::qlinear_matmul},
        {"QGemm", &Importer::qgemm},
        {"MatMulInteger", &Importer::matmul_integer},
        {"QLinearAdd", &Importer::qlinear_add},
        {"QLinearAveragePool", &Importer::qlinear_pool},
        {"QLinearGlobalAveragePool", &Importer::qlinear_pool},
        {"QuantizeLinear", &Importer::quantize_linear},
        {"DequantizeLinear", &Importer::dequantize_linear},
        {"Conv", &Importer::conv},
        {"Gemm", &Importer::gemm},
        {"MatMul", &Importer::gemm},
        {"Add", &Importer::add},
        {"Relu", &Importer::relu},
        {"MaxPool", &Importer::max_pool},
        {"AveragePool", &Importer::average_pool},
        {"GlobalAveragePool", &Importer::average_pool},
        {"Flatten", &Importer::reshape},
        {"Reshape", &Importer::reshape},
    };
    return table;
  }

  [[noreturn]] void refuse_operator(const std::string& op) const {
    std::vector<std::string> known{"Constant"};
    for (const auto& entry : lowerings()) known.push_back(entry.first);
    operands_.fail(fmt::format("the operator {} is not supported", op), suggestion(op, known));
  }

  // ---- the graph's input and output

  void add_input() {
    if (!model_.input_dims.empty()) fixed_batch_ = model_.input_dims[0];
    // A float input becomes codes where it is quantised; until then they are its pixels.
    const int id = builder_.add_value(model_.input, model_.input_dims);
    builder_.network().input = id;
    Tensor tensor;
    tensor.kind = model_.input_is_float ? Tensor::Kind::kPixels : Tensor::Kind::kCodes;
    tensor.value = id;
    define(model_.input, tensor);
  }

  void set_output() {
    const auto found = tensors_.find(model_.output);
    if (found == tensors_.end()) {
      operands_.fail(fmt::format("output '{}' is not computed by any node", model_.output));
    }
    const Tensor tensor = found->second;
    if (tensor.unfinished != nullptr) {
      finish_integer_logits(tensor);
    } else if (tensor.kind == Tensor::Kind::kCodes || tensor.kind == Tensor::Kind::kReal) {
      builder_.network().output = tensor.value;
    } else {
      operands_.fail(fmt::format("output '{}' is the input or a constant", model_.output));
    }
    const Shape& shape = builder_.shape(builder_.network().output);
    if (shape.height != 1 || shape.width != 1 || shape.channels < 2) {
      operands_.fail(fmt::format("output '{}' has the shape {}, at least two logits are needed",
                                 model_.output, to_string(shape)));
    }
    if (builder_.network().layers.empty()) operands_.fail("the network has no layer");
  }

  /// Sums without an output scale rank the classes as the float logits do when the weights have one
  /// scale.
  void finish_integer_logits(const Tensor& tensor) {
    const Unfinished& unfinished = *tensor.unfinished;
    const bool is_matrix = unfinished.layer.kind == LayerKind::kMatrix && !unfinished.relu;
    const bool ranks =
        tensor.kind == Tensor::Kind::kSums || unfinished.layer.weight_scale.size() == 1;
    if (!is_matrix || !ranks || unfinished.dims.size() != 2) {
      operands_.fail(
          fmt::format("output '{}' is not quantised", model_.output),
          "end with QuantizeLinear, or with a matrix product whose weights have one scale");
    }
    const int id = builder_.add_value(model_.output, unfinished.dims, DataType::kInt32);
    builder_.add_layer(unfinished.layer, id);
    builder_.network().output = id;
  }

  // ---- names

  void define(const std::string& name, const Tensor& tensor) {
    if (operands_.find_constant(name) != nullptr || !tensors_.emplace(name, tensor).second) {
      operands_.fail(fmt::format("'{}' is defined twice", name), "export the model again");
    }
  }

  void define_codes(const std::string& name, int value) {
    Tensor tensor;
    tensor.value = value;
    define(name, tensor);
  }

  const Tensor& tensor(const std::string& name) const {
    const auto found = tensors_.find(name);
    if (found == tensors_.end()) {
      operands_.fail(operands_.find_constant(name) != nullptr
                         ? fmt::format("operand '{}' is a constant", name)
                         : fmt::format("operand '{}' is not computed by an earlier node", name),
                     "nodes must be in the order of execution, without cycles");
    }
    return found->second;
  }

  /// Id of a uint8 operand.
  int codes(std::size_t index) const {
    const std::string& name = operands_.input(index, "operand");
    const Tensor& found = tensor(name);
    if (found.kind != Tensor::Kind::kCodes) {
      operands_.fail(fmt::format("operand '{}' is not quantised to uint8", name),
                     "quantise the activations between all layers");
    }
    return found.value;
  }

  /// Id of an operand of an operator of the QDQ form: behind DequantizeLinear.
  int real(std::size_t index) const {
    const std::string& name = operands_.input(index, "operand");
    const Tensor& found = tensor(name);
    if (found.kind != Tensor::Kind::kReal) {
      operands_.fail(fmt::format("operand '{}' is not quantised", name),
                     "put QuantizeLinear and DequantizeLinear around every operator");
    }
    return found.value;
  }

  void define_unfinished(const OnnxNode& node, Tensor::Kind kind, Unfinished unfinished) {
    Tensor tensor;
    tensor.kind = kind;
    unfinished.layer.name = node.name;
    tensor.unfinished = std::make_shared<const Unfinished>(std::move(unfinished));
    define(node.output, tensor);
  }

  std::string optional_input(std::size_t index) const {
    const OnnxNode& node = operands_.node();
    return node.has_input(index) ? node.inputs[index] : std::string();
  }

  Quantization stated_quantization(std::size_t index) const {
    return operands_.quantization(operands_.input(index, "scale"), optional_input(index + 1));
  }

  // ---- finished layers

  int finish(const Unfinished& unfinished, const std::string& name, const Quantization& output) {
    const int id = builder_.add_value(name, unfinished.dims);
    builder_.state(id, output);
    Layer layer = unfinished.layer;
    if (unfinished.relu) layer.clamp_low = output.zero_point;
    builder_.add_layer(std::move(layer), id);
    return id;
  }

  Unfinished convolution(int input, const OnnxWeights& weights) const {
    Unfinished result;
    const Shape& shape = builder_.shape(input);
    if (builder_.dims(input).size() != 4) {
      operands_.fail(fmt::format("the operand has the shape {}", dims_text(builder_.dims(input))),
                     "convolutions need [N][channels][rows][columns]");
    }
    result.layer = operands_.convolution(weights, shape);
    result.layer.inputs = {input};
    const Shape out = operands_.slide(result.layer.window, shape, result.layer.num_outputs);
    result.dims = {-1, out.channels, out.height, out.width};
    return result;
  }

  Unfinished matrix_product(int input, const OnnxWeights& weights, bool outputs_first) const {
    Unfinished result;
    if (builder_.dims(input).size() != 2) {
      operands_.fail(fmt::format("the operand has the shape {}", dims_text(builder_.dims(input))),
                     "put Flatten before the matrix product");
    }
    result.layer = operands_.matrix_product(weights, outputs_first, builder_.shape(input));
    result.layer.inputs = {input};
    result.dims = {-1, result.layer.num_outputs};
    return result;
  }

  // ---- operator form

  int stated_codes(std::size_t index) {
    const int id = codes(index);
    builder_.state(id, stated_quantization(index + 1));
    return id;
  }

  OnnxWeights stated_weights(std::size_t index) const {
    return operands_.weights(operands_.input(index, "weights"),
                             operands_.scales(operands_.input(index + 1, "weight scale")),
                             optional_input(index + 2));
  }

  void set_int32_bias(Unfinished& unfinished, const std::string& name) const {
    if (name.empty()) return;
    unfinished.layer.bias = operands_.int32_bias(name, unfinished.layer.num_outputs);
    unfinished.has_bias = true;
  }

  void qlinear_conv(const OnnxNode& node) {
    Unfinished unfinished = convolution(stated_codes(0), stated_weights(3));
    set_int32_bias(unfinished, optional_input(8));
    define_codes(node.output, finish(unfinished, node.output, stated_quantization(6)));
  }

  void qlinear_matmul(const OnnxNode& node) {
    const Unfinished unfinished = matrix_product(stated_codes(0), stated_weights(3), false);
    define_codes(node.output, finish(unfinished, node.output, stated_quantization(6)));
  }

  void check_gemm_attributes(const OnnxNode& node) const {
    if (node.integer("transA", 0) != 0) operands_.fail("transA is not supported");
    if (node.real("alpha", 1.0f) != 1.0f || node.real("beta", 1.0f) != 1.0f) {
      operands_.fail("alpha and beta other than 1 are not supported");
    }
  }

  void qgemm(const OnnxNode& node) {
    check_gemm_attributes(node);
    Unfinished unfinished =
        matrix_product(stated_codes(0), stated_weights(3), node.integer("transB", 0) != 0);
    set_int32_bias(unfinished, optional_input(6));
    if (node.has_input(7)) {
      define_codes(node.output, finish(unfinished, node.output, stated_quantization(7)));
    } else {
      define_unfinished(node, Tensor::Kind::kFloatResult, std::move(unfinished));
    }
  }

  void matmul_integer(const OnnxNode& node) {
    const int id = codes(0);
    builder_.state_zero_point(id, operands_.zero_point(optional_input(2)));
    const auto weights =
        operands_.weights(operands_.input(1, "weights"), {1.0f}, optional_input(3));
    define_unfinished(node, Tensor::Kind::kSums, matrix_product(id, weights, false));
  }

  void add_operands(int a, int b, Unfinished& unfinished) const {
    if (builder_.dims(a) != builder_.dims(b)) {
      operands_.fail(fmt::format("operands of the shapes {} and {}", dims_text(builder_.dims(a)),
                                 dims_text(builder_.dims(b))),
                     "both operands need the same shape");
    }
    unfinished.layer.kind = LayerKind::kAdd;
    unfinished.layer.inputs = {a, b};
    unfinished.dims = builder_.dims(a);
  }

  void qlinear_add(const OnnxNode& node) {
    Unfinished unfinished;
    const int first = stated_codes(0);
    add_operands(first, stated_codes(3), unfinished);
    define_codes(node.output, finish(unfinished, node.output, stated_quantization(6)));
  }

  Unfinished pool(int input) const {
    const OnnxNode& node = operands_.node();
    const Shape& shape = builder_.shape(input);
    if (builder_.dims(input).size() != 4) {
      operands_.fail(fmt::format("the operand has the shape {}", dims_text(builder_.dims(input))),
                     "pools need [N][channels][rows][columns]");
    }
    Unfinished result;
    result.layer.inputs = {input};
    if (node.op == "GlobalAveragePool" || node.op == "QLinearGlobalAveragePool") {
      result.layer.kind = LayerKind::kGlobalAveragePool;
      result.dims = {-1, shape.channels, 1, 1};
      return result;
    }
    result.layer.kind = node.op == "MaxPool" ? LayerKind::kMaxPool : LayerKind::kAveragePool;
    result.layer.window = operands_.pool_window(shape);
    const Window& window = result.layer.window;
    if (node.op != "MaxPool" && (window.dilation_h != 1 || window.dilation_w != 1)) {
      operands_.fail("dilations other than 1 are not supported");
    }
    result.layer.average_counts_padding = node.integer("count_include_pad", 0) != 0;
    const Shape out = operands_.slide(window, shape, shape.channels);
    result.dims = {-1, out.channels, out.height, out.width};
    return result;
  }

  void qlinear_pool(const OnnxNode& node) {
    if (node.integer("channels_last", 0) != 0) {
      operands_.fail("channels_last is not supported", "use the layout [N][C][H][W]");
    }
    const Unfinished unfinished = pool(stated_codes(0));
    define_codes(node.output, finish(unfinished, node.output, stated_quantization(3)));
  }

  // ---- QDQ form

  void dequantize_linear(const OnnxNode& node) {
    Tensor result;
    result.codes = operands_.input(0, "operand");
    if (operands_.find_constant(result.codes) != nullptr) {
      result.kind = Tensor::Kind::kRealConstant;
      result.scale = operands_.input(1, "scale");
      result.zero_point = optional_input(2);
      result.axis = node.integer("axis", 1);
    } else if (tensor(result.codes).kind == Tensor::Kind::kSums) {
      operands_.fail("int32 sums may only be the network's output",
                     "use QLinearMatMul or QGemm for hidden layers");
    } else {
      result.kind = Tensor::Kind::kReal;
      result.value = codes(0);
      builder_.state(result.value, stated_quantization(1));
    }
    define(node.output, result);
  }

  /// Codes of a value that was dequantised and is quantised again, maybe differently.
  int requantized(int from, const std::string& name, const Quantization& output) {
    const Quantization own = builder_.stated(from);
    if (own.scale == output.scale && own.zero_point == output.zero_point) return from;
    Layer layer;
    layer.kind = LayerKind::kLookup;
    layer.inputs = {from};
    layer.lookup = requantization_table(own, output, false);
    const int id = builder_.add_value(name, builder_.dims(from));
    builder_.state(id, output);
    builder_.add_layer(std::move(layer), id);
    return id;
  }

  void quantize_linear(const OnnxNode& node) {
    const Tensor from = tensor(operands_.input(0, "operand"));
    const Quantization output = stated_quantization(1);
    switch (from.kind) {
      case Tensor::Kind::kPixels:
        // Pixel p enters as p / 255.
        return define_codes(node.output, quantized_pixels(from.value, node.output, output));
      case Tensor::Kind::kReal:
        return define_codes(node.output, requantized(from.value, node.output, output));
      case Tensor::Kind::kFloatResult:
        return define_codes(node.output, finish(*from.unfinished, node.output, output));
      default:
        operands_.fail(fmt::format("operand '{}' is no float activation", node.inputs[0]));
    }
  }

  int quantized_pixels(int pixels, const std::string& name, const Quantization& output) {
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

  /// `output_axis`: the axis of the weights along which per-channel scales may lie.
  OnnxWeights real_weights(std::size_t index, int64_t output_axis) const {
    const std::string& name = operands_.input(index, "weights");
    const auto found = tensors_.find(name);
    if (found == tensors_.end() || found->second.kind != Tensor::Kind::kRealConstant) {
      operands_.fail(fmt::format("weights '{}' are not quantised", name),
                     "quantise the model first: weights int8 behind DequantizeLinear");
    }
    const Tensor& constant = found->second;
    OnnxWeights weights =
        operands_.weights(constant.codes, operands_.scales(constant.scale), constant.zero_point);
    const auto rank = static_cast<int64_t>(weights.tensor->dims.size());
    const int64_t axis = constant.axis < 0 ? constant.axis + rank : constant.axis;
    if (weights.scale.size() != 1 && axis != output_axis) {
      operands_.fail(
          fmt::format("weights '{}' have scales along axis {}", constant.codes, axis),
          fmt::format("use one scale, or one per output channel (axis {})", output_axis));
    }
    return weights;
  }

  /// A bias in float, or int32 behind DequantizeLinear with the scale of the sums.
  void set_real_bias(Unfinished& unfinished, const std::string& name) const {
    if (name.empty()) return;
    Layer& layer = unfinished.layer;
    const float input_scale = builder_.stated(layer.inputs[0]).scale;
    unfinished.has_bias = true;
    const auto found = tensors_.find(name);
    if (found == tensors_.end() || found->second.kind != Tensor::Kind::kRealConstant) {
      layer.bias = operands_.quantized_bias(operands_.constant(name, "bias"), name, input_scale,
                                            layer.weight_scale, layer.num_outputs);
      return;
    }
    const Tensor& constant = found->second;
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

  void conv(const OnnxNode& node) {
    Unfinished unfinished = convolution(real(0), real_weights(1, 0));
    set_real_bias(unfinished, optional_input(2));
    define_unfinished(node, Tensor::Kind::kFloatResult, std::move(unfinished));
  }

  void gemm(const OnnxNode& node) {
    check_gemm_attributes(node);
    const bool outputs_first = node.integer("transB", 0) != 0;
    Unfinished unfinished =
        matrix_product(real(0), real_weights(1, outputs_first ? 0 : 1), outputs_first);
    set_real_bias(unfinished, optional_input(2));
    define_unfinished(node, Tensor::Kind::kFloatResult, std::move(unfinished));
  }

  /// Add of a constant to a matrix product: its bias. False when the node is something else.
  bool add_bias(const OnnxNode& node) {
    for (std::size_t i = 0; i < 2; ++i) {
      const auto sum = tensors_.find(operands_.input(i, "operand"));
      const std::string& other = operands_.input(1 - i, "operand");
      if (sum == tensors_.end() || sum->second.unfinished == nullptr) continue;
      const Tensor::Kind kind = sum->second.kind;
      Unfinished unfinished = *sum->second.unfinished;
      if (unfinished.layer.kind != LayerKind::kMatrix || unfinished.has_bias || unfinished.relu ||
          unfinished.dims.size() != 2) {
        operands_.fail("only one bias, right behind a matrix product, can be added",
                       "quantise both operands of a sum");
      }
      if (kind == Tensor::Kind::kSums) {
        set_int32_bias(unfinished, other);
      } else {
        set_real_bias(unfinished, other);
      }
      define_unfinished(node, kind, std::move(unfinished));
      return true;
    }
    return false;
  }

  void add(const OnnxNode& node) {
    if (add_bias(node)) return;
    Unfinished unfinished;
    add_operands(real(0), real(1), unfinished);
    define_unfinished(node, Tensor::Kind::kFloatResult, std::move(unfinished));
  }

  void average_pool(const OnnxNode& node) {
    define_unfinished(node, Tensor::Kind::kFloatResult, pool(real(0)));
  }

  void relu(const OnnxNode& node) {
    const std::string& name = operands_.input(0, "operand");
    const Tensor from = tensor(name);
    if (from.kind == Tensor::Kind::kFloatResult) {
      Unfinished unfinished = *from.unfinished;
      unfinished.relu = true;
      return define_unfinished(node, Tensor::Kind::kFloatResult, std::move(unfinished));
    }
    const int value = real(0);
    // The layer that computes the value can clamp it when nothing else reads it.
    Layer* layer = builder_.producer(value);
    const bool clamps =
        layer != nullptr && (layer->kind == LayerKind::kMatrix || layer->kind == LayerKind::kAdd);
    if (clamps && num_uses_[name] == 1 && num_uses_[from.codes] == 1) {
      layer->clamp_low = builder_.stated(value).zero_point;
      return define(node.output, from);
    }
    Unfinished unfinished;
    unfinished.layer.kind = LayerKind::kRelu;
    unfinished.layer.inputs = {value};
    unfinished.dims = builder_.dims(value);
    define_unfinished(node, Tensor::Kind::kFloatResult, std::move(unfinished));
  }

  // ---- operators that keep the quantisation: on codes, or between DequantizeLinear and
  // QuantizeLinear

  /// Defines the node's result as `unfinished` in the quantisation of its operand.
  void define_alike(const OnnxNode& node, const Unfinished& unfinished) {
    Tensor result = tensor(node.inputs[0]);
    const int id = builder_.add_alike(node.output, unfinished.dims, result.value);
    builder_.add_layer(unfinished.layer, id);
    result.value = id;
    result.codes = node.output;
    define(node.output, result);
  }

  int codes_or_real(std::size_t index) const {
    const auto& from = tensor(operands_.input(index, "operand"));
    return from.kind == Tensor::Kind::kReal ? real(index) : codes(index);
  }

  void max_pool(const OnnxNode& node) {
    if (node.integer("storage_order", 0) != 0) operands_.fail("storage_order is not supported");
    define_alike(node, pool(codes_or_real(0)));
  }

  void reshape(const OnnxNode& node) {
    const int from = codes_or_real(0);
    const auto& dims = builder_.dims(from);
    Unfinished unfinished;
    unfinished.layer.kind = LayerKind::kReshape;
    unfinished.layer.inputs = {from};
    if (node.op == "Reshape") {
      if (node.integer("allowzero", 0) != 0) operands_.fail("allowzero is not supported");
      unfinished.dims = operands_.reshape_target(dims, fixed_batch_);
    } else {
      const int64_t axis = node.integer("axis", 1);
      if (axis != 1 && axis != 1 - static_cast<int64_t>(dims.size())) {
        operands_.fail(fmt::format("axis {} is not supported", axis),
                       "keep the batch axis: axis 1");
      }
      unfinished.dims = {-1, builder_.shape(from).size()};
    }
    define_alike(node, unfinished);
  }

  OnnxModel model_;
  OnnxOperands operands_;
  NetworkBuilder builder_;
  int64_t fixed_batch_ = -1;
  std::unordered_map<std::string, Tensor> tensors_;
  std::unordered_map<std::string, int> num_uses_;
};

}  // namespace

Network import_onnx(const std::filesystem::path& path) {
  return Importer(read_onnx(path)).import();
}

}  // namespace faultwave::nn
