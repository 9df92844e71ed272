// Integer requantisation exactly as ONNX Runtime's CPU kernels (MLAS) do it.
#pragma once

#include <cstdint>

namespace faultwave::nn {

/// float32(sum) * scale rounded to nearest even, plus zero_point, clamped to [low, high].
uint8_t requantize_value(int32_t sum, float scale, int zero_point, int low, int high);

/// The multiplier in float32: input scale * weight scale / output scale, in this order.
float requantization_scale(float input_scale, float weight_scale, float output_scale);

/// round(value / scale) + zero_point in [0, 255], the QuantizeLinear of ONNX.
uint8_t quantize_value(float value, float scale, int zero_point);

}  // namespace faultwave::nn
