// An ONNX file as plain structs: nodes, constants, input and output. Nothing here knows about
// quantisation.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/error.hpp"

namespace faultwave::nn {

/// A constant tensor; one of the vectors is filled, by type.
struct OnnxTensor {
  enum class Type : uint8_t { kFloat, kUint8, kInt8, kInt32, kInt64 };
  Type type = Type::kFloat;
  std::vector<int64_t> dims;
  std::vector<float> floats;
  std::vector<int64_t> integers;
  int64_t size() const;
};

struct OnnxNode {
  std::string name;  ///< the node's name, or that of its first output
  std::string op;
  std::vector<std::string> inputs;
  std::vector<std::string> outputs;
  std::map<std::string, std::vector<int64_t>> ints;
  std::map<std::string, std::string> strings;

  int64_t attribute(const std::string& key, int64_t fallback) const;
  std::vector<int64_t> attribute(const std::string& key, std::vector<int64_t> fallback) const;
  bool has_input(std::size_t index) const {
    return index < inputs.size() && !inputs[index].empty();
  }
};

struct OnnxModel {
  std::filesystem::path path;
  std::string name;
  std::vector<OnnxNode> nodes;  ///< in the file's order
  std::map<std::string, OnnxTensor> constants;
  std::string input;
  std::vector<int64_t> input_dims;  ///< batch axis included; -1 where it is symbolic
  bool input_is_float = false;
  std::string output;
};

/// InputError for anything that is no ONNX model with one input, one output and tensors of
/// supported types. External data files are not followed.
OnnxModel read_onnx(const std::filesystem::path& path);

}  // namespace faultwave::nn
