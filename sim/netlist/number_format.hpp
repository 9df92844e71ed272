// How integer operands of a layer become operand codes of the hardware multiplier, and back.
#pragma once

#include <cstdint>
#include <string_view>

namespace faultwave::netlist {

/// kAffineU8: unsigned multiplier, weight + 128 on the weight port; -128 * activation is corrected
/// outside the multiplier. kSignMagnitude: unsigned multiplier on |weight|, the sign is applied to
/// the product. kInt8: signed multiplier, activation - 128 on the activation port; +128 * weight is
/// corrected outside. All corrections are exact and fault-free.
enum class NumberFormat : uint8_t { kAffineU8, kSignMagnitude, kInt8 };

std::string_view to_string(NumberFormat format);
/// "affine_u8", "sign_magnitude", "int8"; UsageError otherwise.
NumberFormat parse_number_format(std::string_view text);

/// What is loaded into a PE's weight register.
struct WeightCode {
  uint8_t code = 0;       ///< operand bits
  bool negative = false;  ///< product is negated after the multiplier (sign_magnitude)
  bool operator==(const WeightCode&) const = default;
};

/// `weight` in [-128, 127]. A magnitude has 8 bits, so that sign_magnitude holds -128 exactly, too.
/// InternalError for any other value.
WeightCode encode_weight(NumberFormat format, int weight);
int decode_weight(NumberFormat format, WeightCode code);
/// `activation` in [0, 255].
uint8_t encode_activation(NumberFormat format, int activation);

/// Range of the symmetric weights of a format: [-127, 127] for sign_magnitude, else [-128, 127].
/// Retuning looks for new weights in it.
int min_weight(NumberFormat format);
int max_weight(NumberFormat format);

/// The exact product that the PE should add for (activation, weight), before correction:
/// affine_u8: a * (w + 128); sign_magnitude: a * w; int8: (a - 128) * w.
int32_t intended_product(NumberFormat format, int activation, int weight);

}  // namespace faultwave::netlist
