#include "netlist/number_format.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "netlist/product_table.hpp"

namespace faultwave::netlist {
namespace {

constexpr NumberFormat kFormats[] = {NumberFormat::kAffineU8, NumberFormat::kSignMagnitude,
                                     NumberFormat::kInt8};

TEST(NumberFormat, names_and_formats_are_inverse) {
  for (const auto format : kFormats) EXPECT_EQ(parse_number_format(to_string(format)), format);
  EXPECT_EQ(to_string(NumberFormat::kSignMagnitude), "sign_magnitude");
}

TEST(NumberFormat, unknown_name_lists_the_known_ones_and_the_nearest) {
  try {
    parse_number_format("affine_u9");
    FAIL() << "accepted";
  } catch (const UsageError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("did you mean 'affine_u8'?"));
    EXPECT_THAT(error.what(), testing::HasSubstr("sign_magnitude, int8"));
  }
  EXPECT_THROW(parse_number_format(""), UsageError);
}

TEST(NumberFormat, decoding_inverts_encoding_for_every_weight) {
  for (const auto format : kFormats) {
    for (int weight = -128; weight <= 127; ++weight) {
      EXPECT_EQ(decode_weight(format, encode_weight(format, weight)), weight)
          << to_string(format) << ' ' << weight;
    }
  }
}

TEST(NumberFormat, codes_are_the_documented_operand_bits) {
  EXPECT_EQ(encode_weight(NumberFormat::kAffineU8, -128), (WeightCode{0, false}));
  EXPECT_EQ(encode_weight(NumberFormat::kAffineU8, 127), (WeightCode{255, false}));
  EXPECT_EQ(encode_weight(NumberFormat::kSignMagnitude, -5), (WeightCode{5, true}));
  EXPECT_EQ(encode_weight(NumberFormat::kSignMagnitude, 0), (WeightCode{0, false}));
  EXPECT_EQ(encode_weight(NumberFormat::kSignMagnitude, -128), (WeightCode{128, true}));
  EXPECT_EQ(encode_weight(NumberFormat::kInt8, -1), (WeightCode{255, false}));
  EXPECT_EQ(encode_activation(NumberFormat::kAffineU8, 200), 200);
  EXPECT_EQ(encode_activation(NumberFormat::kInt8, 0), 0x80);
  EXPECT_EQ(encode_activation(NumberFormat::kInt8, 255), 0x7F);
}

TEST(NumberFormat, values_outside_eight_bits_are_refused) {
  for (const auto format : kFormats) {
    EXPECT_THROW(encode_weight(format, 128), InternalError);
    EXPECT_THROW(encode_weight(format, -129), InternalError);
    EXPECT_THROW(encode_activation(format, 256), InternalError);
    EXPECT_THROW(encode_activation(format, -1), InternalError);
  }
}

TEST(NumberFormat, exact_multiplier_on_the_codes_gives_the_intended_product) {
  for (const auto format : kFormats) {
    const bool is_signed = format == NumberFormat::kInt8;
    for (int weight = min_weight(format); weight <= max_weight(format); ++weight) {
      const WeightCode code = encode_weight(format, weight);
      for (int activation = 0; activation < 256; ++activation) {
        const int32_t bits =
            exact_product(code.code, encode_activation(format, activation), is_signed);
        ASSERT_EQ(code.negative ? -bits : bits, intended_product(format, activation, weight))
            << to_string(format) << ' ' << activation << " * " << weight;
      }
    }
  }
}

TEST(NumberFormat, documented_correction_restores_the_plain_product) {
  for (int weight = -128; weight <= 127; ++weight) {
    for (int a = 0; a < 256; ++a) {
      ASSERT_EQ(intended_product(NumberFormat::kAffineU8, a, weight) - 128 * a, a * weight);
      ASSERT_EQ(intended_product(NumberFormat::kSignMagnitude, a, weight), a * weight);
      ASSERT_EQ(intended_product(NumberFormat::kInt8, a, weight) + 128 * weight, a * weight);
    }
  }
}

}  // namespace
}  // namespace faultwave::netlist
