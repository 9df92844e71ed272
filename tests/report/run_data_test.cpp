#include "report/run_data.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "base/file.hpp"
#include "campaign/statistics.hpp"

namespace faultwave::report {
namespace {

using ::testing::HasSubstr;

Json run(const std::string& name, double accuracy) {
  return {{"name", name},     {"accuracy", accuracy}, {"correct", 90},
          {"images", 100},    {"top5", 1.0},          {"loss_points", 2.5},
          {"sdc1", 0.1},      {"cycles", 1000},       {"utilisation", 0.5},
          {"energy_pj", 1e6}, {"faulty", false},      {"loss_vs_exact_points", 1.0}};
}

Json document() {
  return {{"runs", {run("exact", 0.9), run("fault", 0.4)}},
          {"provenance", {{"version", "0.1.0"}, {"git", "abc"}, {"config", "seed: 1\n"}}}};
}

class RunData : public ::testing::Test {
 protected:
  Json read(const std::string& text) const {
    write_file_atomically(path(), text);
    return run_data(path(), {});
  }
  std::string message(const std::string& text) const {
    try {
      read(text);
      return "no error";
    } catch (const InputError& error) {
      return error.what();
    }
  }
  std::filesystem::path path() const { return folder_.path() / "quick.json"; }

 private:
  TemporaryDirectory folder_;
};

TEST_F(RunData, adds_wilson_intervals_to_every_run) {
  const Json data = read(document().dump());
  EXPECT_EQ(data["name"], "quick");
  ASSERT_EQ(data["experiments"].size(), 1u);
  const auto& runs = data["experiments"][0]["runs"];
  ASSERT_EQ(runs.size(), 2u);
  const auto interval = campaign::wilson_interval(0.4, 100, 0.95);
  EXPECT_NEAR(runs[1]["accuracy_lower"].get<double>(), interval.lower, 1e-6);
  EXPECT_NEAR(runs[1]["accuracy_upper"].get<double>(), interval.upper, 1e-6);
}

TEST_F(RunData, variants_become_experiments) {
  Json first = document();
  first["name"] = "tpu";
  Json second = document();
  second["name"] = "gpu";
  const Json data = read(Json{{"variants", {first, second}}}.dump());
  ASSERT_EQ(data["experiments"].size(), 2u);
  EXPECT_EQ(data["experiments"][1]["name"], "gpu");
}

TEST_F(RunData, other_files_are_errors_that_name_the_place) {
  EXPECT_THAT(message("{\"runs\": [\n  1,, 2]}"), HasSubstr("quick.json:2:5"));
  EXPECT_THAT(message(""), HasSubstr("neither a results file nor JSON"));
  EXPECT_THAT(message("[]"), HasSubstr("no result of 'faultwave run'"));
  EXPECT_THAT(message("{\"variants\": []}"), HasSubstr("no variants"));
  EXPECT_THAT(message("{\"variants\": [3]}"), HasSubstr("no result of 'faultwave run'"));
  EXPECT_THAT(message("{\"runs\": [], \"provenance\": {}}"), HasSubstr("has no runs"));
  EXPECT_THAT(message("{\"runs\": [{}], \"provenance\": {}}"), HasSubstr("without a name"));
  Json broken = document();
  broken["runs"][1].erase("cycles");
  EXPECT_THAT(message(broken.dump()), HasSubstr("the run 'fault' has no number 'cycles'"));
  broken = document();
  broken["runs"][0]["images"] = 0;
  EXPECT_THAT(message(broken.dump()), HasSubstr("has no images"));
}

}  // namespace
}  // namespace faultwave::report
