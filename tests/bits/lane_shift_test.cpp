// Moving lanes against one bit at a time, at every SIMD level.
#include "bits/lane_shift.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "base/file.hpp"
#include "base/rng.hpp"
#include "bits/plane_ops.hpp"

namespace faultwave::bits {
namespace {

constexpr std::size_t kMargin = 16;  // zero words before a plane

uint64_t test_seed() { return std::stoull(environment("FAULTWAVE_TEST_SEED", "1")); }

class EveryShiftLevel : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    force_simd_level(GetParam());
    RecordProperty("seed", std::to_string(test_seed()));
  }
  void TearDown() override { force_simd_level(""); }

  std::vector<uint64_t> random_words(std::size_t count) {
    std::vector<uint64_t> words(count);
    for (auto& word : words) word = rng_.next();
    return words;
  }
  /// Planes with their margins.
  std::vector<uint64_t> random_planes(std::size_t num_planes, std::size_t num_words) {
    auto words = random_words(num_planes * (kMargin + num_words));
    for (std::size_t plane = 0; plane < num_planes; ++plane) {
      std::fill_n(words.begin() + static_cast<std::ptrdiff_t>(plane * (kMargin + num_words)),
                  kMargin, 0);
    }
    return words;
  }

  CounterRng rng_{test_seed(), 5};
};

bool bit_of(const uint64_t* plane, std::size_t lane) {
  return (plane[lane / 64] >> (lane % 64) & 1) != 0;
}

TEST_P(EveryShiftLevel, lanes_move_up_by_one_where_they_are_kept) {
  for (const std::size_t num_words : {8u, 16u, 40u}) {
    constexpr std::size_t kPlanes = 3;
    const std::size_t stride = kMargin + num_words;
    const auto before = random_planes(kPlanes, num_words);
    const auto keep = random_words(num_words);
    auto planes = before;
    shift_lanes_by_one(planes.data() + kMargin, kPlanes, stride, keep.data(), num_words);
    for (std::size_t plane = 0; plane < kPlanes; ++plane) {
      const uint64_t* old = before.data() + plane * stride + kMargin;
      const uint64_t* now = planes.data() + plane * stride + kMargin;
      for (std::size_t lane = 0; lane < 64 * num_words; ++lane) {
        const bool expected = lane > 0 && bit_of(old, lane - 1) && bit_of(keep.data(), lane);
        ASSERT_EQ(bit_of(now, lane), expected) << "plane " << plane << " lane " << lane;
      }
    }
  }
}

TEST_P(EveryShiftLevel, rows_take_what_enters_at_their_first_lane) {
  for (const std::size_t row_words : {1u, 2u, 4u, 8u}) {
    constexpr std::size_t kPlanes = 2;
    const std::size_t num_words = 72 * row_words;  // more than 64 rows
    const std::size_t stride = kMargin + num_words;
    const auto before = random_planes(kPlanes, num_words);
    const auto entering = random_words(kPlanes * 2);
    std::vector<uint64_t> keep(num_words, ~uint64_t{0});
    for (std::size_t word = 0; word < num_words; word += row_words) keep[word] &= ~uint64_t{1};
    auto planes = before;
    shift_rows_by_one(planes.data() + kMargin, kPlanes, stride, keep.data(), num_words,
                      {entering.data(), 2, row_words});
    for (std::size_t plane = 0; plane < kPlanes; ++plane) {
      const uint64_t* old = before.data() + plane * stride + kMargin;
      const uint64_t* now = planes.data() + plane * stride + kMargin;
      for (std::size_t lane = 0; lane < 64 * num_words; ++lane) {
        const bool is_first = lane % (64 * row_words) == 0;
        const bool expected = is_first
                                  ? bit_of(entering.data() + 2 * plane, lane / (64 * row_words))
                                  : bit_of(old, lane - 1);
        ASSERT_EQ(bit_of(now, lane), expected) << "plane " << plane << " lane " << lane;
      }
    }
  }
}

TEST_P(EveryShiftLevel, selected_lanes_move_by_any_distance) {
  for (const std::size_t distance : {1u, 16u, 63u, 64u, 65u, 128u, 200u, 512u}) {
    constexpr std::size_t kWords = 24;
    const auto before = random_planes(1, kWords);
    const auto select = random_words(kWords);
    auto plane = before;
    shift_selected_lanes(plane.data() + kMargin, distance, select.data(), kWords);
    for (std::size_t lane = 0; lane < 64 * kWords; ++lane) {
      const bool moved = lane >= distance && bit_of(before.data() + kMargin, lane - distance);
      const bool expected =
          bit_of(select.data(), lane) ? moved : bit_of(before.data() + kMargin, lane);
      ASSERT_EQ(bit_of(plane.data() + kMargin, lane), expected)
          << "distance " << distance << " lane " << lane;
    }
  }
}

TEST_P(EveryShiftLevel, ones_of_a_difference_are_counted) {
  for (const std::size_t num_words : {8u, 24u}) {
    const auto x = random_words(num_words);
    const auto y = random_words(num_words);
    std::vector<uint64_t> out(num_words);
    uint64_t expected = 0;
    const uint64_t count = and_not_count(out.data(), x.data(), y.data(), num_words);
    for (std::size_t lane = 0; lane < 64 * num_words; ++lane) {
      const bool one = bit_of(x.data(), lane) && !bit_of(y.data(), lane);
      ASSERT_EQ(bit_of(out.data(), lane), one);
      expected += one ? 1 : 0;
    }
    EXPECT_EQ(count, expected);
  }
}

INSTANTIATE_TEST_SUITE_P(Simd, EveryShiftLevel, testing::ValuesIn(simd_levels()),
                         [](const auto& test) { return test.param; });

}  // namespace
}  // namespace faultwave::bits
