#include "driver/outcomes.hpp"

#include <gtest/gtest.h>

namespace faultwave::driver {
namespace {

// Seven classes, one row per inference.
const std::vector<int32_t> kGolden = {
    9, 8, 7, 6, 5, 4, 3,  //
    9, 8, 7, 6, 5, 4, 3,  //
    9, 8, 7, 6, 5, 4, 3,  //
    9, 8, 7, 6, 5, 4, 3,
};
const std::vector<int32_t> kFaulty = {
    9, 8,  7, 6, 5, 4,  3,  // masked
    9, 8,  7, 6, 5, 4,  0,  // benign
    9, 10, 7, 6, 5, 4,  3,  // SDC-1, still in the golden top-5
    9, 8,  7, 6, 5, 10, 3,  // SDC-1 and SDC-5
};

TEST(Outcomes, each_class_is_told_apart) {
  const auto counts = classify(kGolden, kFaulty, 7);
  EXPECT_EQ(counts.masked, 1);
  EXPECT_EQ(counts.benign, 1);
  EXPECT_EQ(counts.sdc1, 2);
  EXPECT_EQ(counts.sdc5, 1);
  EXPECT_DOUBLE_EQ(counts.sdc1_rate(), 0.5);
}

TEST(Outcomes, a_run_against_itself_is_all_masked) {
  const auto counts = classify(kFaulty, kFaulty, 7);
  EXPECT_EQ(counts.masked, counts.images());
}

TEST(Outcomes, accuracy_counts_top1_and_top5) {
  const auto result = score(kFaulty, 7, {0, 1, 0, 5});
  EXPECT_EQ(result.correct, 2);
  EXPECT_EQ(result.correct_top5, 4);
  EXPECT_DOUBLE_EQ(result.accuracy(), 0.5);
  EXPECT_EQ(score(kFaulty, 7, {6, 6, 6, 6}).correct_top5, 0);
}

}  // namespace
}  // namespace faultwave::driver
