#include "campaign/merge_results.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "base/file.hpp"
#include "campaign/small_campaign.hpp"

namespace faultwave::campaign {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class MergeResults : public ::testing::Test {
 protected:
  TemporaryDirectory folder_;
  std::filesystem::path out_ = folder_.path() / "merged.sqlite";

  std::filesystem::path shard(const std::string& name, const std::vector<TrialRecord>& trials,
                              const CampaignInfo& info = small_info()) {
    auto path = folder_.path() / name;
    create_small(path, info).commit(trials);
    return path;
  }
  /// Trials whose number leaves `remainder`.
  static std::vector<TrialRecord> every(uint64_t step, uint64_t remainder) {
    std::vector<TrialRecord> trials;
    for (uint64_t i = remainder; i < kSmallTrials; i += step) trials.push_back(small_trial(i));
    return trials;
  }
  std::string error_of(const std::vector<std::filesystem::path>& inputs) {
    std::string message = "nothing was thrown";
    try {
      merge_results(out_, inputs);
    } catch (const Error& error) {
      message = error.what();
    }
    // Whatever goes wrong, nothing is left behind.
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
      EXPECT_THAT(entry.path().filename().string(), ::testing::Not(HasSubstr("merge")));
    }
    return message;
  }
};

TEST_F(MergeResults, shards_in_any_order_equal_the_whole_campaign) {
  const auto whole = shard("whole", small_trials());
  const auto a = shard("a", every(3, 0));
  const auto b = shard("b", every(3, 1));
  const auto c = shard("c", every(3, 2));
  const auto summary = merge_results(out_, {{b, c, a}});
  EXPECT_EQ(summary.num_finished, 60u);
  EXPECT_EQ(summary.num_duplicates, 0u);
  EXPECT_TRUE(summary.missing.empty());
  EXPECT_EQ(ResultsStore::open_read_only(out_).content_sha256(),
            ResultsStore::open_read_only(whole).content_sha256());
}

TEST_F(MergeResults, a_merged_file_can_be_resumed_and_merged_again) {
  const auto a = shard("a", every(3, 0));
  const auto b = shard("b", every(3, 1));
  merge_results(out_, {{a, b}});
  { ResultsStore::open_for_resume(out_, small_info()).commit(every(3, 2)); }
  const auto again = folder_.path() / "again";
  EXPECT_EQ(merge_results(again, {{out_, a}}).num_duplicates, 20u);
  EXPECT_EQ(ResultsStore::open_read_only(again).content_sha256(),
            ResultsStore::open_read_only(shard("whole", small_trials())).content_sha256());
}

TEST_F(MergeResults, missing_trials_are_reported_as_ranges) {
  const auto a = shard("a", small_trials(3, 10));
  const auto b = shard("b", small_trials(11, 58));
  const auto summary = merge_results(out_, {{a, b}});
  EXPECT_EQ(summary.num_finished, 54u);
  EXPECT_EQ(summary.missing,
            (std::vector<std::pair<uint64_t, uint64_t>>{{0, 2}, {10, 10}, {58, 59}}));
}

TEST_F(MergeResults, equal_overlaps_are_fine_and_different_ones_are_an_error_that_names_them) {
  auto trials = small_trials(0, 40);
  const auto a = shard("a", trials);
  const auto b = shard("b", small_trials(20, 60));
  EXPECT_EQ(merge_results(folder_.path() / "fine", {{a, b}}).num_duplicates, 20u);
  trials[30].results[1].correct -= 1;
  const auto c = shard("c", trials);
  EXPECT_THAT(error_of({b, c}),
              AllOf(HasSubstr("trial 30 differs between " + b.string() + " and " + c.string()),
                    HasSubstr("'none': correct "), HasSubstr("fix: ")));
  trials[30] = small_trial(30);
  trials[33].results[0].outcomes[7] = OutcomeCode::kMasked;
  trials[33].results[0].outcomes[8] = OutcomeCode::kBenign;
  ASSERT_NE(trials[33], small_trial(33));
  EXPECT_THAT(error_of({b, shard("d", trials)}), HasSubstr("'fap': other outcomes"));
  trials[33] = small_trial(33);
  trials[35].seed += 1;
  EXPECT_THAT(error_of({b, shard("e", trials)}), HasSubstr("trial 35 differs"));
}

TEST_F(MergeResults, other_plans_cells_faults_and_files_are_refused) {
  const auto a = shard("a", every(2, 0));
  auto info = small_info();
  info.plan_sha256[3] = 'f';
  EXPECT_THAT(error_of({a, shard("plan", every(2, 1), info)}),
              HasSubstr("plan: belongs to another campaign"));
  {
    auto store = ResultsStore::create(folder_.path() / "cells", small_info());
    auto cells = small_cells();
    cells[1].table_sha256[0] = 'f';
    store.add_cells(cells);
  }
  EXPECT_THAT(error_of({a, folder_.path() / "cells"}), HasSubstr("cells: has another cell 1"));
  {
    auto store = ResultsStore::create(folder_.path() / "faults", small_info());
    store.add_cells(small_cells());
    auto faults = small_faults();
    faults[2].mae = 7;
    store.add_faults(faults);
  }
  EXPECT_THAT(error_of({a, folder_.path() / "faults"}), HasSubstr("faults: has another fault 2"));
  EXPECT_THAT(error_of({a, folder_.path() / "nowhere"}), HasSubstr("nowhere: no such file"));
  write_file_atomically(out_, "precious");
  EXPECT_THROW(merge_results(out_, {{a}}), EnvironmentError);
  EXPECT_EQ(read_file(out_), "precious");
}

TEST_F(MergeResults, notes_and_verifications_come_along) {
  const auto a = shard("a", every(2, 0));
  const auto b = shard("b", every(2, 1));
  for (const auto& path : {a, b}) {
    auto store = ResultsStore::open_for_resume(path, small_info());
    store.set_note("stopped_after", "60");
    store.set_note("shard", path.filename().string());
    store.add_verifications({{{4, "none", 50, path == a}}});
  }
  const auto summary = merge_results(out_, {{a, b}});
  EXPECT_EQ(summary.dropped_notes, std::vector<std::string>{"shard"});
  const auto merged = ResultsStore::open_read_only(out_);
  EXPECT_EQ(merged.notes(), (std::map<std::string, std::string>{{"stopped_after", "60"}}));
  // A disagreement is never hidden by an agreement.
  EXPECT_EQ(merged.verifications(), (std::vector<VerificationRow>{{4, "none", 50, false}}));
}

}  // namespace
}  // namespace faultwave::campaign
