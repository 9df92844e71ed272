#include "nn/onnx_model.hpp"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/stubs/logging.h>
#include <onnx/onnx_pb.h>

#include <cmath>
#include <cstring>

#include "base/file.hpp"

namespace faultwave::nn {
namespace {

constexpr std::size_t kMaxFileBytes = std::size_t{256} << 20;
constexpr int64_t kMaxElements = int64_t{1} << 27;
constexpr int kMaxNesting = 50;

class Reader {
 public:
  explicit Reader(const std::filesystem::path& path) : path_(path) {}

  OnnxModel read() {
    const std::string bytes = read_file(path_, kMaxFileBytes);
    if (bytes.empty()) fail("the file is empty");
    onnx::ModelProto proto;
    google::protobuf::io::ArrayInputStream array(bytes.data(), static_cast<int>(bytes.size()));
    google::protobuf::io::CodedInputStream stream(&array);
    stream.SetRecursionLimit(kMaxNesting);
    const google::protobuf::LogSilencer silent;
    if (!proto.ParseFromCodedStream(&stream) || !stream.ConsumedEntireMessage()) {
      fail("not an ONNX file, or truncated");
    }
    if (!proto.has_graph()) fail("holds no graph");
    model_.path = path_;
    model_.name = path_.stem().string();
    read_graph(proto.graph());
    return std::move(model_);
  }

 private:
  [[noreturn]] void fail(const std::string& problem, const std::string& fix = {}) const {
    throw InputError({path_.string()}, problem, fix);
  }

  void read_graph(const onnx::GraphProto& graph) {
    for (const auto& tensor : graph.initializer()) add_constant(tensor.name(), tensor);
    for (const auto& node : graph.node()) {
      if (node.op_type() == "Constant") {
        read_constant_node(node);
      } else {
        model_.nodes.push_back(read_node(node));
      }
    }
    read_input(graph);
    if (graph.output_size() != 1) {
      fail(fmt::format("has {} outputs, one is needed: the logits", graph.output_size()));
    }
    model_.output = graph.output(0).name();
  }

  void read_input(const onnx::GraphProto& graph) {
    const onnx::ValueInfoProto* input = nullptr;
    for (const auto& candidate : graph.input()) {
      if (model_.constants.count(candidate.name()) != 0) continue;
      if (input != nullptr) {
        fail(
            fmt::format("has more than one input: '{}' and '{}'", input->name(), candidate.name()));
      }
      input = &candidate;
    }
    if (input == nullptr) fail("has no input");
    const auto& type = input->type().tensor_type();
    if (type.elem_type() == onnx::TensorProto::FLOAT) {
      model_.input_is_float = true;
    } else if (type.elem_type() != onnx::TensorProto::UINT8) {
      fail(fmt::format("input '{}' has element type {}, uint8 or float is needed", input->name(),
                       type.elem_type()));
    }
    model_.input = input->name();
    for (const auto& dim : type.shape().dim()) {
      model_.input_dims.push_back(dim.has_dim_value() ? dim.dim_value() : -1);
    }
  }

  void read_constant_node(const onnx::NodeProto& node) {
    for (const auto& attribute : node.attribute()) {
      if (attribute.name() == "value" && attribute.has_t() && node.output_size() == 1) {
        add_constant(node.output(0), attribute.t());
        return;
      }
    }
    fail(fmt::format("node '{}' (Constant) holds no tensor", node.name()));
  }

  OnnxNode read_node(const onnx::NodeProto& proto) const {
    OnnxNode node;
    node.op = proto.op_type();
    node.inputs.assign(proto.input().begin(), proto.input().end());
    node.outputs.assign(proto.output().begin(), proto.output().end());
    if (node.outputs.empty() || node.outputs[0].empty()) {
      fail(fmt::format("node '{}' ({}) has no output", proto.name(), node.op));
    }
    node.name = proto.name().empty() ? node.outputs[0] : proto.name();
    for (const auto& attribute : proto.attribute()) {
      auto& values = node.ints[attribute.name()];
      if (attribute.type() == onnx::AttributeProto::INT) values = {attribute.i()};
      if (attribute.type() == onnx::AttributeProto::INTS) {
        values.assign(attribute.ints().begin(), attribute.ints().end());
      }
      if (attribute.type() == onnx::AttributeProto::FLOAT) {
        node.strings[attribute.name()] = fmt::format("{}", attribute.f());
        node.ints.erase(attribute.name());
      }
      if (attribute.type() == onnx::AttributeProto::STRING) {
        node.strings[attribute.name()] = attribute.s();
        node.ints.erase(attribute.name());
      }
    }
    return node;
  }

  /// Copies raw little-endian elements of type `Source`, or the typed field where raw is absent.
  template <typename Source, typename Target, typename Field>
  void copy(const onnx::TensorProto& proto, const Field& field, int64_t count,
            std::vector<Target>& target) const {
    if (proto.has_raw_data()) {
      const std::string& raw = proto.raw_data();
      if (raw.size() != static_cast<std::size_t>(count) * sizeof(Source)) {
        fail(fmt::format("tensor '{}' has {} bytes, its shape needs {}", proto.name(), raw.size(),
                         static_cast<std::size_t>(count) * sizeof(Source)));
      }
      for (int64_t i = 0; i < count; ++i) {
        Source value;
        std::memcpy(&value, raw.data() + static_cast<std::size_t>(i) * sizeof(Source),
                    sizeof(Source));
        target.push_back(static_cast<Target>(value));
      }
      return;
    }
    if (field.size() != count) {
      fail(fmt::format("tensor '{}' has {} elements, its shape needs {}", proto.name(),
                       field.size(), count));
    }
    for (const auto value : field) target.push_back(static_cast<Target>(value));
  }

  void add_constant(const std::string& name, const onnx::TensorProto& proto) {
    OnnxTensor tensor;
    int64_t count = 1;
    for (const int64_t dim : proto.dims()) {
      if (dim < 0 || dim > kMaxElements || count * dim > kMaxElements) {
        fail(fmt::format("tensor '{}' has an impossible dimension {}", name, dim));
      }
      tensor.dims.push_back(dim);
      count *= dim;
    }
    if (proto.data_location() == onnx::TensorProto::EXTERNAL) {
      fail(fmt::format("tensor '{}' lies in another file", name), "save the model as one file");
    }
    switch (proto.data_type()) {
      case onnx::TensorProto::FLOAT:
        tensor.type = OnnxTensor::Type::kFloat;
        copy<float>(proto, proto.float_data(), count, tensor.floats);
        for (const float value : tensor.floats) {
          if (!std::isfinite(value)) fail(fmt::format("tensor '{}' holds {}", name, value));
        }
        break;
      case onnx::TensorProto::UINT8:
        tensor.type = OnnxTensor::Type::kUint8;
        copy<uint8_t>(proto, proto.int32_data(), count, tensor.integers);
        break;
      case onnx::TensorProto::INT8:
        tensor.type = OnnxTensor::Type::kInt8;
        copy<int8_t>(proto, proto.int32_data(), count, tensor.integers);
        break;
      case onnx::TensorProto::INT32:
        tensor.type = OnnxTensor::Type::kInt32;
        copy<int32_t>(proto, proto.int32_data(), count, tensor.integers);
        break;
      case onnx::TensorProto::INT64:
        tensor.type = OnnxTensor::Type::kInt64;
        copy<int64_t>(proto, proto.int64_data(), count, tensor.integers);
        break;
      default:
        fail(fmt::format(
            "tensor '{}' has the element type {}; supported: float, uint8, int8, int32, "
            "int64",
            name, onnx::TensorProto::DataType_Name(proto.data_type())));
    }
    model_.constants[name] = std::move(tensor);
  }

  std::filesystem::path path_;
  OnnxModel model_;
};

}  // namespace

int64_t OnnxTensor::size() const {
  return static_cast<int64_t>(type == Type::kFloat ? floats.size() : integers.size());
}

int64_t OnnxNode::attribute(const std::string& key, int64_t fallback) const {
  const auto found = ints.find(key);
  return found == ints.end() || found->second.size() != 1 ? fallback : found->second[0];
}

std::vector<int64_t> OnnxNode::attribute(const std::string& key,
                                         std::vector<int64_t> fallback) const {
  const auto found = ints.find(key);
  return found == ints.end() ? std::move(fallback) : found->second;
}

OnnxModel read_onnx(const std::filesystem::path& path) { return Reader(path).read(); }

}  // namespace faultwave::nn
