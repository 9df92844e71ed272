// `faultwave list` and `faultwave init`.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/file.hpp"
#include "base/subprocess.hpp"
#include "base/tree.hpp"

namespace faultwave {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

ProcessResult faultwave(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), std::string(FAULTWAVE_BINARY_DIR) + "/bin/faultwave");
  return run_process(arguments);
}

json listed(const std::string& kind) {
  return json::parse(faultwave({"list", kind, "--format", "json"}).output);
}

json entry_of(const json& list, const std::string& key, const std::string& name) {
  for (const auto& entry : list) {
    if (entry[key] == name) return entry;
  }
  return nullptr;
}

TEST(List, multipliers_have_the_figures_of_the_program_itself) {
  const auto list = listed("multipliers");
  for (const char* name : {"fw8u_trunc6", "fw8s_bw", "fw8u_ev_mae0p625"}) {
    const auto entry = entry_of(list, "name", name);
    ASSERT_FALSE(entry.is_null()) << name;
    const TemporaryDirectory folder;
    const auto path = folder.path() / "info.json";
    ASSERT_EQ(faultwave({"netlist", "info", name, "--json", path.string()}).exit_code, 0);
    const auto info = json::parse(read_file(path));
    EXPECT_NEAR(entry["mae"].get<double>(), info["mae"].get<double>(), 1e-4) << name;
    EXPECT_EQ(entry["wce"], info["wce"]) << name;
    EXPECT_EQ(entry["gates"], info["gates"]) << name;
    EXPECT_EQ(entry["operands"] == "signed", info["signed"].get<bool>()) << name;
  }
}

TEST(List, all_kinds_have_rows_and_the_same_ones_in_every_format) {
  for (const char* kind :
       {"multipliers", "models", "datasets", "accelerators", "mitigations", "configs"}) {
    const auto list = listed(kind);
    EXPECT_GE(list.size(), 3u) << kind;
    const auto count = [](const std::string& text) {
      return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
    };
    EXPECT_EQ(count(faultwave({"list", kind}).output), list.size() + 1) << kind;
    EXPECT_EQ(count(faultwave({"list", kind, "--format", "csv"}).output), list.size() + 1) << kind;
    EXPECT_EQ(count(faultwave({"list", kind, "--names"}).output), list.size()) << kind;
  }
}

TEST(List, models_and_data_sets_say_what_they_are) {
  const auto mlp = entry_of(listed("models"), "name", "strokes_mlp");
  EXPECT_EQ(mlp["data_set"], "strokes");
  EXPECT_NEAR(mlp["accuracy_percent"].get<double>(), 95.95, 1e-9);
  const auto strokes = entry_of(listed("datasets"), "name", "strokes");
  EXPECT_EQ(strokes["test_images"], 2000);
  EXPECT_EQ(strokes["image"], "1x28x28");
}

TEST(List, absent_data_sets_say_how_to_fetch_them) {
  const TemporaryDirectory empty;
  const auto result =
      run_process({"env", "FAULTWAVE_DATA=" + empty.path().string(),
                   std::string(FAULTWAVE_BINARY_DIR) + "/bin/faultwave", "list", "datasets"});
  EXPECT_THAT(result.output, HasSubstr("scripts/fetch_data.sh cifar10"));
}

TEST(List, every_configuration_says_what_it_asks_and_who_reads_it) {
  for (const auto& entry : listed("configs")) {
    EXPECT_TRUE(entry["what_it_asks"].is_string()) << entry;
    EXPECT_THAT(entry["what_it_asks"].get<std::string>(), ::testing::Not(HasSubstr("faultwave ")))
        << entry;
  }
  EXPECT_EQ(entry_of(listed("configs"), "file", "configs/campaign_map.yaml")["command"],
            "campaign");
  EXPECT_EQ(entry_of(listed("configs"), "file", "configs/mma_turing.yaml")["command"], "mma");
}

TEST(Init, the_file_runs_as_it_is) {
  const TemporaryDirectory folder;
  const auto file = (folder.path() / "mine.yaml").string();
  const auto made = faultwave({"init", "--limit", "20", "--out", file});
  ASSERT_EQ(made.exit_code, 0) << made.output;
  EXPECT_THAT(made.output, HasSubstr("faultwave run " + file));
  const auto run = faultwave({"run", file});
  EXPECT_EQ(run.exit_code, 0) << run.output;
  EXPECT_THAT(run.output, HasSubstr("fault + fal_retune_offset"));
}

TEST(Init, a_campaign_runs_as_it_is) {
  const TemporaryDirectory folder;
  const auto file = (folder.path() / "mine.yaml").string();
  ASSERT_EQ(faultwave({"init", "--campaign", "--limit", "10", "--out", file}).exit_code, 0);
  const auto results = (folder.path() / "r.sqlite").string();
  const auto run = faultwave(
      {"campaign", file, "--out", results, "--verify", "1", "--set", "campaign.sample.count=5"});
  EXPECT_EQ(run.exit_code, 0) << run.output;
}

struct Choice {
  const char* name;
  std::vector<std::string> options;
  const char* text;
};
class InitChoices : public ::testing::TestWithParam<Choice> {};

TEST_P(InitChoices, are_in_the_file_and_pass_the_check) {
  const TemporaryDirectory folder;
  const auto file = (folder.path() / "mine.yaml").string();
  auto call = GetParam().options;
  call.insert(call.begin(), {"init", "--out", file});
  const auto made = faultwave(call);
  ASSERT_EQ(made.exit_code, 0) << made.output;
  EXPECT_THAT(read_file(file), HasSubstr(GetParam().text));
  const auto dry = faultwave({"run", file, "--dry-run"});
  EXPECT_EQ(dry.exit_code, 0) << dry.output;
}

INSTANTIATE_TEST_SUITE_P(
    Cases, InitChoices,
    ::testing::Values(
        Choice{"gpu", {"--accelerator", "turing"}, "sm[0].sub[0].lane[3].mult.O[12].sa1"},
        Choice{"signed_multiplier", {"--multiplier", "fw8s_trunc6"}, "number_format: int8"},
        Choice{"format", {"--number-format", "sign_magnitude"}, "number_format: sign_magnitude"},
        Choice{"network", {"--network", "strokes_lenet"}, "network: strokes_lenet"},
        Choice{"mitigations",
               {"--mitigations", "none, fault_aware_mapping+fap"},
               "[none, fault_aware_mapping+fap]"},
        Choice{"all_images", {"--limit", "0"}, "name: strokes\n\naccelerator"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(Init, nothing_is_replaced_without_force) {
  const TemporaryDirectory folder;
  const auto file = folder.path() / "mine.yaml";
  write_file_atomically(file, "precious\n");
  const auto refused = faultwave({"init", "--out", file.string()});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.output, HasSubstr("--force"));
  EXPECT_EQ(read_file(file), "precious\n");
  EXPECT_EQ(faultwave({"init", "--out", file.string(), "--force"}).exit_code, 0);
  EXPECT_THAT(read_file(file), HasSubstr("network: strokes_mlp"));
}

TEST(Init, what_does_not_fit_together_is_not_written) {
  const TemporaryDirectory folder;
  const auto file = (folder.path() / "mine.yaml").string();
  const auto result =
      faultwave({"init", "--multiplier", "fw8s_bw", "--number-format", "affine_u8", "--out", file});
  EXPECT_NE(result.exit_code, 0);
  EXPECT_THAT(result.output, HasSubstr("fw8s_bw"));
  EXPECT_FALSE(std::filesystem::exists(file));
}

}  // namespace
}  // namespace faultwave
