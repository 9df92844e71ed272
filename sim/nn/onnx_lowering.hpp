// Lowers the nodes of an ONNX graph to layers, in the file's order.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "nn/network_builder.hpp"
#include "nn/onnx_model.hpp"
#include "nn/onnx_operands.hpp"

namespace faultwave::nn {

/// A layer whose output is not quantised yet: a float result of the QDQ form, or int32 sums.
struct UnfinishedLayer {
  Layer layer;
  std::vector<int64_t> dims;
  bool relu = false;
  bool has_bias = false;
};

/// What a name in the graph stands for.
struct GraphTensor {
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
  std::shared_ptr<const UnfinishedLayer> unfinished;
};

/// One use: run() consumes the model.
class OnnxLowering {
 public:
  explicit OnnxLowering(OnnxModel model);
  OnnxLowering(const OnnxLowering&) = delete;
  OnnxLowering& operator=(const OnnxLowering&) = delete;
  Network run();

 private:
  using Lowering = void (OnnxLowering::*)(const OnnxNode&);

  // The graph: input, output, names.
  static const std::map<std::string, Lowering>& lowerings();
  [[noreturn]] void refuse_operator(const std::string& op) const;
  /// Every operand must be known: refuses unsorted and cyclic graphs.
  void check_inputs(const OnnxNode& node) const;
  void add_input();
  void set_output();
  /// Sums without an output scale rank the classes as the float logits do when the weights have one
  /// scale.
  void finish_integer_logits(const GraphTensor& tensor);
  void define(const std::string& name, const GraphTensor& tensor);
  void define_codes(const std::string& name, int value);
  void define_unfinished(const OnnxNode& node, GraphTensor::Kind kind, UnfinishedLayer unfinished);
  /// Defines the node's result as `unfinished` in the quantisation of its operand.
  void define_alike(const OnnxNode& node, const UnfinishedLayer& unfinished);
  const GraphTensor& tensor(const std::string& name) const;
  /// Id of a uint8 operand.
  int codes(std::size_t index) const;
  /// Id of an operand of an operator of the QDQ form: behind DequantizeLinear.
  int real(std::size_t index) const;
  /// Id of an operand in any form, for operators that keep the quantisation.
  int codes_or_real(std::size_t index) const;
  std::string optional_input(std::size_t index) const;
  Quantization stated_quantization(std::size_t index) const;
  int finish(const UnfinishedLayer& unfinished, const std::string& name,
             const Quantization& output);

  // Operators on codes.
  UnfinishedLayer convolution(int input, const OnnxWeights& weights) const;
  UnfinishedLayer matrix_product(int input, const OnnxWeights& weights, bool outputs_first) const;
  UnfinishedLayer pool(int input) const;
  void add_operands(int a, int b, UnfinishedLayer& unfinished) const;
  void check_gemm_attributes(const OnnxNode& node) const;
  void set_int32_bias(UnfinishedLayer& unfinished, const std::string& name) const;
  int stated_codes(std::size_t index);
  OnnxWeights stated_weights(std::size_t index) const;
  void qlinear_conv(const OnnxNode& node);
  void qlinear_matmul(const OnnxNode& node);
  void qgemm(const OnnxNode& node);
  void matmul_integer(const OnnxNode& node);
  void qlinear_add(const OnnxNode& node);
  void qlinear_pool(const OnnxNode& node);
  void max_pool(const OnnxNode& node);
  void reshape(const OnnxNode& node);

  // Operators between DequantizeLinear and QuantizeLinear.
  void dequantize_linear(const OnnxNode& node);
  /// Codes of a value that was dequantised and is quantised again, maybe differently.
  int requantized(int from, const std::string& name, const Quantization& output);
  int quantized_pixels(int pixels, const std::string& name, const Quantization& output);
  void quantize_linear(const OnnxNode& node);
  /// `output_axis`: the axis of the weights along which per-channel scales may lie.
  OnnxWeights real_weights(std::size_t index, int64_t output_axis) const;
  /// A bias in float, or int32 behind DequantizeLinear with the scale of the sums.
  void set_real_bias(UnfinishedLayer& unfinished, const std::string& name) const;
  void conv(const OnnxNode& node);
  void gemm(const OnnxNode& node);
  /// Add of a constant to a matrix product: its bias. False when the node is something else.
  bool add_bias(const OnnxNode& node);
  void add(const OnnxNode& node);
  void average_pool(const OnnxNode& node);
  void relu(const OnnxNode& node);

  OnnxModel model_;
  OnnxOperands operands_;
  NetworkBuilder builder_;
  int64_t fixed_batch_ = -1;
  std::unordered_map<std::string, GraphTensor> tensors_;
  std::unordered_map<std::string, int> num_uses_;
  std::set<int> shared_values_;  ///< values that go by more than one name
};

}  // namespace faultwave::nn
