// An ONNX file as plain structs: nodes, constants, input and output. Nothing here knows about
// quantisation.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace faultwave::nn {

/// A constant tensor; `floats` or `integers` is filled, by type. int64 elements (shapes) are
/// clamped to int32.
struct OnnxTensor {
  enum class Type : uint8_t { kFloat, kUint8, kInt8, kInt32, kInt64 };
  Type type = Type::kFloat;
  std::vector<int64_t> dims;
  std::vector<float> floats;
  std::vector<int32_t> integers;

  std::size_t size() const { return type == Type::kFloat ? floats.size() : integers.size(); }
};

std::string_view to_string(OnnxTensor::Type type);

/// A node of the graph of an ONNX file.
struct OnnxNode {
  std::string name;  ///< the node's name, or that of its first output
  std::string op;
  std::vector<std::string> inputs;  ///< "" where an optional one is left out
  std::string output;               ///< the first output
  std::size_t num_outputs = 1;
  std::map<std::string, std::vector<int64_t>> ints;  ///< INT attributes have one element
  std::map<std::string, float> floats;
  std::map<std::string, std::string> strings;

  int64_t integer(const std::string& key, int64_t fallback) const;
  float real(const std::string& key, float fallback) const;
  std::string text(const std::string& key, const std::string& fallback) const;
  bool has_input(std::size_t index) const {
    return index < inputs.size() && !inputs[index].empty();
  }
};

/// An ONNX file, decoded but not yet understood.
struct OnnxModel {
  std::filesystem::path path;
  std::string name;
  std::vector<OnnxNode> nodes;  ///< in the file's order
  std::unordered_map<std::string, OnnxTensor> constants;
  std::string input;
  std::vector<int64_t> input_dims;  ///< batch axis included; -1 where it is symbolic
  bool input_is_float = false;
  std::string output;
};

/// InputError for anything that is no ONNX model with one input, one output and tensors of
/// supported types. Weights in external files are refused.
OnnxModel read_onnx(const std::filesystem::path& path);

}  // namespace faultwave::nn
