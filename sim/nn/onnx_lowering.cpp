#include "nn/onnx_lowering.hpp"

#include "base/error.hpp"
#include "base/suggest.hpp"

namespace faultwave::nn {

OnnxLowering::OnnxLowering(OnnxModel model)
    : model_(std::move(model)), operands_(model_), builder_(operands_) {
  for (const OnnxNode& node : model_.nodes) {
    for (const std::string& name : node.inputs) ++num_uses_[name];
  }
  ++num_uses_[model_.output];
}

Network OnnxLowering::run() {
  add_input();
  const auto& operators = lowerings();
  for (const OnnxNode& node : model_.nodes) {
    operands_.set_node(&node);
    const auto lowering = operators.find(node.op);
    if (lowering == operators.end()) refuse_operator(node.op);
    if (node.num_outputs != 1) operands_.fail("only one output is supported");
    check_inputs(node);
    (this->*lowering->second)(node);
  }
  operands_.set_node(nullptr);
  set_output();
  Network network = builder_.take();
  network.name = model_.name;
  return network;
}

const std::map<std::string, OnnxLowering::Lowering>& OnnxLowering::lowerings() {
  static const std::map<std::string, Lowering> table = {
      {"QLinearConv", &OnnxLowering::qlinear_conv},
      {"QLinearMatMul", &OnnxLowering::qlinear_matmul},
      {"QGemm", &OnnxLowering::qgemm},
      {"MatMulInteger", &OnnxLowering::matmul_integer},
      {"QLinearAdd", &OnnxLowering::qlinear_add},
      {"QLinearAveragePool", &OnnxLowering::qlinear_pool},
      {"QLinearGlobalAveragePool", &OnnxLowering::qlinear_pool},
      {"QuantizeLinear", &OnnxLowering::quantize_linear},
      {"DequantizeLinear", &OnnxLowering::dequantize_linear},
      {"Conv", &OnnxLowering::conv},
      {"Gemm", &OnnxLowering::gemm},
      {"MatMul", &OnnxLowering::gemm},
      {"Add", &OnnxLowering::add},
      {"Relu", &OnnxLowering::relu},
      {"MaxPool", &OnnxLowering::max_pool},
      {"AveragePool", &OnnxLowering::average_pool},
      {"GlobalAveragePool", &OnnxLowering::average_pool},
      {"Flatten", &OnnxLowering::reshape},
      {"Reshape", &OnnxLowering::reshape},
  };
  return table;
}

void OnnxLowering::refuse_operator(const std::string& op) const {
  std::vector<std::string> known{"Constant"};
  for (const auto& entry : lowerings()) known.push_back(entry.first);
  operands_.fail(fmt::format("the operator {} is not supported", op), suggestion(op, known));
}

void OnnxLowering::add_input() {
  if (!model_.input_dims.empty()) fixed_batch_ = model_.input_dims[0];
  // A float input becomes codes where it is quantised; until then they are its pixels.
  const int id = builder_.add_value(model_.input, model_.input_dims);
  builder_.network().input = id;
  GraphTensor tensor;
  tensor.kind = model_.input_is_float ? GraphTensor::Kind::kPixels : GraphTensor::Kind::kCodes;
  tensor.value = id;
  define(model_.input, tensor);
}

void OnnxLowering::set_output() {
  const auto found = tensors_.find(model_.output);
  if (found == tensors_.end()) {
    operands_.fail(fmt::format("output '{}' is not computed by any node", model_.output));
  }
  const GraphTensor tensor = found->second;
  if (tensor.unfinished != nullptr) {
    finish_integer_logits(tensor);
  } else if (tensor.kind == GraphTensor::Kind::kCodes || tensor.kind == GraphTensor::Kind::kReal) {
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

void OnnxLowering::finish_integer_logits(const GraphTensor& tensor) {
  const UnfinishedLayer& unfinished = *tensor.unfinished;
  const bool is_matrix = unfinished.layer.kind == LayerKind::kMatrix && !unfinished.relu;
  const bool ranks =
      tensor.kind == GraphTensor::Kind::kSums || unfinished.layer.weight_scale.size() == 1;
  if (!is_matrix || !ranks || unfinished.dims.size() != 2) {
    operands_.fail(
        fmt::format("output '{}' is not quantised", model_.output),
        "end with QuantizeLinear, or with a matrix product whose weights have one scale");
  }
  const int id = builder_.add_value(model_.output, unfinished.dims, DataType::kInt32);
  builder_.add_layer(unfinished.layer, id);
  builder_.network().output = id;
}

void OnnxLowering::define(const std::string& name, const GraphTensor& tensor) {
  if (operands_.find_constant(name) != nullptr || !tensors_.emplace(name, tensor).second) {
    operands_.fail(fmt::format("'{}' is defined twice", name), "export the model again");
  }
}

void OnnxLowering::define_codes(const std::string& name, int value) {
  GraphTensor tensor;
  tensor.value = value;
  define(name, tensor);
}

void OnnxLowering::define_unfinished(const OnnxNode& node, GraphTensor::Kind kind,
                                     UnfinishedLayer unfinished) {
  GraphTensor tensor;
  tensor.kind = kind;
  unfinished.layer.name = node.name;
  tensor.unfinished = std::make_shared<const UnfinishedLayer>(std::move(unfinished));
  define(node.output, tensor);
}

void OnnxLowering::define_alike(const OnnxNode& node, const UnfinishedLayer& unfinished) {
  GraphTensor result = tensor(node.inputs[0]);
  const int id = builder_.add_alike(node.output, unfinished.dims, result.value);
  builder_.add_layer(unfinished.layer, id);
  result.value = id;
  result.codes = node.output;
  define(node.output, result);
}

void OnnxLowering::check_inputs(const OnnxNode& node) const {
  for (const std::string& name : node.inputs) {
    if (name.empty() || tensors_.count(name) != 0 || operands_.find_constant(name) != nullptr) {
      continue;
    }
    operands_.fail(
        fmt::format("'{}' is neither a constant of the file nor computed by an earlier node", name),
        "nodes must be in the order of execution, without cycles");
  }
}

const GraphTensor& OnnxLowering::tensor(const std::string& name) const {
  const auto found = tensors_.find(name);
  if (found == tensors_.end()) {
    operands_.fail(fmt::format("operand '{}' is a constant", name),
                   "fold constants before the export");
  }
  return found->second;
}

int OnnxLowering::codes(std::size_t index) const {
  const std::string& name = operands_.input(index, "operand");
  const GraphTensor& found = tensor(name);
  if (found.kind != GraphTensor::Kind::kCodes) {
    operands_.fail(fmt::format("operand '{}' is not quantised to uint8", name),
                   "quantise the activations between all layers");
  }
  return found.value;
}

int OnnxLowering::real(std::size_t index) const {
  const std::string& name = operands_.input(index, "operand");
  const GraphTensor& found = tensor(name);
  if (found.kind != GraphTensor::Kind::kReal) {
    operands_.fail(fmt::format("operand '{}' is not quantised", name),
                   "put QuantizeLinear and DequantizeLinear around every operator");
  }
  return found.value;
}

int OnnxLowering::codes_or_real(std::size_t index) const {
  const auto& from = tensor(operands_.input(index, "operand"));
  if (from.kind == GraphTensor::Kind::kPixels) return from.value;
  return from.kind == GraphTensor::Kind::kReal ? real(index) : codes(index);
}

std::string OnnxLowering::optional_input(std::size_t index) const {
  const OnnxNode& node = operands_.node();
  return node.has_input(index) ? node.inputs[index] : std::string();
}

Quantization OnnxLowering::stated_quantization(std::size_t index) const {
  return operands_.quantization(operands_.input(index, "scale"), optional_input(index + 1));
}

int OnnxLowering::finish(const UnfinishedLayer& unfinished, const std::string& name,
                         const Quantization& output) {
  const int id = builder_.add_value(name, unfinished.dims);
  builder_.state(id, output);
  Layer layer = unfinished.layer;
  if (unfinished.relu) layer.clamp_low = output.zero_point;
  builder_.add_layer(std::move(layer), id);
  return id;
}

}  // namespace faultwave::nn
