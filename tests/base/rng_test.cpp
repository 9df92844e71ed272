#include "base/rng.hpp"

#include <gtest/gtest.h>

#include <set>

namespace faultwave {
namespace {

// The known answers of Philox 4x32-10 in Random123's kat_vectors (first two result words).
TEST(Rng, matches_the_published_known_answers) {
  EXPECT_EQ(CounterRng(0, 0).at(0), 0xe169c58d6627e8d5u);
  EXPECT_EQ(CounterRng(UINT64_MAX, UINT64_MAX).at(UINT64_MAX), 0x41c83b0e408f276du);
  EXPECT_EQ(CounterRng(0x299f31d0a4093822u, 0x0370734413198a2eu).at(0x85a308d3243f6a88u),
            0x94fdccebd16cfe09u);
}

TEST(Rng, is_a_pure_function_of_seed_stream_and_counter) {
  const CounterRng rng(7, 3);
  CounterRng sequential(7, 3);
  for (uint64_t i = 0; i < 100; ++i) EXPECT_EQ(sequential.next(), rng.at(i));
  EXPECT_NE(CounterRng(7, 4).at(0), rng.at(0));
  EXPECT_NE(CounterRng(8, 3).at(0), rng.at(0));
}

TEST(Rng, bounded_values_reach_every_value_below_the_bound_and_none_above) {
  const CounterRng rng(1);
  std::set<uint64_t> seen;
  for (uint64_t i = 0; i < 200; ++i) seen.insert(rng.below_at(i, 6));
  EXPECT_EQ(seen, (std::set<uint64_t>{0, 1, 2, 3, 4, 5}));
  EXPECT_THROW(rng.below_at(0, 0), std::logic_error);
}

TEST(Rng, uniform_values_lie_in_the_unit_interval_with_mean_one_half) {
  const CounterRng rng(2);
  double sum = 0;
  for (uint64_t i = 0; i < 10000; ++i) {
    const double value = rng.uniform_at(i);
    ASSERT_GE(value, 0.0);
    ASSERT_LT(value, 1.0);
    sum += value;
  }
  EXPECT_NEAR(sum / 10000, 0.5, 0.02);
}

}  // namespace
}  // namespace faultwave
