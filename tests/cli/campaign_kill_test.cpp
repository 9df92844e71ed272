// A campaign that is killed at random moments ends with the content of an undisturbed one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>

#include <chrono>
#include <filesystem>
#include <thread>

#include "base/file.hpp"
#include "base/rng.hpp"
#include "base/subprocess.hpp"
#include "cli/child_process_fixture.hpp"

namespace faultwave {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

std::string program() { return std::string(FAULTWAVE_BINARY_DIR) + "/bin/faultwave"; }

constexpr const char* kConfig =
    "network: strokes_mlp\n"
    "data: {name: strokes, limit: 200}\n"
    "accelerator: {type: tpu, rows: 8, cols: 8}\n"
    "multiplier: {netlist: fw8u_trunc6, number_format: affine_u8}\n"
    "mitigations: [none, fap]\n"
    "campaign:\n"
    "  faults: {universe: nets}\n";

class CampaignKill : public testing::Test {
 protected:
  CampaignKill() { write_file_atomically(folder_.path() / "campaign.yaml", kConfig); }

  std::vector<std::string> command(const fs::path& results, bool resume) const {
    std::vector<std::string> words = {
        program(), "campaign",       (folder_.path() / "campaign.yaml").string(),
        "--out",   results.string(), "--jobs",
        "2",       "--verify",       "0"};
    if (resume) words.push_back("--resume");
    return words;
  }

  pid_t start(const fs::path& results, bool resume) const {
    return start_quietly(command(results, resume));
  }

  /// Everything that the file says of its trials.
  static std::string content(const fs::path& results) {
    const auto result =
        run_process({program(), "query", results.string(), "--by", "trial", "--format", "csv"});
    EXPECT_EQ(result.exit_code, 0) << result.output;
    return result.output;
  }

  TemporaryDirectory folder_;
};

TEST_F(CampaignKill, content_survives_twenty_kills_at_random_moments) {
  const fs::path whole = folder_.path() / "whole.sqlite";
  const auto begin = std::chrono::steady_clock::now();
  const auto undisturbed = run_process(command(whole, false));
  ASSERT_EQ(undisturbed.exit_code, 0) << undisturbed.output;
  const auto duration =
      std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - begin);
  const std::string expected = content(whole);
  EXPECT_GT(expected.size(), 10'000u);

  const uint64_t seed = std::stoull(environment("FAULTWAVE_TEST_SEED", "1"));
  SCOPED_TRACE(seed);
  CounterRng rng(seed, 77);
  const fs::path killed = folder_.path() / "killed.sqlite";
  int kills = 0;
  int ends = 0;
  for (int attempt = 0; kills < 20; ++attempt) {
    ASSERT_LT(attempt, 200);
    const pid_t child = start(killed, attempt > 0);
    std::this_thread::sleep_for(
        milliseconds(1 + rng.below(static_cast<uint64_t>(duration.count()) * 9 / 10)));
    int status = 0;
    if (waitpid(child, &status, WNOHANG) == 0) {
      kill(child, SIGKILL);
      waitpid(child, &status, 0);
      ++kills;
      continue;
    }
    // Resumed often enough to be done: checked, and begun anew.
    ASSERT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
    ASSERT_EQ(content(killed), expected) << "after " << kills << " kills";
    fs::remove(killed);
    ++ends;
  }
  const auto last = run_process(command(killed, true));
  ASSERT_EQ(last.exit_code, 0) << last.output;
  EXPECT_EQ(content(killed), expected);
  RecordProperty("finished_between_kills", ends);
}

TEST_F(CampaignKill, an_interrupt_ends_it_cleanly_and_says_how_to_go_on) {
  const fs::path results = folder_.path() / "results.sqlite";
  const pid_t child = start(results, false);
  while (!fs::exists(results)) std::this_thread::sleep_for(milliseconds(5));
  kill(child, SIGINT);
  int status = 0;
  waitpid(child, &status, 0);
  ASSERT_TRUE(WIFEXITED(status)) << status;
  EXPECT_TRUE(WEXITSTATUS(status) == 130 || WEXITSTATUS(status) == 0) << WEXITSTATUS(status);
  EXPECT_FALSE(fs::exists(results.string() + "-wal"));
  EXPECT_EQ(run_process(command(results, true)).exit_code, 0);
}

TEST_F(CampaignKill, a_second_writer_an_existing_file_and_a_wrong_file_are_refused) {
  const fs::path results = folder_.path() / "results.sqlite";
  ASSERT_EQ(run_process(command(results, false)).exit_code, 0);
  const auto again = run_process(command(results, false));
  EXPECT_EQ(again.exit_code, 3);
  EXPECT_THAT(again.output, testing::HasSubstr("--resume"));

  auto other = command(results, true);
  other.insert(other.end(), {"--set", "seed=9"});
  const auto wrong = run_process(other);
  EXPECT_EQ(wrong.exit_code, 3);
  EXPECT_THAT(wrong.output, testing::HasSubstr("seed"));

  write_file_atomically(folder_.path() / "text.sqlite", "no database");
  const auto text = run_process(command(folder_.path() / "text.sqlite", true));
  EXPECT_EQ(text.exit_code, 3);
  EXPECT_THAT(text.output, testing::HasSubstr("text.sqlite"));

  fs::remove(results);
  const pid_t child = start(results, false);
  while (!fs::exists(results)) std::this_thread::sleep_for(milliseconds(5));
  const auto second = run_process(command(results, true));
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  // The first one may be done before the second one looks.
  EXPECT_TRUE(second.exit_code == 3 || second.exit_code == 0) << second.output;
  if (second.exit_code == 3) {
    EXPECT_THAT(second.output, testing::HasSubstr("results.sqlite"));
  }
}

}  // namespace
}  // namespace faultwave
