#include "nn/requantize.hpp"

#include <algorithm>
#include <cmath>

#include "base/error.hpp"
#include "nn/kernels.hpp"

namespace faultwave::nn {

uint8_t requantize_value(int32_t sum, float scale, int zero_point, int low, int high) {
  const float scaled = static_cast<float>(sum) * scale;
  // MLAS clamps in float before rounding, which also keeps the conversion to int defined.
  const float clamped = std::clamp(scaled, static_cast<float>(low - zero_point),
                                   static_cast<float>(high - zero_point));
  return static_cast<uint8_t>(static_cast<int>(std::nearbyint(clamped)) + zero_point);
}

float requantization_scale(float input_scale, float weight_scale, float output_scale) {
  return input_scale * weight_scale / output_scale;
}

uint8_t quantize_value(float value, float scale, int zero_point) {
  const float code = std::nearbyint(value / scale) + static_cast<float>(zero_point);
  return static_cast<uint8_t>(std::clamp(code, 0.0f, 255.0f));
}

std::vector<uint8_t> requantize(const Layer& layer, const Network& network, const int32_t* sums,
                                int64_t num_images, int64_t rows_per_image) {
  const Value& input = network.values[static_cast<std::size_t>(layer.inputs.at(0))];
  const Value& output = network.values[static_cast<std::size_t>(layer.output)];
  const int64_t n = layer.num_outputs;
  std::vector<float> scales(static_cast<std::size_t>(n));
  for (std::size_t i = 0; i < scales.size(); ++i) {
    const float weight_scale = layer.weight_scale[layer.weight_scale.size() == 1 ? 0 : i];
    scales[i] =
        requantization_scale(input.quantization.scale, weight_scale, output.quantization.scale);
  }
  std::vector<uint8_t> codes(static_cast<std::size_t>(num_images * rows_per_image * n));
  for (int64_t image = 0; image < num_images; ++image) {
    for (int64_t row = 0; row < rows_per_image; ++row) {
      const int32_t* of_row = sums + (image * rows_per_image + row) * n;
      for (int64_t col = 0; col < n; ++col) {
        codes[static_cast<std::size_t>((image * n + col) * rows_per_image + row)] =
            requantize_value(of_row[col], scales[static_cast<std::size_t>(col)],
                             output.quantization.zero_point, layer.clamp_low, layer.clamp_high);
      }
    }
  }
  return codes;
}

}  // namespace faultwave::nn
