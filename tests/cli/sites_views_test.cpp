// `faultwave sites --validate` and `--explain` as a user types them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/subprocess.hpp"

namespace faultwave {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

ProcessResult faultwave(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), std::string(FAULTWAVE_BINARY_DIR) + "/bin/faultwave");
  return run_process(arguments);
}

ProcessResult sites(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"sites", "fw8u_trunc8"});
  return faultwave(std::move(arguments));
}

bool has_program(const std::vector<std::string>& command) {
  try {
    return run_process(command).exit_code == 0;
  } catch (const EnvironmentError&) {
    return false;
  }
}

class SitesValidate : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!has_program({"iverilog", "-V"})) GTEST_SKIP() << "install it: apt-get install iverilog";
    if (!has_program({"verilator", "--version"})) {
      GTEST_SKIP() << "install it: apt-get install verilator";
    }
  }
  void TearDown() override {
    if (!path_.empty()) ::setenv("PATH", path_.c_str(), 1);
  }
  /// Puts a program in front of PATH until the test ends.
  void shadow(const std::string& name, const std::string& script) {
    const auto file = folder_.path() / name;
    write_file_atomically(file, "#!/bin/sh\n" + script);
    std::filesystem::permissions(file, std::filesystem::perms::owner_all);
    path_ = environment("PATH");
    ::setenv("PATH", (folder_.path().string() + ":" + path_).c_str(), 1);
  }

  const TemporaryDirectory folder_{"sites-views"};
  std::string path_;
};

TEST_F(SitesValidate, finds_no_disagreement_over_the_whole_universe) {
  const auto file = folder_.path() / "result.json";
  const auto result =
      sites({"--validate", "--vectors", "60", "--kinds", "sa0,sa1,inv", "--json", file.string()});
  ASSERT_EQ(result.exit_code, 0) << result.output;
  EXPECT_THAT(result.output, HasSubstr("60 vectors: no disagreement"));
  const json report = json::parse(read_file(file));
  EXPECT_EQ(report["disagreements"], 0);
  EXPECT_EQ(report["faults"], 3 * report["sites"].get<int>());
  ASSERT_EQ(report["simulators"].size(), 3u);
  EXPECT_EQ(report["simulators"][0]["vectors"], 65536);
  EXPECT_EQ(report["simulators"][1]["name"], "Verilator");
  EXPECT_EQ(report["simulators"][1]["vectors"], 60);
  EXPECT_EQ(report["simulators"][2]["name"], "Icarus Verilog");
  EXPECT_EQ(report["simulators"][2]["vectors"], 60);
}

TEST_F(SitesValidate, of_named_sites_takes_these_faults_only) {
  const auto file = folder_.path() / "result.json";
  const auto result = sites({"--validate", "--vectors", "all", "--icarus-vectors", "30", "--site",
                             "O[15]", "--site", "A[7].inv", "--json", file.string()});
  ASSERT_EQ(result.exit_code, 0) << result.output;
  EXPECT_THAT(result.output, HasSubstr("2 sites, 3 faults, 65536 and 30 (Icarus Verilog) vectors"));
  const json report = json::parse(read_file(file));
  EXPECT_EQ(report["simulators"][1]["vectors"], 65536);
  EXPECT_EQ(report["simulators"][2]["vectors"], 30);
}

TEST_F(SitesValidate, fails_when_a_simulator_computes_another_product) {
  // The first product that Icarus Verilog writes becomes 0xabcd.
  shadow(
      "vvp",
      "PATH=${PATH#*:} vvp \"$@\" || exit\n"
      "for argument; do case $argument in +products=*) file=${argument#+products=};; esac; done\n"
      "sed -i 1s/.*/abcd/ \"$file\"\n");
  const auto file = folder_.path() / "result.json";
  const auto result =
      sites({"--validate", "--vectors", "25", "--site", "O[15].sa0", "--json", file.string()});
  EXPECT_EQ(result.exit_code, 1) << result.output;
  EXPECT_THAT(result.output,
              AllOf(HasSubstr("check failed"), HasSubstr("1 disagreement"), HasSubstr("43981")));
  const json report = json::parse(read_file(file));
  EXPECT_EQ(report["disagreements"], 1);
  ASSERT_EQ(report["differences"].size(), 1u);
  EXPECT_EQ(report["differences"][0]["a"], 0);
  EXPECT_EQ(report["differences"][0]["b"], 0);
  EXPECT_EQ(report["differences"][0]["output_bits"]["Icarus Verilog"], 0xabcd);
  EXPECT_EQ(report["differences"][0]["output_bits"]["Verilator"],
            report["differences"][0]["output_bits"]["bit-parallel"]);
}

TEST_F(SitesValidate, reports_a_simulator_that_fails) {
  shadow("vvp", "echo 'no licence today'\nexit 9\n");
  const auto result = sites({"--validate", "--vectors", "25", "--site", "O[15].sa0"});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(result.output, AllOf(HasSubstr("exit status 9"), HasSubstr("no licence today")));
}

TEST(SitesExplain, writes_text_json_svg_and_dot) {
  const TemporaryDirectory folder("sites-views");
  const auto in_folder = [&](const char* name) { return (folder.path() / name).string(); };
  const auto result = sites({"--explain", "O[15]", "--json", in_folder("a.json"), "--svg",
                             in_folder("a.svg"), "--dot", in_folder("a.dot")});
  ASSERT_EQ(result.exit_code, 0) << result.output;
  EXPECT_THAT(result.output, AllOf(HasSubstr("of fw8u_trunc8"), HasSubstr("fan-in"),
                                   HasSubstr("fan-out"), HasSubstr("sa1")));
  const json report = json::parse(read_file(folder.path() / "a.json"));
  EXPECT_EQ(report["reachable_outputs"], json::array({15}));
  ASSERT_EQ(report["faults"].size(), 3u);
  EXPECT_EQ(report["faults"][1]["wce"], 32768);
  EXPECT_EQ(report["faults"][1]["worst"]["faulty"].get<int>() -
                report["faults"][1]["worst"]["golden"].get<int>(),
            32768);
  EXPECT_THAT(read_file(folder.path() / "a.svg"), StartsWith("<svg xmlns="));
  EXPECT_THAT(read_file(folder.path() / "a.dot"), StartsWith("digraph"));
}

TEST(SitesExplain, of_a_fault_shows_that_one) {
  const auto result = sites({"--explain", "O[15].sa1", "--json", "-"});
  ASSERT_EQ(result.exit_code, 0) << result.output;
  const json report = json::parse(result.output);
  ASSERT_EQ(report["faults"].size(), 1u);
  EXPECT_THAT(report["faults"][0]["fault"].get<std::string>(), ::testing::EndsWith(".sa1"));
}

struct BadCall {
  const char* name;
  std::vector<std::string> arguments;
  const char* message;
};
class BadSitesCalls : public ::testing::TestWithParam<BadCall> {};

TEST_P(BadSitesCalls, are_refused_with_advice) {
  const auto result = sites(GetParam().arguments);
  EXPECT_EQ(result.exit_code, 2) << result.output;
  EXPECT_THAT(result.output, HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Cases, BadSitesCalls,
    ::testing::Values(
        BadCall{"unknown_site", {"--explain", "O[16]"}, "did you mean 'O[1"},
        BadCall{"unknown_fault", {"--validate", "--site", "O[16].sa0"}, "did you mean 'O[1"},
        BadCall{"both_views", {"--validate", "--explain", "O[1]"}, "exclude each other"},
        BadCall{"few_vectors", {"--validate", "--vectors", "24"}, "25"},
        BadCall{"many_vectors", {"--validate", "--vectors", "65537"}, "'all'"},
        BadCall{"text_vectors", {"--validate", "--vectors", "many"}, "'many' is no number"},
        BadCall{"icarus_vectors", {"--validate", "--icarus-vectors", "99"}, "'--vectors all'"},
        BadCall{"svg_alone", {"--svg", "x.svg"}, "--svg needs --explain"},
        BadCall{"vectors_alone", {"--vectors", "99"}, "--vectors needs --validate"},
        BadCall{
            "csv_of_explain", {"--explain", "O[1]", "--csv", "-"}, "does not go with --explain"},
        BadCall{"kind", {"--validate", "--kinds", "sa2"}, "unknown fault kind 'sa2'"}),
    [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace faultwave
