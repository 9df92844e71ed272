#include "bits/plane_ops.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "base/error.hpp"
#include "base/rng.hpp"

namespace faultwave::bits {
namespace {

constexpr uint64_t kSeed = 11;
constexpr PlaneOp kOps[] = {PlaneOp::kAnd, PlaneOp::kNand, PlaneOp::kOr,     PlaneOp::kNor,
                            PlaneOp::kXor, PlaneOp::kXnor, PlaneOp::kAndNot, PlaneOp::kOrNot,
                            PlaneOp::kNot, PlaneOp::kCopy, PlaneOp::kMux};

uint64_t word(PlaneOp op, uint64_t a, uint64_t b, uint64_t s) {
  switch (op) {
    case PlaneOp::kAnd:
      return a & b;
    case PlaneOp::kNand:
      return ~(a & b);
    case PlaneOp::kOr:
      return a | b;
    case PlaneOp::kNor:
      return ~(a | b);
    case PlaneOp::kXor:
      return a ^ b;
    case PlaneOp::kXnor:
      return ~(a ^ b);
    case PlaneOp::kAndNot:
      return a & ~b;
    case PlaneOp::kOrNot:
      return a | ~b;
    case PlaneOp::kNot:
      return ~a;
    case PlaneOp::kCopy:
      return a;
    case PlaneOp::kMux:
      return (s & b) | (~s & a);
  }
  return 0;
}

std::vector<uint64_t> random_words(std::size_t size, uint64_t stream) {
  CounterRng rng(kSeed, stream);
  std::vector<uint64_t> words(size);
  for (auto& value : words) value = rng.next();
  return words;
}

/// Runs every test once per instruction set of this machine.
class EveryLevel : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    force_simd_level(GetParam());
    ASSERT_EQ(simd_level(), GetParam());
  }
  void TearDown() override { force_simd_level(""); }
};

TEST_P(EveryLevel, every_operation_equals_word_by_word_logic_at_every_length) {
  for (std::size_t length = 0; length <= 37; ++length) {
    const auto a = random_words(length, 1);
    const auto b = random_words(length, 2);
    const auto s = random_words(length, 3);
    for (const PlaneOp op : kOps) {
      // One guard word behind the end must survive.
      std::vector<uint64_t> y(length + 1, 0xDEADBEEF);
      apply(op, y.data(), a.data(), b.data(), s.data(), length);
      for (std::size_t i = 0; i < length; ++i) {
        ASSERT_EQ(y[i], word(op, a[i], b[i], s[i]))
            << "seed " << kSeed << " op " << static_cast<int>(op) << " word " << i << "/" << length;
      }
      ASSERT_EQ(y[length], 0xDEADBEEF);
    }
  }
}

TEST_P(EveryLevel, results_may_replace_an_operand) {
  const auto a = random_words(21, 1);
  const auto b = random_words(21, 2);
  const auto s = random_words(21, 3);
  for (const PlaneOp op : kOps) {
    auto x = a;
    auto y = b;
    auto z = s;
    apply(op, x.data(), x.data(), b.data(), s.data(), x.size());
    apply(op, y.data(), a.data(), y.data(), s.data(), y.size());
    apply(op, z.data(), a.data(), b.data(), z.data(), z.size());
    EXPECT_EQ(x, y);
    EXPECT_EQ(x, z);
  }
}

TEST_P(EveryLevel, differs_finds_any_single_bit) {
  for (const std::size_t length : {std::size_t{1}, std::size_t{8}, std::size_t{19}}) {
    const auto x = random_words(length, 4);
    auto y = x;
    EXPECT_FALSE(differs(x.data(), y.data(), length));
    for (std::size_t bit = 0; bit < 64 * length; ++bit) {
      y[bit / 64] ^= uint64_t{1} << (bit % 64);
      EXPECT_TRUE(differs(x.data(), y.data(), length)) << "bit " << bit;
      // The words before the changed one are equal.
      EXPECT_FALSE(differs(x.data(), y.data(), bit / 64));
      y[bit / 64] ^= uint64_t{1} << (bit % 64);
    }
  }
}

TEST_P(EveryLevel, planes_to_u16_puts_bit_i_of_every_value_in_plane_i) {
  constexpr std::size_t kNumWords = 5;
  std::vector<std::vector<uint64_t>> planes;
  std::array<const uint64_t*, 16> pointers{};
  for (uint64_t i = 0; i < 16; ++i) planes.push_back(random_words(kNumWords, 100 + i));
  for (std::size_t i = 0; i < 16; ++i) pointers[i] = planes[i].data();
  std::vector<uint16_t> values(64 * kNumWords);
  planes_to_u16(pointers.data(), kNumWords, values.data());
  for (std::size_t v = 0; v < values.size(); ++v) {
    for (std::size_t i = 0; i < 16; ++i) {
      ASSERT_EQ((values[v] >> i) & 1, (planes[i][v / 64] >> (v % 64)) & 1) << v << " bit " << i;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Simd, EveryLevel, testing::ValuesIn(simd_levels()),
                         [](const auto& level) { return level.param; });

TEST(SimdLevel, best_one_is_first_and_the_default) {
  ASSERT_FALSE(simd_levels().empty());
  force_simd_level("");
  EXPECT_EQ(simd_level(), simd_levels().front());
}

TEST(SimdLevel, unknown_level_lists_the_available_ones_and_changes_nothing) {
  const auto before = simd_level();
  try {
    force_simd_level("AVX9");
    FAIL() << "accepted";
  } catch (const UsageError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("'AVX9' is not available"));
    EXPECT_THAT(error.what(), testing::HasSubstr(simd_levels().back()));
  }
  EXPECT_EQ(simd_level(), before);
}

}  // namespace
}  // namespace faultwave::bits
