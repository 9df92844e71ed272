#include "bits/byte_transpose.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "base/file.hpp"
#include "base/rng.hpp"
#include "bits/plane_ops.hpp"

namespace faultwave::bits {
namespace {

class EveryTransposeLevel : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    force_simd_level(GetParam());
    ASSERT_EQ(simd_level(), GetParam());
  }
  void TearDown() override { force_simd_level(""); }
};

TEST_P(EveryTransposeLevel, every_size_up_to_three_squares_in_any_order_of_the_rows) {
  const uint64_t seed = std::stoull(environment("FAULTWAVE_TEST_SEED", "1"));
  SCOPED_TRACE(seed);
  CounterRng rng(seed, 1);
  for (std::size_t num_rows = 1; num_rows <= 48; ++num_rows) {
    for (std::size_t num_columns = 0; num_columns <= 48; num_columns += 1 + rng.below(3)) {
      std::vector<std::vector<uint8_t>> matrix(num_rows, std::vector<uint8_t>(num_columns));
      std::vector<const uint8_t*> rows;
      for (auto& row : matrix) {
        for (auto& byte : row) byte = static_cast<uint8_t>(rng.below(256));
        rows.push_back(row.data());
      }
      const std::size_t padded = (num_rows + kTransposeRows - 1) / kTransposeRows * kTransposeRows;
      const std::size_t stride = padded + rng.below(9);
      std::vector<uint8_t> out(num_columns * stride + 1, 99);
      transpose_bytes(rows.data(), num_rows, num_columns, stride, out.data());
      for (std::size_t c = 0; c < num_columns; ++c) {
        for (std::size_t r = 0; r < stride; ++r) {
          const uint8_t expected = r < padded ? matrix[std::min(r, num_rows - 1)][c] : uint8_t{99};
          ASSERT_EQ(out[c * stride + r], expected)
              << num_rows << "x" << num_columns << ": " << r << " " << c;
        }
      }
      ASSERT_EQ(out.back(), 99);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Levels, EveryTransposeLevel, testing::ValuesIn(simd_levels()),
                         [](const auto& level) { return level.param; });

}  // namespace
}  // namespace faultwave::bits
