// From the sums of a matrix layer to the codes of the next layer's input.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

#include "nn/network.hpp"

namespace faultwave::nn {

/// Requantises sums that include the bias, with round-to-nearest-even in float32 as ONNX Runtime's
/// MLAS does, and clamps.
class OutputStage {
 public:
  OutputStage(const Layer& layer, const Network& network);

  uint8_t code(int64_t n, int32_t sum) const {
    return quantized(sum, factors_[static_cast<std::size_t>(n)]);
  }
  /// Codes of `count` sums of output n.
  void quantize(int64_t n, const int32_t* sums, int64_t count, uint8_t* codes) const {
    const float factor = factors_[static_cast<std::size_t>(n)];
    for (int64_t i = 0; i < count; ++i) codes[i] = quantized(sums[i], factor);
  }

 private:
  uint8_t quantized(int32_t sum, float factor) const {
    const float clamped = std::min(std::max(static_cast<float>(sum) * factor, low_), high_);
    return static_cast<uint8_t>(round_half_even(clamped) + zero_);
  }
  /// For |x| < 2^22: adding 1.5 * 2^23 leaves the integer in the low bits.
  static int32_t round_half_even(float x) {
    constexpr float kMagic = 12'582'912.0f;
    return std::bit_cast<int32_t>(x + kMagic) - std::bit_cast<int32_t>(kMagic);
  }

  std::vector<float> factors_;  ///< per output: input scale * weight scale / output scale
  int32_t zero_;
  float low_;
  float high_;
};

}  // namespace faultwave::nn
