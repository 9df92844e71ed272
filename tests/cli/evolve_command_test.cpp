// `faultwave evolve` as a user types it: results, interruptions, bad input.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <regex>
#include <sstream>
#include <thread>

#include "base/file.hpp"
#include "base/rng.hpp"
#include "base/subprocess.hpp"
#include "cli/child_process_fixture.hpp"

namespace faultwave {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using testing::HasSubstr;
using Words = std::vector<std::string>;

std::string program() { return std::string(FAULTWAVE_BINARY_DIR) + "/bin/faultwave"; }

ProcessResult faultwave(Words words) {
  words.insert(words.begin(), program());
  return run_process(words);
}

/// Columns of `faultwave netlist cost`, by name: metrics from the product table of the file.
std::map<std::string, std::string> cost_of(const std::string& netlist) {
  const auto result = faultwave({"netlist", "cost", netlist});
  EXPECT_EQ(result.exit_code, 0) << result.output;
  std::istringstream lines(result.output);
  std::string header, row, name, value;
  std::getline(lines, header);
  std::getline(lines, row);
  std::istringstream names(header), values(row);
  std::map<std::string, std::string> columns;
  while (std::getline(names, name, ',') && std::getline(values, value, ',')) columns[name] = value;
  return columns;
}

/// The file without the line that says how long it took.
std::string circuit(const fs::path& file) {
  return std::regex_replace(read_file(file), std::regex("Generated in [0-9]+ s"), "Generated");
}

class Evolve : public testing::Test {
 protected:
  /// Writes FOLDER/name.v.
  Words command(const std::string& folder, const std::string& generations) {
    fs::create_directories(folder_.path() / folder);
    return {"evolve",
            "--metric",
            "wce",
            "--limit",
            "6000",
            "--islands",
            "2",
            "--threads",
            "2",
            "--seed-netlist",
            "fw8u_bam_h3_v8",
            "--checkpoint-seconds",
            "0",
            "--generations",
            generations,
            "--out",
            out(folder).string()};
  }
  fs::path out(const std::string& folder) const { return folder_.path() / folder / "small.v"; }

  TemporaryDirectory folder_;
};

TEST_F(Evolve, result_keeps_the_limit_is_smaller_and_its_recorded_command_gives_it_again) {
  const auto result = faultwave(command("first", "5000"));
  ASSERT_EQ(result.exit_code, 0) << result.output;
  EXPECT_FALSE(fs::exists(out("first").string() + ".checkpoint"));
  auto cost = cost_of(out("first").string());
  EXPECT_LE(std::stod(cost.at("wce")), 6000);
  EXPECT_LT(std::stod(cost.at("area_um2_mapped")),
            0.9 * std::stod(cost_of("fw8u_bam_h3_v8").at("area_um2_mapped")));
  const std::string file = read_file(out("first"));
  EXPECT_THAT(file, HasSubstr(", WCE " + cost.at("wce") + ","));

  std::smatch match;
  ASSERT_TRUE(std::regex_search(file, match, std::regex("//   faultwave (evolve [^\n]*)")));
  std::istringstream text(match[1].str());
  Words words;
  for (std::string word; text >> word;) words.push_back(word);
  ASSERT_EQ(words.back(), "small.v");
  fs::create_directories(folder_.path() / "again");
  words.back() = out("again").string();
  const auto again = faultwave(words);
  ASSERT_EQ(again.exit_code, 0) << again.output;
  EXPECT_EQ(circuit(out("again")), circuit(out("first")));
}

TEST_F(Evolve, kills_at_random_moments_change_nothing) {
  const std::string generations = "60000";
  const auto begin = std::chrono::steady_clock::now();
  const auto undisturbed = faultwave(command("whole", generations));
  ASSERT_EQ(undisturbed.exit_code, 0) << undisturbed.output;
  const auto duration =
      std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - begin);
  const uint64_t seed = std::stoull(environment("FAULTWAVE_TEST_SEED", "1"));
  SCOPED_TRACE(seed);
  CounterRng rng(seed, 78);
  auto words = command("killed", generations);
  words.insert(words.begin(), program());
  const fs::path checkpoint = out("killed").string() + ".checkpoint";
  int kills_with_state = 0;
  for (int attempt = 0; kills_with_state < 5; ++attempt) {
    ASSERT_LT(attempt, 100);
    const pid_t child = start_quietly(words);
    std::this_thread::sleep_for(
        milliseconds(1 + rng.below(static_cast<uint64_t>(duration.count()) / 2 + 1)));
    kill(child, SIGKILL);
    int status = 0;
    waitpid(child, &status, 0);
    if (fs::exists(checkpoint)) {
      ++kills_with_state;
    } else if (WIFEXITED(status)) {  // resumed often enough to be done
      ASSERT_EQ(WEXITSTATUS(status), 0);
      ASSERT_EQ(circuit(out("killed")), circuit(out("whole")));
    }
  }
  const auto last = run_process(words);
  ASSERT_EQ(last.exit_code, 0) << last.output;
  EXPECT_EQ(circuit(out("killed")), circuit(out("whole")));
  EXPECT_FALSE(fs::exists(checkpoint));
}

TEST_F(Evolve, a_checkpoint_of_another_search_or_a_damaged_one_is_refused) {
  auto words = command("run", "1000000000");
  words.insert(words.begin(), program());
  const fs::path checkpoint = out("run").string() + ".checkpoint";
  const pid_t child = start_quietly(words);
  int status = 0;
  while (!fs::exists(checkpoint) && waitpid(child, &status, WNOHANG) == 0) {
    std::this_thread::sleep_for(milliseconds(5));
  }
  kill(child, SIGKILL);
  waitpid(child, &status, 0);
  ASSERT_TRUE(fs::exists(checkpoint));

  auto other = command("run", "5000");
  other.insert(other.end(), {"--seed", "2"});
  const auto refused = faultwave(other);
  EXPECT_EQ(refused.exit_code, 3) << refused.output;
  EXPECT_THAT(refused.output, HasSubstr("belongs to another search"));
  EXPECT_THAT(refused.output, HasSubstr("delete '" + checkpoint.string() + "'"));

  std::string text = read_file(checkpoint);
  text[text.size() / 2] ^= 1;
  write_file_atomically(checkpoint, text);
  const auto damaged = faultwave(command("run", "5000"));
  EXPECT_EQ(damaged.exit_code, 3) << damaged.output;
  EXPECT_THAT(damaged.output, HasSubstr(checkpoint.string()));
  EXPECT_FALSE(fs::exists(out("run")));
}

struct BadEvolve {
  const char* name;
  Words arguments;  // behind `evolve --out FILE`
  int exit_code;
  const char* message;
};
class BadEvolveCalls : public testing::TestWithParam<BadEvolve> {};

TEST_P(BadEvolveCalls, end_with_their_status_and_message_and_write_nothing) {
  TemporaryDirectory folder;
  const std::string out = (folder.path() / "x.v").string();
  Words words = {"evolve", "--out", out};
  words.insert(words.end(), GetParam().arguments.begin(), GetParam().arguments.end());
  const auto result = faultwave(words);
  EXPECT_EQ(result.exit_code, GetParam().exit_code) << result.output;
  EXPECT_THAT(result.output, HasSubstr(GetParam().message));
  EXPECT_FALSE(fs::exists(out));
}

INSTANTIATE_TEST_SUITE_P(
    Cases, BadEvolveCalls,
    testing::Values(
        BadEvolve{"metric",
                  {"--metric", "mea", "--limit", "1", "--budget", "1"},
                  2,
                  "known: mae, wce, mre, ep"},
        BadEvolve{"no_limit", {"--metric", "mae", "--budget", "1"}, 2, "limit"},
        BadEvolve{"negative_limit",
                  {"--metric", "mae", "--limit=-1", "--budget", "1"},
                  2,
                  "--limit must be 0 or above"},
        BadEvolve{"no_end", {"--metric", "mae", "--limit", "1"}, 2, "--budget SECONDS or"},
        BadEvolve{"two_ends",
                  {"--metric", "mae", "--limit", "1", "--budget", "1", "--generations", "9"},
                  2,
                  "--budget SECONDS or"},
        BadEvolve{"width",
                  {"--width", "16", "--metric", "mae", "--limit", "1", "--budget", "1"},
                  2,
                  "--width 8"},
        BadEvolve{"area_limit",
                  {"--metric", "mae", "--limit", "1", "--budget", "1", "--area-limit", "300"},
                  2,
                  "--objective fault"},
        BadEvolve{"checkpoint_seconds",
                  {"--metric", "mae", "--limit", "1", "--budget", "1", "--checkpoint-seconds=-1"},
                  2,
                  "--checkpoint-seconds must be 0 or above"},
        BadEvolve{"seed_breaks_the_limit",
                  {"--metric", "wce", "--limit", "10", "--generations", "1", "--seed-netlist",
                   "fw8u_trunc6"},
                  2,
                  "raise the limit"},
        BadEvolve{"unknown_seed",
                  {"--metric", "wce", "--limit", "10", "--generations", "1", "--seed-netlist",
                   "fw8u_tronc6"},
                  3,
                  "fw8u_tronc6"}),
    [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace faultwave
