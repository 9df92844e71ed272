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
  EXPECT_EQ(sample_loci(256, 0.0, 1).size(), 0u);
  EXPECT_EQ(sample_loci(256, 1e-9, 1).size(), 1u);
  EXPECT_EQ(sample_loci(256, 0.5, 1).size(), 128u);
  EXPECT_EQ(sample_loci(100, 0.014, 1).size(), 1u);
  EXPECT_EQ(sample_loci(100, 0.016, 1).size(), 2u);
  EXPECT_EQ(sample_loci(256, 1.0, 1).size(), 256u);
  EXPECT_EQ(sample_loci(1, 0.01, 1).size(), 1u);
}

TEST(SampleLoci, loci_are_distinct_inside_the_accelerator_and_ascending) {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    const auto loci = sample_loci(45, 0.4, seed);
    EXPECT_TRUE(std::ranges::is_sorted(loci));
    EXPECT_EQ(std::set<int>(loci.begin(), loci.end()).size(), loci.size());
    for (const int pe : loci) EXPECT_TRUE(pe >= 0 && pe < 45);
  }
}

TEST(SampleLoci, higher_rate_contains_the_loci_of_every_lower_one) {
  for (uint64_t seed = 0; seed < 10; ++seed) {
    std::vector<int> lower;
    for (const double rate : {0.001, 0.01, 0.05, 0.1, 0.3, 0.5, 0.9, 1.0}) {
      const auto higher = sample_loci(384, rate, seed);
      EXPECT_TRUE(std::ranges::includes(higher, lower)) << "seed " << seed << " rate " << rate;
      lower = higher;
    }
  }
}

TEST(SampleLoci, is_a_pure_function_of_the_seed) {
  EXPECT_EQ(sample_loci(256, 0.1, 3), sample_loci(256, 0.1, 3));
  EXPECT_NE(sample_loci(256, 0.1, 3), sample_loci(256, 0.1, 4));
}

TEST(SampleLoci, every_pe_is_drawn_about_equally_often) {
  constexpr int kNumSeeds = 4000;
  std::vector<int> counts(64);
  for (uint64_t seed = 0; seed < kNumSeeds; ++seed) {
    for (const int pe : sample_loci(64, 0.25, seed)) ++counts[static_cast<size_t>(pe)];
  }
  // Binomial with mean 1000 and standard deviation 27: six of them either way.
  for (const int count : counts) EXPECT_NEAR(count, 1000, 164);
}

TEST(SampleLoci, impossible_rates_and_accelerators_are_refused) {
  EXPECT_THROW(sample_loci(16, -0.1, 0), UsageError);
  EXPECT_THROW(sample_loci(16, 1.0001, 0), UsageError);
  EXPECT_THROW(sample_loci(16, std::nan(""), 0), UsageError);
  EXPECT_THROW(sample_loci(16, std::numeric_limits<double>::infinity(), 0), UsageError);
  EXPECT_THROW(sample_loci(0, 0.1, 0), UsageError);
  EXPECT_THROW(sample_loci(-4, 0.1, 0), UsageError);
}

}  // namespace
}  // namespace faultwave::fault
