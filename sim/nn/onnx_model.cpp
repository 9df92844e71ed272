#include "nn/onnx_model.hpp"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/stubs/logging.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <cstring>
#include <limits>

#include "base/error.hpp"
#include "base/file.hpp"

namespace faultwave::nn {
namespace {

constexpr std::size_t kMaxFileBytes = std::size_t{256} << 20;
constexpr int64_t kMaxElements = int64_t{1} << 28;
constexpr int kMaxNesting = 50;

class Reader {
 public:
  explicit Reader(const std::filesystem::path& path) : path_(path) {}

  OnnxModel read() {
    const std::string bytes = read_file(path_, kMaxFileBytes);
    if (bytes.empty()) fail("the file is empty", "export the model again");
    onnx::ModelProto proto;
    parse(bytes, proto);
    if (!proto.has_graph() || proto.graph().node_size() == 0) {
      fail("the file holds no nodes", "export the model again");
    }
    model_.path = path_;
    model_.name = path_.stem().string();
    read_graph(proto.graph());
    return std::move(model_);
  }

 private:
  [[noreturn]] void fail(const std::string& problem, const std::string& fix = {}) const {
    throw InputError({path_.string()}, problem, fix);
  }

  void parse(const std::string& bytes, onnx::ModelProto& proto) const {
    google::protobuf::io::ArrayInputStream array(bytes.data(), static_cast<int>(bytes.size()));
    google::protobuf::io::CodedInputStream stream(&array);
    stream.SetRecursionLimit(kMaxNesting);
    const google::protobuf::LogSilencer silent;
    if (!proto.ParseFromCodedStream(&stream) || !stream.ConsumedEntireMessage()) {
      fail(fmt::format("no ONNX file, or a truncated one ({} bytes)", bytes.size()),
           "export the model again");
    }
  }

  void read_graph(const onnx::GraphProto& graph) {
    if (graph.sparse_initializer_size() != 0) fail("sparse weights are not supported");
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
      fail(fmt::format("the model has {} outputs, one is needed: the logits", graph.output_size()));
    }
    model_.output = graph.output(0).name();
  }

  void read_input(const onnx::GraphProto& graph) {
    const onnx::ValueInfoProto* input = nullptr;
    for (const auto& candidate : graph.input()) {
      if (model_.constants.count(candidate.name()) != 0) continue;
      if (input != nullptr) {
        fail(fmt::format("the model has more than one input: '{}' and '{}'", input->name(),
                         candidate.name()));
      }
      input = &candidate;
    }
    if (input == nullptr) fail("the model has no input");
    const auto& type = input->type().tensor_type();
    model_.input_is_float = type.elem_type() == onnx::TensorProto::FLOAT;
    if (!model_.input_is_float && type.elem_type() != onnx::TensorProto::UINT8) {
      fail(fmt::format("input '{}' has the element type {}", input->name(),
                       type_name(type.elem_type())),
           "use uint8 pixels, or float pixels / 255 with QuantizeLinear as the first node");
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
    if (proto.output_size() == 0 || proto.output(0).empty()) {
      fail(fmt::format("node '{}' ({}) has no output", proto.name(), node.op));
    }
    node.output = proto.output(0);
    node.num_outputs = static_cast<std::size_t>(proto.output_size());
    node.name = proto.name().empty() ? node.output : proto.name();
    for (const auto& attribute : proto.attribute()) read_attribute(attribute, node);
    return node;
  }

  static void read_attribute(const onnx::AttributeProto& attribute, OnnxNode& node) {
    switch (attribute.type()) {
      case onnx::AttributeProto::INT:
        node.ints[attribute.name()] = {attribute.i()};
        break;
      case onnx::AttributeProto::INTS:
        node.ints[attribute.name()].assign(attribute.ints().begin(), attribute.ints().end());
        break;
      case onnx::AttributeProto::FLOAT:
        node.floats[attribute.name()] = attribute.f();
        break;
      case onnx::AttributeProto::STRING:
        node.strings[attribute.name()] = attribute.s();
        break;
      default:
        break;  // No operator that is supported has another kind.
    }
  }

  static std::string type_name(int type) {
    return onnx::TensorProto::DataType_IsValid(type)
               ? onnx::TensorProto::DataType_Name(static_cast<onnx::TensorProto::DataType>(type))
               : fmt::format("{}", type);
  }

  /// Number of elements that `dims` announce, before anything of that size is allocated.
  int64_t count_elements(const std::string& name, const onnx::TensorProto& proto) const {
    int64_t count = 1;
    for (const int64_t dim : proto.dims()) {
      if (dim < 0 || dim > kMaxElements || count * dim > kMaxElements) {
        fail(fmt::format("tensor '{}' has an impossible dimension: {}", name, dim),
             "export the model again");
      }
      count *= dim;
    }
    return count;
  }

  /// Copies raw little-endian elements of type `Source`, or the typed field where raw is absent.
  template <typename Source, typename Target, typename Field>
  void copy(const onnx::TensorProto& proto, const Field& field, int64_t count,
            std::vector<Target>& target) const {
    const auto convert = [](auto value) {
      if constexpr (std::is_same_v<Source, int64_t>) {
        constexpr int64_t kLow = std::numeric_limits<int32_t>::min();
        constexpr int64_t kHigh = std::numeric_limits<int32_t>::max();
        return static_cast<Target>(std::clamp(static_cast<int64_t>(value), kLow, kHigh));
      } else {
        return static_cast<Target>(static_cast<Source>(value));
      }
    };
    const std::string& raw = proto.raw_data();
    const auto found = proto.has_raw_data() ? static_cast<int64_t>(raw.size() / sizeof(Source))
                                            : static_cast<int64_t>(field.size());
    if (found != count || (proto.has_raw_data() && raw.size() % sizeof(Source) != 0)) {
      fail(fmt::format("tensor '{}' has {} elements, its shape announces {}", proto.name(), found,
                       count),
           "export the model again");
    }
    target.reserve(static_cast<std::size_t>(count));
    if (!proto.has_raw_data()) {
      for (const auto value : field) target.push_back(convert(value));
      return;
    }
    for (std::size_t at = 0; at < raw.size(); at += sizeof(Source)) {
      Source value;
      std::memcpy(&value, raw.data() + at, sizeof(Source));
      target.push_back(convert(value));
    }
  }

  void add_constant(const std::string& name, const onnx::TensorProto& proto) {
    if (proto.data_location() == onnx::TensorProto::EXTERNAL) {
      fail(fmt::format("tensor '{}' lies in another file", name), "save the model as one file");
    }
    const int64_t count = count_elements(name, proto);
    OnnxTensor tensor;
    tensor.dims.assign(proto.dims().begin(), proto.dims().end());
    switch (proto.data_type()) {
      case onnx::TensorProto::FLOAT:
        tensor.type = OnnxTensor::Type::kFloat;
        copy<float>(proto, proto.float_data(), count, tensor.floats);
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
        fail(fmt::format("tensor '{}' has the element type {}", name, type_name(proto.data_type())),
             "supported: float, uint8, int8, int32, int64");
    }
    if (!model_.constants.emplace(name, std::move(tensor)).second) {
      fail(fmt::format("tensor '{}' is defined twice", name), "export the model again");
    }
  }

  std::filesystem::path path_;
  OnnxModel model_;
};

}  // namespace

std::string_view to_string(OnnxTensor::Type type) {
  switch (type) {
    case OnnxTensor::Type::kFloat:
      return "float";
    case OnnxTensor::Type::kUint8:
      return "uint8";
    case OnnxTensor::Type::kInt8:
      return "int8";
    case OnnxTensor::Type::kInt32:
      return "int32";
    case OnnxTensor::Type::kInt64:
      return "int64";
  }
  throw InternalError("unknown tensor type");
}

int64_t OnnxNode::integer(const std::string& key, int64_t fallback) const {
  const auto found = ints.find(key);
  return found == ints.end() || found->second.size() != 1 ? fallback : found->second[0];
}

float OnnxNode::real(const std::string& key, float fallback) const {
  const auto found = floats.find(key);
  return found == floats.end() ? fallback : found->second;
}

std::string OnnxNode::text(const std::string& key, const std::string& fallback) const {
  const auto found = strings.find(key);
  return found == strings.end() ? fallback : found->second;
}

OnnxModel read_onnx(const std::filesystem::path& path) { return Reader(path).read(); }

}  // namespace faultwave::nn
