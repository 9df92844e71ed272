// `mpirun faultwave campaign` against campaigns of one process.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <thread>

#include "base/subprocess.hpp"
#include "campaign/campaign_fixture.hpp"

namespace faultwave::campaign {
namespace {

const std::string kProgram = std::string(FAULTWAVE_BINARY_DIR) + "/bin/faultwave";

class MpiCampaign : public ::testing::Test {
 protected:
  void SetUp() override {
    try {
      run_process({"mpirun", "--version"}, "openmpi-bin");
    } catch (const Error&) {
      GTEST_SKIP() << "mpirun is not there: install openmpi-bin";
    }
    // More ranks than cores, as whoever runs the tests; MPI's own leaks are not ours.
    for (const char* variable : {"OMPI_ALLOW_RUN_AS_ROOT", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM",
                                 "OMPI_MCA_rmaps_base_oversubscribe"}) {
      ::setenv(variable, "1", 1);
    }
    ::setenv("OMPI_MCA_hwloc_base_binding_policy", "none", 1);
    ::setenv("ASAN_OPTIONS", "detect_leaks=0", 1);
  }

  std::string config_file(const std::string& section, const std::string& name = "campaign.yaml") {
    write_file_atomically(folder_.path(name), small_yaml(section));
    return folder_.path(name).string();
  }
  std::string results(const std::string& name) const { return folder_.path(name).string(); }
  static std::string content(const std::string& results) {
    return ResultsStore::open_read_only(results).content_sha256();
  }

  /// The ranks that write `results` or work for the one that does.
  static std::vector<pid_t> ranks_of(const std::string& results) {
    std::vector<pid_t> ranks;
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
      const auto name = entry.path().filename().string();
      if (!std::all_of(name.begin(), name.end(), ::isdigit)) continue;
      std::error_code error;
      const auto program = std::filesystem::read_symlink(entry.path() / "exe", error);
      if (error || program != std::filesystem::path(kProgram)) continue;
      try {
        const auto command = read_file(entry.path() / "cmdline");
        if (command.find(results) != std::string::npos) ranks.push_back(std::stoi(name));
      } catch (const Error&) {
        // It has ended.
      }
    }
    std::sort(ranks.begin(), ranks.end());
    return ranks;
  }

  CampaignFolder folder_;
};

TEST_F(MpiCampaign, has_the_content_of_a_local_one_for_any_number_of_ranks) {
  const auto file = config_file("  faults: {universe: output_bits}\n");
  const auto local = run_to(load_campaign_config(file), results("local.sqlite"));
  for (const std::string ranks : {"2", "3"}) {
    const auto out = results(ranks + ".sqlite");
    const auto result = run_process({"mpirun", "-n", ranks, kProgram, "campaign", file, "--out",
                                     out, "--verify", "3", "--jobs", ranks});
    ASSERT_EQ(result.exit_code, 0) << result.output;
    EXPECT_THAT(result.output, testing::HasSubstr("verified   3 cases"));
    EXPECT_EQ(content(out), local.sha256);
  }
}

TEST_F(MpiCampaign, gate_level_runs_on_ranks) {
  const auto file = config_file("  faults: {universe: nets}\n  sample: {count: 6}\n");
  auto config = load_campaign_config(file, {"engine=gate", "data.limit=8"});
  const auto local = run_to(config, results("local.sqlite"));
  const auto out = results("mpi.sqlite");
  std::vector<std::string> command = {"mpirun",   "-n",          "3",     kProgram,
                                      "campaign", file,          "--out", out,
                                      "--set",    "engine=gate", "--set", "data.limit=8"};
  const auto result = run_process(command);
  ASSERT_EQ(result.exit_code, 0) << result.output;
  EXPECT_EQ(content(out), local.sha256);
  command.insert(command.end(), {"--jobs", "2"});
  const auto refused = run_process(command);
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.output, testing::HasSubstr("gate engine in one thread"));
}

TEST_F(MpiCampaign, ranks_with_another_campaign_are_refused) {
  const auto one = config_file("  faults: {universe: output_bits}\n");
  const auto other = config_file("  faults: {universe: output_bits, kinds: [sa0]}\n", "other.yaml");
  const auto bad = config_file("  faults: {universe: outputs}\n", "bad.yaml");
  const auto run_pair = [&](const std::string& second, const std::string& out) {
    return run_process({"mpirun", "-n", "1", kProgram, "campaign", one, "--out", out, ":", "-n",
                        "1", kProgram, "campaign", second, "--out", out});
  };
  auto result = run_pair(other, results("other.sqlite"));
  EXPECT_EQ(result.exit_code, 3) << result.output;
  EXPECT_THAT(result.output, testing::HasSubstr("rank 1 works on another campaign"));
  result = run_pair(bad, results("bad.sqlite"));
  EXPECT_EQ(result.exit_code, 3) << result.output;
  EXPECT_THAT(result.output,
              testing::AllOf(testing::HasSubstr("rank 1: "), testing::HasSubstr("bad.yaml:8")));
  // One message, although all ranks read the same file.
  result = run_process(
      {"mpirun", "-n", "3", kProgram, "campaign", bad, "--out", results("none.sqlite")});
  EXPECT_EQ(result.exit_code, 3) << result.output;
  const auto first = result.output.find("bad.yaml:8");
  EXPECT_NE(first, std::string::npos) << result.output;
  EXPECT_EQ(result.output.find("bad.yaml:8", first + 1), std::string::npos) << result.output;
}

TEST_F(MpiCampaign, goes_on_after_a_rank_was_killed_and_after_an_interrupt) {
  const auto file = config_file("  faults: {universe: nets}\n");
  const auto config = load_campaign_config(file);
  const auto local = run_to(config, results("local.sqlite"), 2);
  const auto out = results("mpi.sqlite");
  std::vector<std::string> command = {"mpirun", "-n",    "3", kProgram,   "campaign",
                                      file,     "--out", out, "--verify", "0"};
  uint64_t finished = 0;
  for (const bool is_kill : {true, false}) {
    ProcessResult result;
    {
      std::atomic<bool> has_ended = false;
      const std::jthread run([&] {
        result = run_process(command);
        has_ended = true;
      });
      // A wave more than before is in the file.
      for (bool has_more = false; !has_more && !has_ended;) {
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
        if (!std::filesystem::exists(out)) continue;
        has_more = ResultsStore::open_read_only(out).num_finished() > finished;
      }
      const auto ranks = ranks_of(out);
      // Rank 0 was started first: the interrupt is for it.
      ASSERT_EQ(ranks.size(), 3u);
      ::kill(is_kill ? ranks.back() : ranks.front(), is_kill ? SIGKILL : SIGINT);
    }
    EXPECT_NE(result.exit_code, 0) << result.output;
    if (!is_kill) {
      EXPECT_THAT(result.output, testing::HasSubstr("--resume goes on"));
    }
    EXPECT_TRUE(ranks_of(out).empty());
    finished = ResultsStore::open_read_only(out).num_finished();
    EXPECT_GT(finished, 0u);
    EXPECT_LT(finished, local.summary.planned) << "too late";
    if (is_kill) command.push_back("--resume");
  }
  const auto result = run_process(command);
  EXPECT_EQ(result.exit_code, 0) << result.output;
  EXPECT_EQ(content(out), local.sha256);
}

}  // namespace
}  // namespace faultwave::campaign
