#include "nn/onnx_builder_fixture.hpp"

#include <array>

#include "base/file.hpp"

namespace faultwave::nn::test {
namespace {

constexpr std::array<std::string_view, 4> kContribOperators = {
    "QGemm", "QLinearAdd", "QLinearAveragePool", "QLinearGlobalAveragePool"};

void set_type(onnx::ValueInfoProto& info, const std::string& name,
              onnx::TensorProto::DataType type) {
  info.set_name(name);
  info.mutable_type()->mutable_tensor_type()->set_elem_type(type);
}

void add_opset(onnx::ModelProto& model, const std::string& domain, int64_t version) {
  auto* opset = model.add_opset_import();
  opset->set_domain(domain);
  opset->set_version(version);
}

}  // namespace

OnnxBuilder::OnnxBuilder(const Dims& input_dims, onnx::TensorProto::DataType type) {
  model_.set_ir_version(7);
  add_opset(model_, "", 13);
  add_opset(model_, "com.microsoft", 1);
  graph().set_name("test");
  auto* input = graph().add_input();
  set_type(*input, "input", type);
  auto* shape = input->mutable_type()->mutable_tensor_type()->mutable_shape();
  for (const int64_t dim : input_dims) {
    if (dim == -1) {
      shape->add_dim()->set_dim_param("N");
    } else {
      shape->add_dim()->set_dim_value(dim);
    }
  }
}

onnx::TensorProto& OnnxBuilder::tensor(onnx::TensorProto::DataType type, const Dims& dims) {
  auto* result = graph().add_initializer();
  result->set_name("constant" + std::to_string(num_names_++));
  result->set_data_type(type);
  for (const int64_t dim : dims) result->add_dims(dim);
  return *result;
}

std::string OnnxBuilder::f32(const std::vector<float>& values, const Dims& dims) {
  auto& result = tensor(onnx::TensorProto::FLOAT, dims);
  for (const float value : values) result.add_float_data(value);
  return result.name();
}

std::string OnnxBuilder::integers(onnx::TensorProto::DataType type, const std::vector<int>& values,
                                  const Dims& dims) {
  auto& result = tensor(type, dims);
  for (const int value : values) result.add_int32_data(value);
  return result.name();
}

std::string OnnxBuilder::u8(const std::vector<int>& values, const Dims& dims) {
  return integers(onnx::TensorProto::UINT8, values, dims);
}

std::string OnnxBuilder::i8(const std::vector<int>& values, const Dims& dims) {
  // Raw bytes, as exporters write them; the other types use the typed fields.
  auto& result = tensor(onnx::TensorProto::INT8, dims);
  std::string raw;
  for (const int value : values) raw.push_back(static_cast<char>(value));
  result.set_raw_data(raw);
  return result.name();
}

std::string OnnxBuilder::i32(const std::vector<int>& values, const Dims& dims) {
  return integers(onnx::TensorProto::INT32, values, dims);
}

std::string OnnxBuilder::i64(const Dims& values) {
  auto& result = tensor(onnx::TensorProto::INT64, {static_cast<int64_t>(values.size())});
  for (const int64_t value : values) result.add_int64_data(value);
  return result.name();
}

std::string OnnxBuilder::node(const std::string& op, const std::vector<std::string>& inputs,
                              const Attributes& attributes) {
  auto* result = graph().add_node();
  result->set_op_type(op);
  for (const auto contrib : kContribOperators) {
    if (op == contrib) result->set_domain("com.microsoft");
  }
  for (const auto& input : inputs) result->add_input(input);
  const std::string name = op + std::to_string(num_names_++);
  result->set_name(name);
  result->add_output(name + "_output");
  for (const auto& [key, values] : attributes) {
    auto* attribute = result->add_attribute();
    attribute->set_name(key);
    if (values.size() == 1) {
      attribute->set_type(onnx::AttributeProto::INT);
      attribute->set_i(values[0]);
    } else {
      attribute->set_type(onnx::AttributeProto::INTS);
      for (const int64_t value : values) attribute->add_ints(value);
    }
  }
  return result->output(0);
}

void OnnxBuilder::output(const std::string& name, onnx::TensorProto::DataType type) {
  set_type(*graph().add_output(), name, type);
}

std::string OnnxBuilder::quantize_dequantize(const std::string& real, float scale, int zero_point) {
  const std::string codes = node("QuantizeLinear", {real, f32({scale}), u8({zero_point})});
  return node("DequantizeLinear", {codes, f32({scale}), u8({zero_point})});
}

void OnnxBuilder::save(const std::filesystem::path& path) const {
  write_file_atomically(path, model_.SerializeAsString());
}

}  // namespace faultwave::nn::test
