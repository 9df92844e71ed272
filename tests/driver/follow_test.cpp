#include "driver/follow.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "base/tree.hpp"

namespace faultwave::driver {
namespace {

RunConfig quickstart(const std::vector<std::string>& overrides) {
  return load_run_config(tree_root() / "configs" / "quickstart.yaml", overrides);
}

const PropagationStage& stage_of(const Propagation& propagation, const std::string& layer,
                                 const std::string& begin) {
  for (const auto& stage : propagation.stages) {
    if (stage.layer == layer && stage.stage.starts_with(begin)) return stage;
  }
  throw InternalError("no stage " + layer + " " + begin);
}

TEST(Follow, an_inverted_output_bit_is_counted_at_every_stage) {
  const auto result = follow_fault(quickstart({"faults=['pe[3][7].mult.O[12].inv']"}), 0);
  // PE [3][7] of 16x16 computes 1/16 of the inputs of 1/16 of the neurons.
  for (const auto& [layer, k, n] :
       {std::tuple("fc1", 784, 128), std::tuple("fc2", 128, 64), std::tuple("fc3_add", 64, 16)}) {
    for (const char* stage : {"net pe[3][7].mult.", "products of pe[3][7]"}) {
      const auto& counted = stage_of(result, layer, stage);
      EXPECT_EQ(counted.values, k / 16 * n / 16) << layer << " " << stage;
      EXPECT_EQ(counted.corrupted, counted.values) << layer << " " << stage;
    }
    EXPECT_EQ(stage_of(result, layer, "products").mean_error, 4096);
  }
  EXPECT_EQ(stage_of(result, "fc1", "sums").values, 128);
  EXPECT_EQ(stage_of(result, "fc1", "sums").corrupted, 128 / 16);
  EXPECT_LE(stage_of(result, "fc1", "activations").corrupted, 128 / 16);
  EXPECT_EQ(stage_of(result, "", "logits").values, 10);
  EXPECT_GT(stage_of(result, "", "logits").corrupted, 0);
}

TEST(Follow, a_fault_that_never_acts_corrupts_nothing) {
  const auto result =
      follow_fault(quickstart({"faults=['pe[3][7].mult.O[12].sa1@90000000-90000001']"}), 3);
  for (const auto& stage : result.stages) EXPECT_EQ(stage.corrupted, 0) << stage.stage;
  EXPECT_EQ(result.golden_label, result.faulty_label);
}

TEST(Follow, register_faults_are_followed_from_the_sums_on) {
  const auto result = follow_fault(quickstart({"faults=['pe[3][7].psum[20].inv']"}), 0);
  EXPECT_TRUE(result.pes.empty());
  EXPECT_EQ(stage_of(result, "fc1", "sums").corrupted, 128 / 16);
}

TEST(Follow, impossible_requests_are_refused) {
  EXPECT_THROW(follow_fault(quickstart({"faults=[]"}), 0), UsageError);
  EXPECT_THROW(follow_fault(quickstart({}), 400), UsageError);
  EXPECT_THROW(follow_fault(quickstart({}), -1), UsageError);
}

}  // namespace
}  // namespace faultwave::driver
