// Collects values and layers during the import; quantisations become known as nodes state them.
#pragma once

#include <string>
#include <vector>

#include "nn/network.hpp"
#include "nn/onnx_operands.hpp"

namespace faultwave::nn {

/// ONNX states the quantisation of a tensor at its consumers, and nowhere for some (pools,
/// reshapes). Values that must have the same one form a group; the first statement fixes it, later
/// ones must agree.
class NetworkBuilder {
 public:
  explicit NetworkBuilder(const OnnxOperands& operands) : operands_(operands) {}

  /// A value in a group of its own. `dims`: as in ONNX, batch axis first.
  int add_value(const std::string& name, const std::vector<int64_t>& dims,
                DataType type = DataType::kUint8);
  /// A value in the group of `other`.
  int add_alike(const std::string& name, const std::vector<int64_t>& dims, int other);

  const Shape& shape(int id) const { return value(id).shape; }
  const std::vector<int64_t>& dims(int id) const { return dims_[static_cast<std::size_t>(id)]; }

  void state(int id, const Quantization& quantization);
  void state_zero_point(int id, int zero_point);
  /// What was stated so far; scale 0 and zero point -1 where nothing was.
  Quantization stated(int id) const { return known_[root(id)]; }

  /// Appends the layer; its inputs are set, `output` is a new value.
  void add_layer(Layer layer, int output);
  /// The layer that computes a value, or nullptr (the input).
  Layer* producer(int id);

  Network& network() { return network_; }
  /// Writes the quantisations into the values; unstated ones are scale 1/255 and zero point 0.
  Network take();

 private:
  const Value& value(int id) const { return network_.values[static_cast<std::size_t>(id)]; }
  std::size_t root(int id) const { return group_[static_cast<std::size_t>(id)]; }

  const OnnxOperands& operands_;
  Network network_;
  std::vector<std::vector<int64_t>> dims_;
  std::vector<std::size_t> group_;   ///< per value: the first value of its group
  std::vector<Quantization> known_;  ///< per value; those of group heads count
  std::vector<std::string> whence_;  ///< per value: the node that stated it
};

}  // namespace faultwave::nn
