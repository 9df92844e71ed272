// Help, suggestions, colours, and the documents that are made from the descriptions of commands.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <regex>

#include "base/file.hpp"
#include "base/subprocess.hpp"
#include "base/tree.hpp"

namespace faultwave {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const std::string kProgram = std::string(FAULTWAVE_BINARY_DIR) + "/bin/faultwave";

ProcessResult faultwave(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), kProgram);
  return run_process(arguments);
}

/// The commands of `faultwave docs cli-reference`: {"run"}, {"netlist", "info"}, ...
std::vector<std::vector<std::string>> all_commands() {
  const std::string reference = faultwave({"docs", "cli-reference"}).output;
  std::vector<std::vector<std::string>> commands;
  const std::regex heading("\n## faultwave ([a-z-]+)(?: ([a-z-]+))?\n");
  for (std::sregex_iterator it(reference.begin(), reference.end(), heading), end; it != end; ++it) {
    commands.push_back({(*it)[1].str()});
    if ((*it)[2].matched) commands.back().push_back((*it)[2].str());
  }
  return commands;
}

TEST(CommandLine, every_command_has_help_with_its_usage_and_common_options) {
  const auto commands = all_commands();
  EXPECT_GE(commands.size(), 20u);
  for (auto command : commands) {
    std::string name;
    for (const auto& word : command) name += " " + word;
    command.push_back("--help");
    const auto help = faultwave(command);
    EXPECT_EQ(help.exit_code, 0) << name;
    EXPECT_THAT(help.output, HasSubstr("usage: faultwave" + name));
    EXPECT_THAT(help.output, HasSubstr("--color auto|always|never"));
  }
}

TEST(CommandLine, every_command_suggests_the_nearest_option) {
  for (auto command : all_commands()) {
    command.push_back("--hepl");
    const auto result = faultwave(command);
    EXPECT_EQ(result.exit_code, 2) << command.front();
    EXPECT_THAT(result.output,
                HasSubstr("unrecognised option '--hepl'\n  fix: did you mean '--help'?"));
  }
}

struct Misspelt {
  const char* name;
  std::vector<std::string> arguments;
  const char* suggestion;
};
class Suggestions : public ::testing::TestWithParam<Misspelt> {};

TEST_P(Suggestions, name_the_nearest) {
  const auto result = faultwave(GetParam().arguments);
  EXPECT_NE(result.exit_code, 0);
  EXPECT_THAT(result.output,
              HasSubstr(std::string("did you mean '") + GetParam().suggestion + "'?"));
}

const std::vector<std::string> kRun = {"run", "configs/quickstart.yaml", "--dry-run", "--set"};
std::vector<std::string> quickstart_with(const std::string& assignment) {
  auto call = kRun;
  call.push_back(assignment);
  return call;
}

INSTANTIATE_TEST_SUITE_P(
    Names, Suggestions,
    ::testing::Values(
        Misspelt{"command", {"campain"}, "campaign"},
        Misspelt{"action", {"netlist", "emitt"}, "emit"}, Misspelt{"docs", {"docs", "mann"}, "man"},
        Misspelt{"option", {"query", "x.sqlite", "--formt", "csv"}, "--format"},
        Misspelt{"choice", {"query", "x.sqlite", "--format", "jsn"}, "json"},
        Misspelt{"color", {"--color=neve", "version"}, "never"},
        Misspelt{"kind_of_list", {"list", "multiplier"}, "multipliers"},
        Misspelt{"accelerator",
                 {"gemm", "--accelerator", "tpus", "--m", "1", "--n", "1", "--k", "1"},
                 "tpu"},
        Misspelt{"scheduler",
                 {"gemm", "--accelerator", "gpu_sm", "--scheduler", "gtoo", "--m", "1", "--n", "1",
                  "--k", "1"},
                 "gto"},
        Misspelt{
            "metric",
            {"evolve", "--metric", "maee", "--limit", "1", "--generations", "1", "--out", "x.v"},
            "mae"},
        Misspelt{"multiplier", {"netlist", "info", "fw8u_trunc66"}, "fw8u_trunc6"},
        Misspelt{"fault_unit",
                 {"gemm", "--array", "4x4", "--m", "1", "--n", "1", "--k", "1", "--fault",
                  "pe[0][0].weigth[1].sa0"},
                 "weight"},
        Misspelt{"fault_kind",
                 {"gemm", "--array", "4x4", "--m", "1", "--n", "1", "--k", "1", "--fault",
                  "pe[0][0].weight[1].sa2"},
                 "sa0"},
        Misspelt{"site", {"sites", "fw8u_trunc6", "--explain", "pp_6_00"}, "pp_6_0"},
        Misspelt{"site_kind", {"sites", "fw8u_trunc6", "--kinds", "sa0,imv"}, "inv"},
        Misspelt{"family", {"netlist", "generate", "--family", "mitchel"}, "mitchell"},
        Misspelt{"layer",
                 {"trace", "configs/quickstart.yaml", "--out", "x.vcd", "--layer", "fc11"},
                 "fc1"},
        Misspelt{"variant",
                 {"trace", "configs/tpu_vs_gpu.yaml", "--out", "x.vcd", "--variant", "tpuu"},
                 "tpu"},
        Misspelt{"key", quickstart_with("mitigation=[none]"), "mitigations"},
        Misspelt{"nested_key", quickstart_with("accelerator.row=4"), "rows"},
        Misspelt{"preset", quickstart_with("accelerator.preset=16x1"), "16x16"},
        Misspelt{"engine", quickstart_with("engine=tabel"), "table"},
        Misspelt{"mitigation", quickstart_with("mitigations=[fal_retun]"), "fal_retune"},
        Misspelt{"network", quickstart_with("network=strokes_mpl"), "strokes_mlp"},
        Misspelt{"data_set", quickstart_with("data.name=stroks"), "strokes"},
        Misspelt{"config", {"run", "configs/quickstat.yaml"}, "configs/quickstart.yaml"},
        Misspelt{"init", {"init", "--out", "-", "--accelerator", "turin"}, "turing"},
        Misspelt{"init_mitigation", {"init", "--out", "-", "--mitigations", "fapp"}, "fap"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(CommandLine, colours_are_for_terminals_unless_asked_for) {
  const std::string escape = "\033[";
  EXPECT_THAT(faultwave({"rum"}).output, Not(HasSubstr(escape)));
  EXPECT_THAT(faultwave({"--color=always", "rum"}).output, HasSubstr("\033[1;31mfaultwave:"));
  EXPECT_THAT(faultwave({"list", "mitigations", "--color", "always"}).output,
              HasSubstr("\033[1;36mname"));
  EXPECT_THAT(faultwave({"list", "mitigations", "--color", "never"}).output,
              Not(HasSubstr(escape)));
  // A terminal of script(1).
  const auto on_terminal = [](const std::string& settings, const std::string& arguments) {
    return run_process({"env", "TERM=xterm", "script", "-qec",
                        settings + " " + kProgram + " " + arguments, "/dev/null"})
        .output;
  };
  EXPECT_THAT(on_terminal("NO_COLOR=", "rum"), HasSubstr("\033[1;31mfaultwave:"));
  EXPECT_THAT(on_terminal("NO_COLOR=1", "rum"), Not(HasSubstr(escape)));
  EXPECT_THAT(on_terminal("NO_COLOR=1", "--color always rum"), HasSubstr(escape));
  EXPECT_THAT(on_terminal("TERM=dumb", "rum"), Not(HasSubstr(escape)));
  EXPECT_THAT(on_terminal("NO_COLOR=", "--color never rum"), Not(HasSubstr(escape)));
}

TEST(CommandLine, pe_model_builds_show_progress_on_a_terminal_and_nothing_elsewhere) {
  const TemporaryDirectory folder;
  // A compiler that nobody can call fast.
  const auto compiler = folder.path() / "slow-g++";
  write_file_atomically(compiler, "#!/bin/sh\nsleep 1.5\nexec g++ \"$@\"\n");
  std::filesystem::permissions(compiler, std::filesystem::perms::owner_all);
  const std::string call = "gemm --array 3x5 --m 2 --n 2 --k 2";
  // A cache of its own each: the model is built every time.
  const auto settings = [&](const char* cache) {
    return fmt::format("CXX={} FAULTWAVE_CACHE={}", compiler.string(),
                       (folder.path() / cache).string());
  };
  const std::string on_terminal = fmt::format("env {} {} {}", settings("a"), kProgram, call);
  EXPECT_THAT(run_process({"script", "-qec", on_terminal, "/dev/null"}).output,
              HasSubstr("building"));
  const std::string to_file = fmt::format("env {} {} {}", settings("b"), kProgram, call);
  const auto result = run_process({"sh", "-c", to_file});
  EXPECT_EQ(result.exit_code, 0) << result.output;
  EXPECT_THAT(result.output, Not(HasSubstr("building")));
  EXPECT_THAT(result.output, Not(HasSubstr("\033")));
}

TEST(CommandLine, reference_and_schema_in_the_tree_are_those_of_the_program) {
  EXPECT_EQ(read_file(tree_root() / "docs" / "cli.md"), faultwave({"docs", "cli-reference"}).output)
      << "fix: scripts/update_references.sh";
  EXPECT_EQ(read_file(tree_root() / "configs" / "schema.json"),
            faultwave({"docs", "schema"}).output)
      << "fix: scripts/update_references.sh";
}

TEST(CommandLine, key_tables_in_the_docs_are_those_of_the_readers) {
  int num_tables = 0;
  for (const char* page : {"configuration.md", "campaigns.md"}) {
    const std::string text = read_file(tree_root() / "docs" / page);
    const std::string begin_mark = "<!-- keys: ";
    for (auto at = text.find(begin_mark); at != std::string::npos; at = text.find(begin_mark, at)) {
      at += begin_mark.size();
      const std::string part = text.substr(at, text.find(' ', at) - at);
      const auto begin = text.find("-->\n", at) + 4;
      EXPECT_EQ(text.substr(begin, text.find("<!-- end -->", at) - begin),
                faultwave({"docs", "config-keys", part}).output)
          << "fix: scripts/update_references.sh";
      ++num_tables;
    }
  }
  EXPECT_EQ(num_tables, 8);
}

TEST(CommandLine, manual_pages_are_clean_and_as_many_as_commands) {
  const TemporaryDirectory folder;
  ASSERT_EQ(faultwave({"docs", "man", "--out", folder.path().string()}).exit_code, 0);
  std::size_t num_pages = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
    ++num_pages;
    const std::string page = entry.path().string();
    EXPECT_EQ(run_process({"groff", "-man", "-Tutf8", "-ww", "-z", page}).output, "") << page;
    EXPECT_EQ(run_process({"mandoc", "-Tlint", "-Wwarning", page}).output, "") << page;
  }
  // faultwave(1), faultwave-netlist(1) and faultwave-docs(1) stand above the commands.
  EXPECT_EQ(num_pages, all_commands().size() + 3);
  const auto run =
      run_process({"mandoc", "-Tascii", (folder.path() / "faultwave-run.1").string()}).output;
  EXPECT_THAT(std::regex_replace(run, std::regex(".\b"), ""), HasSubstr("--dry-run"));
}

}  // namespace
}  // namespace faultwave
