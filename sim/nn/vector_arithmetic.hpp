// One output code of the layers without a matrix product, in the arithmetic of ONNX Runtime's CPU
// kernels.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "nn/network.hpp"

namespace faultwave::nn {

/// Rounds half to even and clamps to the layer's range of output codes.
inline uint8_t round_to_code(float x, const Layer& layer) {
  const float low = static_cast<float>(layer.clamp_low);
  const float high = static_cast<float>(layer.clamp_high);
  return static_cast<uint8_t>(std::nearbyint(std::clamp(x, low, high)));
}

/// QLinearAveragePool: float32 values added row by row, divided, quantised; the zero point joins
/// before the rounding.
class AveragePooling {
 public:
  AveragePooling(const Layer& layer, const Quantization& input, const Quantization& output)
      : layer_(layer), output_(output), zero_(static_cast<float>(output.zero_point)) {
    for (int code = 0; code < 256; ++code) real_[code] = dequantize(code, input);
  }
  float real(uint8_t code) const { return real_[code]; }
  uint8_t code(float sum, int64_t count) const {
    return round_to_code(sum / static_cast<float>(count) / output_.scale + zero_, layer_);
  }

 private:
  const Layer& layer_;
  Quantization output_;
  float zero_;
  float real_[256];
};

/// QLinearGlobalAveragePool: int32 sum, then the output stage of a matrix layer.
class GlobalAveragePooling {
 public:
  GlobalAveragePooling(const Layer& layer, const Quantization& input, const Quantization& output,
                       int64_t plane_size)
      : layer_(layer),
        factor_(input.scale / (output.scale * static_cast<float>(plane_size))),
        zero_(static_cast<float>(output.zero_point)),
        bias_(-int64_t{input.zero_point} * plane_size) {}
  /// Of the sum of a plane's codes.
  uint8_t code(int64_t sum) const {
    const float scaled = static_cast<float>(sum + bias_) * factor_;
    // The zero point is added after the rounding; 512 keeps the conversion to int defined.
    const float rounded = std::nearbyint(std::clamp(scaled, -512.0f, 512.0f));
    return round_to_code(rounded + zero_, layer_);
  }

 private:
  const Layer& layer_;
  float factor_;
  float zero_;
  int64_t bias_;
};

/// QLinearAdd as ONNX Runtime's x86-64 kernel (AVX2 and later) rounds: two fused multiply-adds in
/// float32 on the codes, the zero points folded into one constant, itself with a fused product. Its
/// ARM kernel uses fixed-point arithmetic and may differ by one code.
class QuantizedAdd {
 public:
  QuantizedAdd(const Layer& layer, const Quantization& a, const Quantization& b,
               const Quantization& out)
      : layer_(layer),
        factor_a_(a.scale / out.scale),
        factor_b_(b.scale / out.scale),
        fixed_(static_cast<float>(out.zero_point) -
               std::fma(factor_a_, static_cast<float>(a.zero_point),
                        factor_b_ * static_cast<float>(b.zero_point))) {}

  uint8_t code(uint8_t a, uint8_t b) const {
    const float inner = std::fma(static_cast<float>(b), factor_b_, fixed_);
    const float sum = std::fma(static_cast<float>(a), factor_a_, inner);
    return round_to_code(sum, layer_);
  }

 private:
  const Layer& layer_;
  float factor_a_;
  float factor_b_;
  float fixed_;
};

}  // namespace faultwave::nn
