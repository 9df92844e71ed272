// Operators that state the quantisation of their operands, and those that work on codes.
#include "base/error.hpp"
#include "nn/onnx_lowering.hpp"

namespace faultwave::nn {

UnfinishedLayer OnnxLowering::convolution(int input, const OnnxWeights& weights) const {
  UnfinishedLayer result;
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

UnfinishedLayer OnnxLowering::matrix_product(int input, const OnnxWeights& weights,
                                             bool outputs_first) const {
  UnfinishedLayer result;
  if (builder_.dims(input).size() != 2) {
    operands_.fail(fmt::format("the operand has the shape {}", dims_text(builder_.dims(input))),
                   "put Flatten before the matrix product");
  }
  result.layer = operands_.matrix_product(weights, outputs_first, builder_.shape(input));
  result.layer.inputs = {input};
  result.dims = {-1, result.layer.num_outputs};
  return result;
}

UnfinishedLayer OnnxLowering::pool(int input) const {
  const OnnxNode& node = operands_.node();
  const Shape& shape = builder_.shape(input);
  if (builder_.dims(input).size() != 4) {
    operands_.fail(fmt::format("the operand has the shape {}", dims_text(builder_.dims(input))),
                   "pools need [N][channels][rows][columns]");
  }
  UnfinishedLayer result;
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

void OnnxLowering::add_operands(int a, int b, UnfinishedLayer& unfinished) const {
  if (builder_.dims(a) != builder_.dims(b)) {
    operands_.fail(fmt::format("operands of the shapes {} and {}", dims_text(builder_.dims(a)),
                               dims_text(builder_.dims(b))),
                   "both operands need the same shape");
  }
  unfinished.layer.kind = LayerKind::kAdd;
  unfinished.layer.inputs = {a, b};
  unfinished.dims = builder_.dims(a);
}

void OnnxLowering::check_gemm_attributes(const OnnxNode& node) const {
  if (node.integer("transA", 0) != 0) operands_.fail("transA is not supported");
  if (node.real("alpha", 1.0f) != 1.0f || node.real("beta", 1.0f) != 1.0f) {
    operands_.fail("alpha and beta other than 1 are not supported");
  }
}

void OnnxLowering::set_int32_bias(UnfinishedLayer& unfinished, const std::string& name) const {
  if (name.empty()) return;
  unfinished.layer.bias = operands_.int32_bias(name, unfinished.layer.num_outputs);
  unfinished.has_bias = true;
}

int OnnxLowering::stated_codes(std::size_t index) {
  const int id = codes(index);
  builder_.state(id, stated_quantization(index + 1));
  return id;
}

OnnxWeights OnnxLowering::stated_weights(std::size_t index) const {
  return operands_.weights(operands_.input(index, "weights"),
                           operands_.scales(operands_.input(index + 1, "weight scale")),
                           optional_input(index + 2));
}

void OnnxLowering::qlinear_conv(const OnnxNode& node) {
  const int input = stated_codes(0);
  UnfinishedLayer unfinished = convolution(input, stated_weights(3));
  set_int32_bias(unfinished, optional_input(8));
  define_codes(node.output, finish(unfinished, node.output, stated_quantization(6)));
}

void OnnxLowering::qlinear_matmul(const OnnxNode& node) {
  const int input = stated_codes(0);
  const UnfinishedLayer unfinished = matrix_product(input, stated_weights(3), false);
  define_codes(node.output, finish(unfinished, node.output, stated_quantization(6)));
}

void OnnxLowering::qgemm(const OnnxNode& node) {
  check_gemm_attributes(node);
  const int input = stated_codes(0);
  UnfinishedLayer unfinished =
      matrix_product(input, stated_weights(3), node.integer("transB", 0) != 0);
  set_int32_bias(unfinished, optional_input(6));
  if (node.has_input(7)) {
    define_codes(node.output, finish(unfinished, node.output, stated_quantization(7)));
  } else {
    define_unfinished(node, GraphTensor::Kind::kFloatResult, std::move(unfinished));
  }
}

void OnnxLowering::matmul_integer(const OnnxNode& node) {
  const int id = codes(0);
  builder_.state_zero_point(id, operands_.zero_point(optional_input(2)));
  const auto weights = operands_.weights(operands_.input(1, "weights"), {1.0f}, optional_input(3));
  define_unfinished(node, GraphTensor::Kind::kSums, matrix_product(id, weights, false));
}

void OnnxLowering::qlinear_add(const OnnxNode& node) {
  UnfinishedLayer unfinished;
  const int first = stated_codes(0);
  add_operands(first, stated_codes(3), unfinished);
  define_codes(node.output, finish(unfinished, node.output, stated_quantization(6)));
}

void OnnxLowering::qlinear_pool(const OnnxNode& node) {
  if (node.integer("channels_last", 0) != 0) {
    operands_.fail("channels_last is not supported", "use the layout [N][C][H][W]");
  }
  const UnfinishedLayer unfinished = pool(stated_codes(0));
  define_codes(node.output, finish(unfinished, node.output, stated_quantization(3)));
}

void OnnxLowering::max_pool(const OnnxNode& node) {
  if (node.integer("storage_order", 0) != 0) operands_.fail("storage_order is not supported");
  define_alike(node, pool(codes_or_real(0)));
}

void OnnxLowering::reshape(const OnnxNode& node) {
  const int from = codes_or_real(0);
  const auto& dims = builder_.dims(from);
  UnfinishedLayer unfinished;
  unfinished.layer.kind = LayerKind::kReshape;
  unfinished.layer.inputs = {from};
  if (node.op == "Reshape") {
    if (node.integer("allowzero", 0) != 0) operands_.fail("allowzero is not supported");
    unfinished.dims = operands_.reshape_target(dims, fixed_batch_);
  } else {
    const int64_t axis = node.integer("axis", 1);
    if (axis != 1 && axis != 1 - static_cast<int64_t>(dims.size())) {
      operands_.fail(fmt::format("axis {} is not supported", axis), "keep the batch axis: axis 1");
    }
    unfinished.dims = {-1, builder_.shape(from).size()};
  }
  define_alike(node, unfinished);
}

}  // namespace faultwave::nn
