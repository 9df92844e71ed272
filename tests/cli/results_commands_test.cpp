// `faultwave merge` and `faultwave query` as a user types them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/file.hpp"
#include "base/subprocess.hpp"
#include "campaign/small_campaign.hpp"

namespace faultwave {
namespace {

using campaign::create_small;
using campaign::small_trials;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class ResultsCommands : public ::testing::Test {
 protected:
  TemporaryDirectory folder_;

  std::string path(const std::string& name) const { return (folder_.path() / name).string(); }
  static ProcessResult faultwave(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), std::string(FAULTWAVE_BINARY_DIR) + "/bin/faultwave");
    return run_process(arguments);
  }
};

TEST_F(ResultsCommands, shards_merge_and_answer_like_the_whole_campaign) {
  create_small(path("a")).commit(small_trials(0, 25));
  create_small(path("b")).commit(small_trials(20, 60));
  create_small(path("whole")).commit(small_trials());
  const auto merged = faultwave({"merge", path("out"), path("a"), path("b"), "--require-all"});
  EXPECT_EQ(merged.exit_code, 0) << merged.output;
  EXPECT_THAT(merged.output, HasSubstr("60 of 60 trials from 2 files, 5 in several files"));
  for (const char* format : {"table", "csv", "json"}) {
    const auto query = [&](const char* name) {
      return faultwave({"query", path(name), "--by", "bit,kind", "--format", format}).output;
    };
    EXPECT_EQ(query("out"), query("whole"));
  }
}

TEST_F(ResultsCommands, missing_trials_are_listed_and_fail_only_when_all_are_required) {
  create_small(path("a")).commit(small_trials(1, 9));
  const auto merged = faultwave({"merge", path("b"), path("a")});
  EXPECT_EQ(merged.exit_code, 0) << merged.output;
  EXPECT_THAT(merged.output, HasSubstr("missing trials (52): 0, 9-59"));
  EXPECT_EQ(faultwave({"merge", path("c"), path("a"), "--require-all"}).exit_code, 1);
}

TEST_F(ResultsCommands, a_trial_that_differs_ends_with_status_one) {
  auto trials = small_trials();
  create_small(path("a")).commit(trials);
  trials[7].results[0].correct -= 1;
  create_small(path("b")).commit(trials);
  const auto merged = faultwave({"merge", path("c"), path("a"), path("b")});
  EXPECT_EQ(merged.exit_code, 1);
  EXPECT_THAT(merged.output, HasSubstr("trial 7 differs between"));
  EXPECT_FALSE(std::filesystem::exists(path("c")));
}

TEST_F(ResultsCommands, query_writes_tables_csv_and_json) {
  create_small(path("a")).commit(small_trials());
  const auto table = faultwave({"query", path("a")});
  EXPECT_EQ(table.exit_code, 0);
  EXPECT_THAT(table.output, AllOf(HasSubstr("small: 60 of 60 trials"), HasSubstr("mitigation"),
                                  HasSubstr("fap"), HasSubstr("none")));
  const auto csv = faultwave({"query", path("a"), "--by", "fault", "--mitigation", "none", "--sort",
                              "loss", "--limit", "3", "--format", "csv"});
  EXPECT_THAT(csv.output, StartsWith("multiplier,fault,trials,accuracy_frac,"));
  EXPECT_EQ(std::count(csv.output.begin(), csv.output.end(), '\n'), 4);
  const auto json = faultwave({"query", path("a"), "--by", "pe", "--by", "mitigation", "--format",
                               "json", "--out", path("out.json")});
  EXPECT_EQ(json.exit_code, 0) << json.output;
  EXPECT_EQ(nlohmann::json::parse(read_file(path("out.json")))["by"],
            (std::vector<std::string>{"pe", "mitigation"}));
}

TEST_F(ResultsCommands, bad_calls_end_with_their_status_and_message) {
  create_small(path("a")).commit(small_trials());
  write_file_atomically(path("text"), "no database, but long enough to be one\n");
  const struct {
    std::vector<std::string> arguments;
    int exit_code;
    const char* message;
  } calls[] = {{{"query"}, 2, "file"},
               {{"query", path("nowhere")}, 3, "nowhere: no such file"},
               {{"query", path("text")}, 3, "text: is no results file"},
               {{"query", path("a"), "--by", "bits"}, 2, "did you mean 'bit'"},
               {{"query", path("a"), "--mitigation", "nome"}, 2, "did you mean 'none'"},
               {{"query", path("a"), "--format", "xml"}, 2, "unknown value 'xml' of --format"},
               {{"query", path("a"), "--out", "/nowhere/x.csv"}, 3, "/nowhere"},
               {{"merge", path("b")}, 2, "in"},
               {{"merge", path("a"), path("a")}, 3, "exists already"},
               {{"merge", "/nowhere/b", path("a")}, 3, "/nowhere"},
               {{"merge", path("b"), path("text")}, 3, "text: is no results file"}};
  for (const auto& call : calls) {
    const auto result = faultwave(call.arguments);
    EXPECT_EQ(result.exit_code, call.exit_code) << result.output;
    EXPECT_THAT(result.output, HasSubstr(call.message));
  }
}

}  // namespace
}  // namespace faultwave
