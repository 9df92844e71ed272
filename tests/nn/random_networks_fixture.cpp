#include "nn/random_networks_fixture.hpp"

#include <algorithm>
#include <cmath>

#include "base/rng.hpp"

namespace faultwave::nn::test {
namespace {

constexpr auto kUint8 = onnx::TensorProto::UINT8;
constexpr auto kFloat = onnx::TensorProto::FLOAT;
constexpr auto kInt32 = onnx::TensorProto::INT32;

/// A tensor between layers: name, channels and sides, quantisation.
struct Map {
  std::string name;
  int channels = 0, height = 0, width = 0;
  float scale = 0;
  int zero_point = 0;
};

/// Weights of one layer as names of initializers, and how large its sums become.
struct Weights {
  std::string codes, scale, zero_point;
  std::vector<float> scales;
};

class Generator {
 public:
  Generator(uint64_t seed, const Dims& input, onnx::TensorProto::DataType type = kUint8)
      : rng_(seed), builder(input, type), style_(static_cast<Style>(seed % 3)) {}

  int between(int low, int high) {
    return low + static_cast<int>(rng_.below(static_cast<uint64_t>(high - low + 1)));
  }
  bool coin() { return rng_.below(2) == 0; }

  /// About `size`. In every third network a power of two, so that ties in the rounding are common;
  /// in another third a decimal with one digit, so that values lie one float32 error off a tie.
  float scale(double size) {
    const double exponent = std::log2(size) + 2 * rng_.uniform() - 1;
    if (style_ == Style::kBinary) return static_cast<float>(std::exp2(std::round(exponent)));
    const double any = std::exp2(exponent);
    if (style_ == Style::kAny) return static_cast<float>(any);
    const double unit = std::pow(10.0, std::floor(std::log10(any)));
    return static_cast<float>(std::round(any / unit) * unit);
  }
  int zero_point() { return coin() ? 0 : between(0, 255); }

  std::vector<int> integers(int64_t count, int low, int high) {
    std::vector<int> values;
    for (int64_t i = 0; i < count; ++i) values.push_back(between(low, high));
    return values;
  }

  Weights weights(const Dims& dims, int num_outputs) {
    Weights result;
    int64_t size = 1;
    for (const int64_t dim : dims) size *= dim;
    result.codes = builder.i8(integers(size, -127, 127), dims);
    const bool per_output = coin();
    for (int i = 0; i < (per_output ? num_outputs : 1); ++i) {
      result.scales.push_back(scale(0.01));
    }
    const Dims shape = per_output ? Dims{num_outputs} : Dims{};
    result.scale = builder.f32(result.scales, shape);
    result.zero_point = builder.i8(std::vector<int>(result.scales.size(), 0), shape);
    return result;
  }

  /// Output quantisation in which sums over `k` inputs fill the codes without clamping most.
  void quantize_output(const Map& in, int64_t k, Map& out) {
    out.scale = scale(in.scale * 0.01 * 74 * 74 * std::sqrt(static_cast<double>(k)) / 60);
    out.zero_point = zero_point();
  }
  std::string scale_of(const Map& map) { return builder.f32({map.scale}); }
  std::string zero_of(const Map& map) { return builder.u8({map.zero_point}); }

  /// Sizes of a window that fits, and the attributes that say so.
  Attributes window(Map& map, int max_kernel, bool is_pool) {
    const int kernel_h = between(1, std::min(max_kernel, map.height));
    const int kernel_w = between(1, std::min(max_kernel, map.width));
    const int stride_h = between(1, 2), stride_w = between(1, 2);
    const bool dilates = 2 * kernel_h - 1 <= map.height && 2 * kernel_w - 1 <= map.width;
    const int dilation = is_pool || !dilates ? 1 : between(1, 2);
    const auto pad = [&](int kernel) { return between(0, std::min(2, kernel - 1)); };
    const Dims pads{pad(kernel_h), pad(kernel_w), pad(kernel_h), pad(kernel_w)};
    map.height =
        (map.height + static_cast<int>(pads[0] + pads[2]) - dilation * (kernel_h - 1) - 1) /
            stride_h +
        1;
    map.width = (map.width + static_cast<int>(pads[1] + pads[3]) - dilation * (kernel_w - 1) - 1) /
                    stride_w +
                1;
    kernel_ = {kernel_h, kernel_w};
    Attributes attributes{
        {"kernel_shape", kernel_}, {"strides", {stride_h, stride_w}}, {"pads", pads}};
    if (!is_pool) attributes.push_back({"dilations", {dilation, dilation}});
    return attributes;
  }

  Map conv(const Map& in, int channels, const Attributes& fixed_window = {}) {
    Map out = in;
    out.channels = channels;
    const Attributes attributes = fixed_window.empty() ? window(out, 4, false) : fixed_window;
    if (!fixed_window.empty()) kernel_ = fixed_window[0].second;
    const int64_t k = in.channels * kernel_[0] * kernel_[1];
    const Weights w = weights({channels, in.channels, kernel_[0], kernel_[1]}, channels);
    quantize_output(in, k, out);
    std::vector<std::string> inputs{in.name, scale_of(in), zero_of(in),   w.codes,
                                    w.scale, w.zero_point, scale_of(out), zero_of(out)};
    if (coin()) inputs.push_back(builder.i32(integers(channels, -9000, 9000), {channels}));
    out.name = builder.node("QLinearConv", inputs, attributes);
    return out;
  }

  Map flatten(const Map& in) {
    Map out = in;
    out.channels = in.channels * in.height * in.width;
    out.height = out.width = 1;
    out.name = coin() ? builder.node("Flatten", {in.name})
                      : builder.node(
                            "Reshape",
                            {in.name, builder.i64(coin() ? Dims{-1, out.channels} : Dims{0, -1})});
    return out;
  }

  Map qgemm(const Map& in, int outputs) {
    Map out = in;
    out.channels = outputs;
    const bool transposed = coin();
    const Weights w =
        weights(transposed ? Dims{outputs, in.channels} : Dims{in.channels, outputs}, outputs);
    quantize_output(in, in.channels, out);
    const std::string bias =
        coin() ? builder.i32(integers(outputs, -9000, 9000), {outputs}) : std::string();
    out.name = builder.node("QGemm",
                            {in.name, scale_of(in), zero_of(in), w.codes, w.scale, w.zero_point,
                             bias, scale_of(out), zero_of(out)},
                            {{"transB", {transposed ? 1 : 0}}});
    return out;
  }

  Map qlinear_matmul(const Map& in, int outputs) {
    Map out = in;
    out.channels = outputs;
    const Weights w = weights({in.channels, outputs}, outputs);
    quantize_output(in, in.channels, out);
    out.name = builder.node("QLinearMatMul", {in.name, scale_of(in), zero_of(in), w.codes, w.scale,
                                              w.zero_point, scale_of(out), zero_of(out)});
    return out;
  }

  Map max_pool(const Map& in) {
    Map out = in;
    const Attributes attributes = window(out, 3, true);
    out.name = builder.node("MaxPool", {in.name}, attributes);
    return out;
  }

  Map qlinear_pool(const Map& in, bool global) {
    Map out = in;
    out.scale = scale(in.scale);
    out.zero_point = zero_point();
    Attributes attributes;
    if (global) {
      out.height = out.width = 1;
    } else {
      attributes = window(out, 3, true);
      attributes.push_back({"count_include_pad", {coin() ? 1 : 0}});
    }
    out.name =
        builder.node(global ? "QLinearGlobalAveragePool" : "QLinearAveragePool",
                     {in.name, scale_of(in), zero_of(in), scale_of(out), zero_of(out)}, attributes);
    return out;
  }

  Map qlinear_add(const Map& a, const Map& b) {
    Map out = a;
    out.scale = scale(a.scale + b.scale);
    out.zero_point = zero_point();
    out.name = builder.node("QLinearAdd", {a.name, scale_of(a), zero_of(a), b.name, scale_of(b),
                                           zero_of(b), scale_of(out), zero_of(out)});
    return out;
  }

  void integer_logits(const Map& in, int outputs) {
    const std::string codes =
        builder.i8(integers(int64_t{in.channels} * outputs, -127, 127), {in.channels, outputs});
    const std::string sums =
        builder.node("MatMulInteger", {in.name, codes, zero_of(in), builder.i8({0})});
    const std::string bias = builder.i32(integers(outputs, -9000, 9000), {outputs});
    const bool bias_first = coin();
    builder.output(builder.node("Add", {bias_first ? bias : sums, bias_first ? sums : bias}),
                   kInt32);
  }

  // ---- QDQ form; names are those of float tensors

  Map requantized(const Map& real, float size) {
    Map out = real;
    out.scale = scale(size);
    out.zero_point = zero_point();
    out.name = builder.quantize_dequantize(real.name, out.scale, out.zero_point);
    return out;
  }

  /// Conv or Gemm of dequantised operands, maybe ReLU, then QuantizeLinear and DequantizeLinear.
  Map real_matrix(const Map& in, int outputs, bool is_conv) {
    Map out = in;
    out.channels = outputs;
    Attributes attributes;
    Dims dims{outputs, in.channels};
    if (is_conv) {
      attributes = window(out, 3, false);
      dims = {outputs, in.channels, kernel_[0], kernel_[1]};
    } else {
      attributes = {{"transB", {1}}};
    }
    int64_t k = 1;
    for (std::size_t i = 1; i < dims.size(); ++i) k *= dims[i];
    const Weights w = weights(dims, outputs);
    const std::string real_weights =
        builder.node("DequantizeLinear", {w.codes, w.scale, w.zero_point}, {{"axis", {0}}});
    std::vector<float> bias_scale;
    for (const float scale : w.scales) bias_scale.push_back(in.scale * scale);
    const Dims scale_dims = w.scales.size() == 1 ? Dims{} : Dims{outputs};
    const std::string bias =
        builder.node("DequantizeLinear",
                     {builder.i32(integers(outputs, -9000, 9000), {outputs}),
                      builder.f32(bias_scale, scale_dims),
                      builder.i32(std::vector<int>(w.scales.size(), 0), scale_dims)},
                     {{"axis", {0}}});
    out.name = builder.node(is_conv ? "Conv" : "Gemm", {in.name, real_weights, bias}, attributes);
    quantize_output(in, k, out);
    if (coin()) {
      // ONNX Runtime folds ReLU into the clamp of the codes when their zero point is 0.
      out.zero_point = 0;
      out.name = builder.node("Relu", {out.name});
    }
    out.name = builder.quantize_dequantize(out.name, out.scale, out.zero_point);
    return out;
  }

 private:
  CounterRng rng_;

 public:
  OnnxBuilder builder;

 private:
  enum class Style { kAny, kBinary, kDecimal } style_;
  Dims kernel_;
};

/// Convolutions with every window, max pool, average pool, QLinearMatMul.
OnnxBuilder operator_form(uint64_t seed) {
  Generator g(seed, {-1, 3, 13, 11});
  Map map{"input", 3, 13, 11, g.scale(0.01), g.zero_point()};
  map = g.conv(map, 5);
  if (g.coin()) map = g.max_pool(map);
  map = g.qlinear_pool(map, false);
  map = g.conv(map, 4);
  map = g.qlinear_matmul(g.flatten(map), 10);
  g.builder.output(map.name, kUint8);
  return std::move(g.builder);
}

/// A residual block, global average pool, QGemm, integer logits.
OnnxBuilder residual(uint64_t seed) {
  Generator g(seed, {-1, 2, 9, 10});
  const Map input{"input", 2, 9, 10, g.scale(0.01), g.zero_point()};
  const Attributes same{{"kernel_shape", {3, 3}}, {"pads", {1, 1, 1, 1}}};
  const Map a = g.conv(input, 6, same);
  const Map b = g.conv(a, 6, same);
  Map map = g.qlinear_add(a, b);
  map = g.qlinear_add(map, a);
  map = g.qlinear_pool(map, true);
  map = g.qgemm(g.flatten(map), 12);
  g.integer_logits(map, 10);
  return std::move(g.builder);
}

/// Fully connected layers only, the form of the MLPs.
OnnxBuilder dense(uint64_t seed) {
  Generator g(seed, {-1, 1, 8, 8});
  Map map{"input", 1, 8, 8, 1.0f / 255.0f, 0};
  map = g.qgemm(g.flatten(map), g.between(3, 40));
  map = g.qgemm(map, g.between(3, 40));
  g.integer_logits(map, 10);
  return std::move(g.builder);
}

/// Float pixels, QDQ form: convolutions, max pool, residual sum, pools, Gemm.
OnnxBuilder qdq_form(uint64_t seed) {
  Generator g(seed, {-1, 2, 12, 12}, kFloat);
  Map map{"input", 2, 12, 12, 0, 0};
  map = g.requantized(map, 0.005f);
  map = g.real_matrix(map, 4, true);
  if (g.coin()) {
    Map pooled = map;
    const Attributes attributes = g.window(pooled, 3, true);
    pooled.name = g.builder.quantize_dequantize(g.builder.node("MaxPool", {map.name}, attributes),
                                                map.scale, map.zero_point);
    map = pooled;
  }
  Map sum = map;
  sum.name = g.builder.node("Add", {map.name, map.name});
  map = g.requantized(sum, map.scale * 2);
  const bool global = g.coin();
  Map pooled = map;
  Attributes attributes;
  if (global) {
    pooled.height = pooled.width = 1;
  } else {
    attributes = g.window(pooled, 3, true);
  }
  pooled.name =
      g.builder.node(global ? "GlobalAveragePool" : "AveragePool", {map.name}, attributes);
  map = g.requantized(pooled, map.scale);
  Map flat = map;
  flat.channels = map.channels * map.height * map.width;
  flat.height = flat.width = 1;
  flat.name = g.builder.quantize_dequantize(g.builder.node("Flatten", {map.name}), map.scale,
                                            map.zero_point);
  map = g.real_matrix(flat, 10, false);
  g.builder.output(map.name, kFloat);
  return std::move(g.builder);
}

/// QLinearAdd of two independent channels, each brought to any quantisation by a 1x1 convolution
/// that keeps the codes.
OnnxBuilder sum(uint64_t seed) {
  Generator g(seed, {-1, 2, 32, 32});
  const Map input{"input", 2, 32, 32, 0.01f, g.zero_point()};
  const auto channel = [&](int index) {
    Map map{"", 1, 32, 32, g.scale(0.01), g.zero_point()};
    const std::vector<int> kernel{index == 0 ? 1 : 0, index == 0 ? 0 : 1};
    map.name = g.builder.node(
        "QLinearConv",
        {input.name, g.scale_of(input), g.zero_of(input), g.builder.i8(kernel, {1, 2, 1, 1}),
         g.builder.f32({map.scale / input.scale}), g.builder.i8({0}), g.scale_of(map),
         g.zero_of(map), g.builder.i32({input.zero_point - map.zero_point}, {1})});
    return map;
  };
  const Map a = channel(0);
  const Map out = g.flatten(g.qlinear_add(a, channel(1)));
  g.builder.output(out.name, kUint8);
  return std::move(g.builder);
}

/// One average pool whose every result is an output.
OnnxBuilder pool(uint64_t seed) {
  Generator g(seed, {-1, 16, 9, 7});
  const Map input{"input", 16, 9, 7, g.scale(0.01), g.zero_point()};
  const Map out = g.flatten(g.qlinear_pool(input, seed % 2 == 0));
  g.builder.output(out.name, kUint8);
  return std::move(g.builder);
}

/// Float pixels through QuantizeLinear and another quantisation, or codes through a stand-alone
/// ReLU.
OnnxBuilder lookup(uint64_t seed) {
  const bool is_float = seed % 2 == 0;
  Generator g(seed, {-1, 64}, is_float ? kFloat : kUint8);
  Map map{"input", 64, 1, 1, g.scale(0.005), g.zero_point()};
  if (is_float) {
    map = g.requantized(map, 0.005f);
  } else {
    map.name = g.builder.node("DequantizeLinear", {"input", g.scale_of(map), g.zero_of(map)});
  }
  map.name = g.builder.node("Relu", {map.name});
  map = g.requantized(map, 0.005f);
  g.builder.output(map.name, kFloat);
  return std::move(g.builder);
}

}  // namespace

std::vector<NetworkFamily> network_families() {
  return {{"operator_form", operator_form},
          {"residual", residual},
          {"dense", dense},
          {"qdq_form", qdq_form},
          {"sum", sum},
          {"pool", pool},
          {"lookup", lookup}};
}

}  // namespace faultwave::nn::test
