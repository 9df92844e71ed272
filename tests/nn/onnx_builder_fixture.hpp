// Writes small ONNX files for tests, through the protobuf interface.
#pragma once

#include <onnx/onnx_pb.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace faultwave::nn::test {

using Dims = std::vector<int64_t>;
using Attributes = std::vector<std::pair<std::string, Dims>>;  ///< one element: INT, else INTS

/// One graph with the input "input"; a dimension of -1 is the symbolic batch "N".
class OnnxBuilder {
 public:
  explicit OnnxBuilder(const Dims& input_dims,
                       onnx::TensorProto::DataType type = onnx::TensorProto::UINT8);

  /// Initializers; scalars unless `dims` is given. They return their name.
  std::string f32(const std::vector<float>& values, const Dims& dims = {});
  std::string u8(const std::vector<int>& values, const Dims& dims = {});
  std::string i8(const std::vector<int>& values, const Dims& dims = {});
  std::string i32(const std::vector<int>& values, const Dims& dims = {});
  std::string i64(const Dims& values);

  /// Appends a node; returns the name of its output. Domain "com.microsoft" where ONNX has no such
  /// operator. QDQ operators take a last attribute list too.
  std::string node(const std::string& op, const std::vector<std::string>& inputs,
                   const Attributes& attributes = {});
  void output(const std::string& name, onnx::TensorProto::DataType type);

  /// QuantizeLinear and DequantizeLinear with these numbers; returns the float name.
  std::string quantize_dequantize(const std::string& real, float scale, int zero_point);

  onnx::GraphProto& graph() { return *model_.mutable_graph(); }
  const onnx::ModelProto& model() const { return model_; }
  onnx::NodeProto& last_node() { return *graph().mutable_node(graph().node_size() - 1); }
  void save(const std::filesystem::path& path) const;

 private:
  onnx::TensorProto& tensor(onnx::TensorProto::DataType type, const Dims& dims);
  std::string integers(onnx::TensorProto::DataType type, const std::vector<int>& values,
                       const Dims& dims);

  onnx::ModelProto model_;
  int num_names_ = 0;
};

}  // namespace faultwave::nn::test
