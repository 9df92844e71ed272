#include "netlist/number_format.hpp"

#include <array>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/suggest.hpp"

namespace faultwave::netlist {
namespace {

constexpr std::array<std::string_view, 3> kNames = {"affine_u8", "sign_magnitude", "int8"};
constexpr int kOffset = 128;

}  // namespace

std::string_view to_string(NumberFormat format) { return kNames.at(static_cast<size_t>(format)); }

NumberFormat parse_number_format(std::string_view text) {
  for (size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == text) return static_cast<NumberFormat>(i);
  }
  const std::vector<std::string> known(kNames.begin(), kNames.end());
  throw UsageError(fmt::format("unknown number format '{}': {}", text, suggestion(text, known)));
}

WeightCode encode_weight(NumberFormat format, int weight) {
  FAULTWAVE_CHECK(weight >= -128 && weight <= 127, "weight {}", weight);
  switch (format) {
    case NumberFormat::kAffineU8:
      return {static_cast<uint8_t>(weight + kOffset), false};
    case NumberFormat::kSignMagnitude:
      return {static_cast<uint8_t>(std::abs(weight)), weight < 0};
    case NumberFormat::kInt8:
      return {static_cast<uint8_t>(weight & 0xFF), false};
  }
  throw InternalError("number format out of range");
}

int decode_weight(NumberFormat format, WeightCode code) {
  switch (format) {
    case NumberFormat::kAffineU8:
      return code.code - kOffset;
    case NumberFormat::kSignMagnitude:
      return code.negative ? -int{code.code} : int{code.code};
    case NumberFormat::kInt8:
      return static_cast<int8_t>(code.code);
  }
  throw InternalError("number format out of range");
}

uint8_t encode_activation(NumberFormat format, int activation) {
  FAULTWAVE_CHECK(activation >= 0 && activation <= 255, "activation {}", activation);
  const int operand = format == NumberFormat::kInt8 ? activation - kOffset : activation;
  return static_cast<uint8_t>(operand & 0xFF);
}

int min_weight(NumberFormat format) { return format == NumberFormat::kSignMagnitude ? -127 : -128; }

int max_weight(NumberFormat) { return 127; }

int32_t intended_product(NumberFormat format, int activation, int weight) {
  switch (format) {
    case NumberFormat::kAffineU8:
      return activation * (weight + kOffset);
    case NumberFormat::kSignMagnitude:
      return activation * weight;
    case NumberFormat::kInt8:
      return (activation - kOffset) * weight;
  }
  throw InternalError("number format out of range");
}

}  // namespace faultwave::netlist
