// Reads the constants and attributes of one ONNX node at a time, with errors that name it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "nn/network.hpp"
#include "nn/onnx_model.hpp"

namespace faultwave::nn {

/// int8 weights with zero point 0, whatever the file's type.
struct OnnxWeights {
  const OnnxTensor* tensor = nullptr;
  std::string name;
  int zero_point = 0;
  std::vector<float> scale;  ///< [1], or one per output
};

/// Reads operands and attributes of nodes, with errors that name the node.
class OnnxOperands {
 public:
  explicit OnnxOperands(const OnnxModel& model) : model_(model) {}

  /// The node that the errors name; nullptr for the graph as a whole.
  void set_node(const OnnxNode* node) { node_ = node; }
  const OnnxNode& node() const { return *node_; }
  [[noreturn]] void fail(const std::string& problem, const std::string& fix = {}) const;

  /// Name of an operand that must be there.
  const std::string& input(std::size_t index, std::string_view role) const;
  const OnnxTensor* find_constant(const std::string& name) const;
  const OnnxTensor& constant(const std::string& name, std::string_view role) const;

  /// Positive, finite numbers.
  std::vector<float> scales(const std::string& name) const;
  /// Of activations: one number.
  float scale(const std::string& name) const;
  /// Of activations: one uint8. An empty name means 0.
  int zero_point(const std::string& name) const;
  Quantization quantization(const std::string& scale_name, const std::string& zero_name) const;

  /// `zero_name` may be empty: 0.
  OnnxWeights weights(const std::string& name, std::vector<float> scale,
                      const std::string& zero_name) const;
  /// One int32 per output.
  std::vector<int32_t> int32_bias(const std::string& name, int64_t num_outputs) const;
  /// float32 biases divided by input scale * weight scale, rounded half to even.
  std::vector<int32_t> quantized_bias(const OnnxTensor& bias, const std::string& name,
                                      float input_scale, const std::vector<float>& weight_scale,
                                      int64_t num_outputs) const;

  /// The layer of a convolution, without bias, inputs and output.
  Layer convolution(const OnnxWeights& weights, const Shape& input) const;
  /// The layer of a matrix product; weights [N][K] if `outputs_first`, else [K][N].
  Layer matrix_product(const OnnxWeights& weights, bool outputs_first, const Shape& input) const;

  /// kernel_shape (or `kernel` where the node has none), strides, dilations, pads, auto_pad,
  /// ceil_mode.
  Window window(const Shape& input, std::vector<int64_t> kernel) const;
  /// Pads that are smaller than the window, so that each window covers a value.
  Window pool_window(const Shape& input) const;
  Shape slide(const Window& window, const Shape& input, int64_t channels) const;
  /// The batch axis must stay in front.
  std::vector<int64_t> reshape_target(const std::vector<int64_t>& input_dims,
                                      int64_t fixed_batch) const;

 private:
  std::vector<int64_t> window_list(const std::string& key, std::vector<int64_t> fallback,
                                   int64_t low) const;
  void pad_automatically(const Shape& input, Window& window) const;
  void check_weight_scale(const OnnxWeights& weights, int64_t num_outputs) const;

  const OnnxModel& model_;
  const OnnxNode* node_ = nullptr;
};

/// "64x3x3": axes as errors print them, -1 as N.
std::string dims_text(const std::vector<int64_t>& dims);

}  // namespace faultwave::nn
