#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "base/error.hpp"
#include "fault/fault.hpp"

namespace faultwave::fault {
namespace {

TEST(SampleLoci, count_is_the_rounded_rate_and_at_least_one) {
  EXPECT_EQ(sample_loci(16, 16, 0.0, 1).size(), 0u);
  EXPECT_EQ(sample_loci(16, 16, 1e-9, 1).size(), 1u);
  EXPECT_EQ(sample_loci(16, 16, 0.5, 1).size(), 128u);
  EXPECT_EQ(sample_loci(10, 10, 0.014, 1).size(), 1u);
  EXPECT_EQ(sample_loci(10, 10, 0.016, 1).size(), 2u);
  EXPECT_EQ(sample_loci(16, 16, 1.0, 1).size(), 256u);
  EXPECT_EQ(sample_loci(1, 1, 0.01, 1).size(), 1u);
}

TEST(SampleLoci, loci_are_distinct_inside_the_array_and_in_row_major_order) {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    const auto loci = sample_loci(5, 9, 0.4, seed);
    EXPECT_TRUE(std::ranges::is_sorted(loci));
    EXPECT_EQ(std::set<PeLocus>(loci.begin(), loci.end()).size(), loci.size());
    for (const auto& locus : loci) {
      EXPECT_TRUE(locus.row >= 0 && locus.row < 5 && locus.col >= 0 && locus.col < 9);
    }
  }
}

TEST(SampleLoci, higher_rate_contains_the_loci_of_every_lower_one) {
  for (uint64_t seed = 0; seed < 10; ++seed) {
    std::vector<PeLocus> lower;
    for (const double rate : {0.001, 0.01, 0.05, 0.1, 0.3, 0.5, 0.9, 1.0}) {
      const auto higher = sample_loci(16, 24, rate, seed);
      EXPECT_TRUE(std::ranges::includes(higher, lower)) << "seed " << seed << " rate " << rate;
      lower = higher;
    }
  }
}

TEST(SampleLoci, is_a_pure_function_of_the_seed) {
  EXPECT_EQ(sample_loci(16, 16, 0.1, 3), sample_loci(16, 16, 0.1, 3));
  EXPECT_NE(sample_loci(16, 16, 0.1, 3), sample_loci(16, 16, 0.1, 4));
}

TEST(SampleLoci, every_pe_is_drawn_about_equally_often) {
  constexpr int kNumSeeds = 4000;
  std::vector<int> counts(64);
  for (uint64_t seed = 0; seed < kNumSeeds; ++seed) {
    for (const auto& locus : sample_loci(8, 8, 0.25, seed)) ++counts[locus.row * 8 + locus.col];
  }
  // Binomial with mean 1000 and standard deviation 27: six of them either way.
  for (const int count : counts) EXPECT_NEAR(count, 1000, 164);
}

TEST(SampleLoci, impossible_rates_and_arrays_are_refused) {
  EXPECT_THROW(sample_loci(4, 4, -0.1, 0), UsageError);
  EXPECT_THROW(sample_loci(4, 4, 1.0001, 0), UsageError);
  EXPECT_THROW(sample_loci(4, 4, std::nan(""), 0), UsageError);
  EXPECT_THROW(sample_loci(4, 4, std::numeric_limits<double>::infinity(), 0), UsageError);
  EXPECT_THROW(sample_loci(0, 4, 0.1, 0), UsageError);
  EXPECT_THROW(sample_loci(4, -1, 0.1, 0), UsageError);
}

}  // namespace
}  // namespace faultwave::fault
