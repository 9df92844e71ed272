#include "nn/onnx_import.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/error.hpp"
#include "base/file.hpp"
#include "nn/kernels.hpp"
#include "nn/onnx_builder_fixture.hpp"

namespace faultwave::nn {
namespace {

using test::Attributes;
using test::Dims;
using test::OnnxBuilder;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr auto kUint8 = onnx::TensorProto::UINT8;
constexpr auto kFloat = onnx::TensorProto::FLOAT;
constexpr auto kInt32 = onnx::TensorProto::INT32;

Network import(const OnnxBuilder& builder) {
  const TemporaryDirectory folder;
  builder.save(folder.path() / "test.onnx");
  return import_onnx(folder.path() / "test.onnx");
}

/// The message with which the bytes are refused as an InputError; "" when they are accepted.
std::string refusal_of_bytes(const std::string& bytes) {
  const TemporaryDirectory folder;
  const auto path = folder.path() / "test.onnx";
  write_file_atomically(path, bytes);
  try {
    import_onnx(path);
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr(path.string()));
    return error.what();
  }
  return {};
}

/// The last node is the output where the builder has none.
std::string refusal(OnnxBuilder builder) {
  if (builder.graph().output_size() == 0) builder.output(builder.last_node().output(0), kUint8);
  return refusal_of_bytes(builder.model().SerializeAsString());
}

/// 3 features -> 2 integer logits: w = [[1, 2], [3, 4], [5, -6]] as [K][N], bias [7, -8].
OnnxBuilder integer_network() {
  OnnxBuilder b({-1, 3});
  const auto sums =
      b.node("MatMulInteger", {"input", b.i8({1, 2, 3, 4, 5, -6}, {3, 2}), b.u8({10}), b.i8({0})});
  b.output(b.node("Add", {sums, b.i32({7, -8}, {2})}), kInt32);
  return b;
}

/// QLinearConv 1x4x4 -> 2x3x3 and Flatten.
OnnxBuilder conv_network(const Attributes& attributes = {},
                         const Dims& weight_dims = {2, 1, 2, 2}) {
  OnnxBuilder b({-1, 1, 4, 4});
  int64_t size = 1;
  for (const int64_t dim : weight_dims) size *= dim;
  const auto weights = b.i8(std::vector<int>(static_cast<std::size_t>(size), 1), weight_dims);
  const auto conv = b.node("QLinearConv",
                           {"input", b.f32({0.5f}), b.u8({3}), weights, b.f32({0.25f}), b.i8({0}),
                            b.f32({1.0f}), b.u8({9})},
                           attributes);
  b.output(b.node("Flatten", {conv}), kUint8);
  return b;
}

/// QDQ: dequantised input, Gemm with weights [2][3], `relu`, quantised output.
OnnxBuilder qdq_network(bool relu, const std::vector<float>& bias_scale = {0.5f * 0.25f}) {
  OnnxBuilder b({-1, 3});
  const auto in = b.node("DequantizeLinear", {"input", b.f32({0.5f}), b.u8({3})});
  const auto weights =
      b.node("DequantizeLinear", {b.i8({1, 2, 3, 4, 5, 6}, {2, 3}), b.f32({0.25f}), b.i8({0})});
  const auto bias = b.node("DequantizeLinear", {b.i32({100, -200}, {2}), b.f32(bias_scale)});
  auto out = b.node("Gemm", {in, weights, bias}, {{"transB", {1}}});
  if (relu) out = b.node("Relu", {out});
  b.output(b.quantize_dequantize(out, 2.0f, 17), kFloat);
  return b;
}

// ---- what the layers hold

TEST(OnnxImport, integer_logits_keep_weights_bias_and_zero_point) {
  const Network network = import(integer_network());
  ASSERT_EQ(network.layers.size(), 1u);
  const Layer& layer = network.layers[0];
  EXPECT_THAT(layer.weights, ElementsAre(1, 3, 5, 2, 4, -6));
  EXPECT_THAT(layer.bias, ElementsAre(7, -8));
  EXPECT_EQ(network.values[0].quantization.zero_point, 10);
  EXPECT_EQ(network.num_classes(), 2);
  const std::vector<uint8_t> image{11, 12, 9};
  EXPECT_THAT(run_exact(network, image.data(), 1).logits,
              ElementsAre(1 + 3 * 2 - 5 + 7, 2 + 4 * 2 + 6 - 8));
}

TEST(OnnxImport, convolutions_keep_window_and_quantisations) {
  const Network network = import(conv_network({{"pads", {1, 0, 0, 2}}, {"strides", {2, 1}}}));
  ASSERT_EQ(network.layers.size(), 2u);
  const Layer& conv = network.layers[0];
  EXPECT_EQ(conv.window.pad_top, 1);
  EXPECT_EQ(conv.window.pad_right, 2);
  EXPECT_EQ(conv.window.stride_h, 2);
  EXPECT_EQ(conv.num_inputs, 4);
  const Value& out = network.values[static_cast<std::size_t>(conv.output)];
  EXPECT_EQ(out.shape, (Shape{2, 2, 5}));
  EXPECT_EQ(out.quantization.zero_point, 9);
  EXPECT_EQ(network.values[0].quantization.scale, 0.5f);
  EXPECT_EQ(network.layers[1].kind, LayerKind::kReshape);
  // Reshapes keep the quantisation.
  EXPECT_EQ(network.values[static_cast<std::size_t>(network.output)].quantization.zero_point, 9);
}

TEST(OnnxImport, same_padding_is_computed_from_the_input) {
  auto builder = conv_network({}, {2, 1, 3, 3});
  auto* attribute = builder.graph().mutable_node(0)->add_attribute();
  attribute->set_name("auto_pad");
  attribute->set_type(onnx::AttributeProto::STRING);
  attribute->set_s("SAME_UPPER");
  const Network network = import(builder);
  EXPECT_EQ(network.values[static_cast<std::size_t>(network.layers[0].output)].shape,
            (Shape{2, 4, 4}));
}

TEST(OnnxImport, qdq_form_becomes_the_same_layer_as_the_operator_form) {
  const Network qdq = import(qdq_network(false));
  OnnxBuilder b({-1, 3});
  b.output(b.node("QGemm",
                  {"input", b.f32({0.5f}), b.u8({3}), b.i8({1, 2, 3, 4, 5, 6}, {2, 3}),
                   b.f32({0.25f}), b.i8({0}), b.i32({100, -200}, {2}), b.f32({2.0f}), b.u8({17})},
                  {{"transB", {1}}}),
           kUint8);
  const Network qgemm = import(b);
  ASSERT_EQ(qdq.layers.size(), 1u);
  EXPECT_EQ(qdq.layers[0].weights, qgemm.layers[0].weights);
  EXPECT_EQ(qdq.layers[0].bias, qgemm.layers[0].bias);
  EXPECT_EQ(qdq.layers[0].weight_scale, qgemm.layers[0].weight_scale);
  EXPECT_EQ(qdq.values.back().quantization.scale, 2.0f);
  EXPECT_EQ(qdq.values.back().quantization.zero_point, 17);
  EXPECT_EQ(qdq.layers[0].clamp_low, 0);
}

TEST(OnnxImport, relu_between_gemm_and_quantize_is_the_clamp_at_the_zero_point) {
  const Network network = import(qdq_network(true));
  ASSERT_EQ(network.layers.size(), 1u);
  EXPECT_EQ(network.layers[0].clamp_low, 17);
  const std::vector<uint8_t> image{0, 0, 0};
  // Output 1: (-3 * (4 + 5 + 6) - 200) * 0.125 / 2 is negative.
  EXPECT_EQ(run_exact(network, image.data(), 1).logits[1], 17);
}

TEST(OnnxImport, relu_on_codes_of_a_matrix_layer_is_its_clamp_when_nothing_else_reads_them) {
  for (const bool is_shared : {false, true}) {
    OnnxBuilder b({-1, 3});
    const auto codes =
        b.node("QGemm", {"input", b.f32({0.5f}), b.u8({3}), b.i8({1, 2, 3, 4, 5, 6}, {3, 2}),
                         b.f32({0.25f}), b.i8({0}), "", b.f32({2.0f}), b.u8({17})});
    const auto real = b.node("DequantizeLinear", {codes, b.f32({2.0f}), b.u8({17})});
    auto relu = b.quantize_dequantize(b.node("Relu", {real}), 2.0f, 17);
    if (is_shared) relu = b.quantize_dequantize(b.node("Add", {relu, real}), 4.0f, 17);
    b.output(relu, kFloat);
    const Network network = import(b);
    EXPECT_EQ(network.layers.size(), is_shared ? 3u : 1u);
    EXPECT_EQ(network.layers[0].clamp_low, is_shared ? 0 : 17);
  }
}

TEST(OnnxImport, float_pixels_at_scale_1_255_are_the_codes_themselves) {
  for (const bool is_identity : {true, false}) {
    OnnxBuilder b({-1, 4}, kFloat);
    b.output(b.quantize_dequantize("input", is_identity ? 1.0f / 255.0f : 0.01f, 0), kFloat);
    if (is_identity) {
      EXPECT_THAT(refusal(b), HasSubstr("no layer"));
      continue;
    }
    const Network network = import(b);
    ASSERT_EQ(network.layers.size(), 1u);
    EXPECT_EQ(network.layers[0].kind, LayerKind::kLookup);
    EXPECT_EQ(network.layers[0].lookup[255], 100);
    EXPECT_EQ(network.layers[0].lookup[0], 0);
  }
}

TEST(OnnxImport, float_logits_become_integer_sums_when_the_weights_have_one_scale) {
  for (const bool per_output : {false, true}) {
    OnnxBuilder b({-1, 3});
    const auto in = b.node("DequantizeLinear", {"input", b.f32({0.5f}), b.u8({3})});
    const auto scale = per_output ? b.f32({0.25f, 0.5f}, {2}) : b.f32({0.25f});
    const auto weights =
        b.node("DequantizeLinear", {b.i8({1, 2, 3, 4, 5, 6}, {3, 2}), scale}, {{"axis", {1}}});
    const auto product = b.node("MatMul", {in, weights});
    b.output(b.node("Add", {product, b.f32({1.0f, -0.5f}, {2})}), kFloat);
    if (per_output) {
      EXPECT_THAT(refusal(b), HasSubstr("is not quantised"));
    } else {
      const Network network = import(b);
      EXPECT_EQ(network.values.back().type, DataType::kInt32);
      EXPECT_EQ(network.values.back().quantization.scale, 0.125f);
      EXPECT_THAT(network.layers[0].bias, ElementsAre(8, -4));
    }
  }
}

TEST(OnnxImport, uint8_weights_around_128_become_int8) {
  OnnxBuilder b({-1, 2});
  b.output(
      b.node("MatMulInteger", {"input", b.u8({128, 0, 255, 129}, {2, 2}), b.u8({0}), b.u8({128})}),
      kInt32);
  EXPECT_THAT(import(b).layers[0].weights, ElementsAre(0, 127, -128, 1));
}

// ---- files that are no models

TEST(OnnxImportErrors, missing_empty_and_garbage_files) {
  EXPECT_THROW(import_onnx("/nowhere/x.onnx"), InputError);
  EXPECT_THAT(refusal_of_bytes(""), HasSubstr("empty"));
  EXPECT_THAT(refusal_of_bytes("this is no protobuf at all, only text"), HasSubstr("no ONNX file"));
  EXPECT_THAT(refusal_of_bytes(std::string(1000, '\xff')), HasSubstr("no ONNX file"));
  EXPECT_THAT(refusal_of_bytes(onnx::ModelProto().SerializeAsString() + "\x08\x07"),
              HasSubstr("no nodes"));
}

TEST(OnnxImportErrors, every_truncation_is_refused) {
  const std::string whole = integer_network().model().SerializeAsString();
  ASSERT_EQ(refusal_of_bytes(whole), "");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    // A prefix that ends between fields is a model without its last fields (the operator sets).
    const std::string message = refusal_of_bytes(whole.substr(0, size));
    onnx::ModelProto parsed;
    if (!parsed.ParseFromString(whole.substr(0, size)) || !parsed.has_graph()) {
      EXPECT_NE(message, "") << size << " of " << whole.size() << " bytes";
    }
  }
}

TEST(OnnxImportErrors, every_flipped_byte_is_read_or_refused_without_a_crash) {
  const std::string whole = conv_network().model().SerializeAsString();
  const TemporaryDirectory folder;
  const auto path = folder.path() / "test.onnx";
  int num_refused = 0;
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (const int flip : {1, 0x40, 0x80}) {
      std::string bytes = whole;
      bytes[at] = static_cast<char>(bytes[at] ^ flip);
      write_file_atomically(path, bytes);
      try {
        check_network(import_onnx(path));
      } catch (const InputError&) {
        ++num_refused;
      }
    }
  }
  EXPECT_GT(num_refused, 100);
}

TEST(OnnxImportErrors, nesting_without_end_is_refused) {
  std::string bytes;
  // A graph in an attribute of a node in a graph, and so on: field numbers 7, 1, 5, 6.
  for (int depth = 0; depth < 3000; ++depth) {
    for (const char tag : {'\x32', '\x2a', '\x0a'}) {
      std::string length;
      for (std::size_t size = bytes.size();; size >>= 7) {
        length.push_back(static_cast<char>((size & 127) | (size > 127 ? 128 : 0)));
        if (size <= 127) break;
      }
      bytes = tag + length + bytes;
    }
  }
  std::string length;
  for (std::size_t size = bytes.size();; size >>= 7) {
    length.push_back(static_cast<char>((size & 127) | (size > 127 ? 128 : 0)));
    if (size <= 127) break;
  }
  EXPECT_THAT(refusal_of_bytes("\x3a" + length + bytes), HasSubstr("no ONNX file"));
}

// ---- models that do not fit

TEST(OnnxImportErrors, an_unknown_operator_is_named_with_the_supported_ones) {
  auto b = integer_network();
  b.node("Sigmoid", {"input"});
  b.last_node().set_name("squash");
  EXPECT_THAT(refusal(b), HasSubstr("node 'squash' (Sigmoid): the operator Sigmoid is not "
                                    "supported"));
  EXPECT_THAT(refusal(b), HasSubstr("QLinearConv"));
}

TEST(OnnxImportErrors, a_misspelt_operator_gets_a_suggestion) {
  auto b = integer_network();
  b.node("MaxPol", {"input"});
  EXPECT_THAT(refusal(b), HasSubstr("did you mean 'MaxPool'"));
}

TEST(OnnxImportErrors, missing_initializers) {
  auto b = integer_network();
  b.graph().mutable_node(0)->set_input(1, "nothing");
  EXPECT_THAT(refusal(b), HasSubstr("'nothing' is neither a constant of the file nor"));
}

TEST(OnnxImportErrors, missing_operands) {
  auto b = conv_network();
  b.graph().mutable_node(0)->mutable_input()->RemoveLast();
  b.graph().mutable_node(0)->mutable_input()->RemoveLast();
  EXPECT_THAT(refusal(b), HasSubstr("input 6 (scale) is missing"));
}

TEST(OnnxImportErrors, nodes_out_of_order_and_cycles) {
  auto unsorted = integer_network();
  unsorted.graph().mutable_node()->SwapElements(0, 1);
  EXPECT_THAT(refusal(unsorted), HasSubstr("nor computed by an earlier node"));
  auto cyclic = conv_network();
  cyclic.graph().mutable_node(0)->set_input(0, cyclic.graph().node(1).output(0));
  EXPECT_THAT(refusal(cyclic), HasSubstr("without cycles"));
}

TEST(OnnxImportErrors, names_defined_twice) {
  auto b = conv_network();
  b.graph().mutable_node(1)->set_output(0, b.graph().node(0).output(0));
  EXPECT_THAT(refusal(b), HasSubstr("defined twice"));
  auto c = conv_network();
  *c.graph().add_initializer() = c.graph().initializer(0);
  EXPECT_THAT(refusal(c), HasSubstr("defined twice"));
}

TEST(OnnxImportErrors, element_types) {
  auto weights = integer_network();
  weights.graph().mutable_initializer(0)->set_data_type(kUint8);
  EXPECT_THAT(refusal(weights), HasSubstr("zero point"));
  auto floats = integer_network();
  floats.graph().mutable_node(0)->set_input(1, floats.f32({1, 2, 3, 4, 5, 6}, {3, 2}));
  EXPECT_THAT(refusal(floats), HasSubstr("are float"));
  auto doubles = integer_network();
  doubles.graph().mutable_initializer(0)->set_data_type(onnx::TensorProto::DOUBLE);
  EXPECT_THAT(refusal(doubles), HasSubstr("element type DOUBLE"));
  auto nonsense = integer_network();
  nonsense.graph().mutable_initializer(0)->set_data_type(12345);
  EXPECT_THAT(refusal(nonsense), HasSubstr("element type 12345"));
  auto bias = integer_network();
  bias.graph().mutable_node(1)->set_input(1, bias.f32({1, 2}, {2}));
  EXPECT_THAT(refusal(bias), HasSubstr("is float, int32 is needed"));
  OnnxBuilder input({-1, 3}, onnx::TensorProto::INT64);
  input.node("Flatten", {"input"});
  EXPECT_THAT(refusal(input), HasSubstr("element type INT64"));
}

TEST(OnnxImportErrors, ranks_and_shapes) {
  EXPECT_THAT(refusal(conv_network({}, {2, 1, 2})), HasSubstr("have the shape 2x1x2"));
  EXPECT_THAT(refusal(conv_network({}, {2, 3, 2, 2})), HasSubstr("do not fit the input 1x4x4"));
  EXPECT_THAT(refusal(conv_network({}, {2, 1, 5, 2})), HasSubstr("larger than the padded input"));
  OnnxBuilder rank5({-1, 1, 4, 4, 4});
  rank5.node("Flatten", {"input"});
  EXPECT_THAT(refusal(rank5), HasSubstr("Nx1x4x4x4"));
  OnnxBuilder unflattened({-1, 1, 4, 4});
  unflattened.node("MatMulInteger", {"input", unflattened.i8(std::vector<int>(32), {16, 2})});
  EXPECT_THAT(refusal(unflattened), HasSubstr("put Flatten before"));
  auto bias = integer_network();
  bias.graph().mutable_node(1)->set_input(1, bias.i32({1, 2, 3}, {3}));
  EXPECT_THAT(refusal(bias), HasSubstr("3 values for 2 outputs"));
}

TEST(OnnxImportErrors, dynamic_negative_and_absurd_dimensions) {
  OnnxBuilder dynamic({-1, -1, 4, 4});
  dynamic.node("Flatten", {"input"});
  EXPECT_THAT(refusal(dynamic), HasSubstr("only the batch axis may be symbolic"));
  OnnxBuilder zero({-1, 0});
  zero.node("Flatten", {"input"});
  EXPECT_THAT(refusal(zero), HasSubstr("shape Nx0"));
  OnnxBuilder huge({-1, 1 << 20, 1 << 20, 1 << 20});
  huge.node("Flatten", {"input"});
  EXPECT_THAT(refusal(huge), HasSubstr("2^26 values"));
  for (const int64_t dim : {int64_t{-3}, std::numeric_limits<int64_t>::max(), int64_t{1} << 40}) {
    auto tensor = integer_network();
    tensor.graph().mutable_initializer(0)->set_dims(0, dim);
    EXPECT_THAT(refusal(tensor), HasSubstr("impossible dimension"));
  }
  auto mismatch = integer_network();
  mismatch.graph().mutable_initializer(0)->set_dims(0, 4);
  EXPECT_THAT(refusal(mismatch), HasSubstr("has 6 elements, its shape announces 8"));
}

TEST(OnnxImportErrors, scales_that_are_no_positive_numbers) {
  for (const float scale : {0.0f, -1.0f, std::numeric_limits<float>::quiet_NaN(),
                            std::numeric_limits<float>::infinity()}) {
    auto b = conv_network();
    b.graph().mutable_node(0)->set_input(1, b.f32({scale}));
    EXPECT_THAT(refusal(b), HasSubstr("scales are positive numbers")) << scale;
  }
}

TEST(OnnxImportErrors, quantisations_that_are_not_supported) {
  auto asymmetric = conv_network();
  asymmetric.graph().mutable_node(0)->set_input(5, asymmetric.i8({4}));
  EXPECT_THAT(refusal(asymmetric), HasSubstr("have the zero point 4"));
  auto per_channel = conv_network();
  per_channel.graph().mutable_node(0)->set_input(1, per_channel.f32({1, 2}, {2}));
  EXPECT_THAT(refusal(per_channel), HasSubstr("quantise activations per tensor"));
  auto three_scales = conv_network();
  three_scales.graph().mutable_node(0)->set_input(4, three_scales.f32({1, 2, 3}, {3}));
  EXPECT_THAT(refusal(three_scales), HasSubstr("3 scales for 2 outputs"));
  auto signed_activations = conv_network();
  signed_activations.graph().mutable_node(0)->set_input(2, signed_activations.i8({3}));
  EXPECT_THAT(refusal(signed_activations), HasSubstr("quantise activations to uint8"));
  EXPECT_THAT(refusal(qdq_network(false, {0.2f})), HasSubstr("input scale * weight scale"));
}

TEST(OnnxImportErrors, quantisations_that_contradict_each_other) {
  auto b = conv_network();
  const auto codes = b.graph().node(0).output(0);
  b.node("QLinearGlobalAveragePool", {codes, b.f32({0.75f}), b.u8({9}), b.f32({1.0f}), b.u8({0})});
  EXPECT_THAT(refusal(b), HasSubstr("has the scale 0.75 here, 1 at 'QLinearConv"));
}

TEST(OnnxImportErrors, attributes_that_are_not_supported) {
  EXPECT_THAT(refusal(conv_network({{"group", {2}}})), HasSubstr("group 2 is not supported"));
  EXPECT_THAT(refusal(conv_network({{"strides", {0, 1}}})), HasSubstr("strides holds 0"));
  EXPECT_THAT(refusal(conv_network({{"pads", {0, 0, -1, 0}}})), HasSubstr("pads holds -1"));
  EXPECT_THAT(refusal(conv_network({{"pads", {0, 0, 1 << 30, 0}}})), HasSubstr("pads holds"));
  EXPECT_THAT(refusal(conv_network({{"kernel_shape", {3, 3}}})), HasSubstr("not that of the "));
  EXPECT_THAT(refusal(conv_network({{"dilations", {1, 1, 1}}})), HasSubstr("over two axes"));
  OnnxBuilder pool({-1, 1, 5, 5});
  pool.node("MaxPool", {"input"},
            {{"kernel_shape", {2, 2}}, {"strides", {2, 2}}, {"ceil_mode", {1}}});
  EXPECT_THAT(refusal(pool), HasSubstr("ceil_mode changes the shape"));
  OnnxBuilder flatten({-1, 1, 5, 5});
  flatten.node("Flatten", {"input"}, {{"axis", {2}}});
  EXPECT_THAT(refusal(flatten), HasSubstr("axis 2 is not supported"));
}

TEST(OnnxImportErrors, reshapes_that_move_the_batch_axis) {
  for (const Dims& target : {Dims{4, -1}, Dims{-1, 3}, Dims{-1, -1}, Dims{-1}, Dims{0, 7, -1, 1},
                             Dims{0, std::numeric_limits<int64_t>::max()}}) {
    OnnxBuilder b({-1, 1, 4, 4});
    b.node("Reshape", {"input", b.i64(target)});
    EXPECT_THAT(refusal(b), HasSubstr("keep the batch axis in front"));
  }
}

TEST(OnnxImportErrors, float_weights_and_activations) {
  OnnxBuilder b({-1, 3}, kFloat);
  b.node("MatMul", {"input", b.f32({1, 2, 3, 4, 5, 6}, {3, 2})});
  EXPECT_THAT(refusal(b), HasSubstr("is not quantised"));
  OnnxBuilder c({-1, 3});
  const auto real = c.node("DequantizeLinear", {"input", c.f32({1.0f}), c.u8({0})});
  c.node("MatMul", {real, c.f32({1, 2, 3, 4, 5, 6}, {3, 2})});
  EXPECT_THAT(refusal(c), HasSubstr("quantise the model first"));
}

TEST(OnnxImportErrors, inputs_and_outputs) {
  auto two_inputs = integer_network();
  auto* input = two_inputs.graph().add_input();
  *input = two_inputs.graph().input(0);
  input->set_name("second");
  EXPECT_THAT(refusal(two_inputs), HasSubstr("more than one input: 'input' and 'second'"));
  auto two_outputs = integer_network();
  two_outputs.output("more", kInt32);
  EXPECT_THAT(refusal(two_outputs), HasSubstr("2 outputs"));
  auto unknown = integer_network();
  unknown.graph().mutable_output(0)->set_name("nowhere");
  EXPECT_THAT(refusal(unknown), HasSubstr("output 'nowhere' is not computed by any node"));
  auto map = conv_network();
  map.graph().mutable_output(0)->set_name(map.graph().node(0).output(0));
  EXPECT_THAT(refusal(map), HasSubstr("shape 2x3x3, at least two logits are needed"));
  auto hidden_sums = integer_network();
  hidden_sums.node("MaxPool", {hidden_sums.graph().node(1).output(0)});
  EXPECT_THAT(refusal(hidden_sums), HasSubstr("is not quantised to uint8"));
}

TEST(OnnxImportErrors, weights_in_other_files) {
  auto b = integer_network();
  b.graph().mutable_initializer(0)->set_data_location(onnx::TensorProto::EXTERNAL);
  EXPECT_THAT(refusal(b), HasSubstr("save the model as one file"));
}

}  // namespace
}  // namespace faultwave::nn
