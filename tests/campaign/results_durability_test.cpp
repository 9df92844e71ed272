// A results file under kills, second writers, full disks and missing rights.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <chrono>
#include <cstring>
#include <thread>

#include "base/error.hpp"
#include "base/file.hpp"
#include "campaign/child_process.hpp"
#include "campaign/results_store.hpp"
#include "campaign/small_campaign.hpp"

namespace faultwave::campaign {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class ResultsDurability : public ::testing::Test {
 protected:
  TemporaryDirectory folder_;
  std::filesystem::path path_ = folder_.path() / "results.sqlite";
};

constexpr uint64_t kManyTrials = 20000;
constexpr uint64_t kBatch = 20;

CampaignInfo many_info() {
  auto info = small_info();
  info.num_trials = kManyTrials;
  return info;
}

ResultsStore begin_or_resume(const std::filesystem::path& path) {
  auto store = std::filesystem::exists(path) ? ResultsStore::open_for_resume(path, many_info())
                                             : ResultsStore::create(path, many_info());
  store.add_cells(small_cells());
  store.add_faults(small_faults());
  return store;
}

/// Commits what is missing, batch by batch; writes one byte per batch that was committed.
std::string run_campaign(const std::filesystem::path& path, int report) {
  auto store = begin_or_resume(path);
  for (uint64_t begin = store.num_finished(); begin < kManyTrials; begin += kBatch) {
    store.commit(small_trials(begin, begin + kBatch));
    if (::write(report, "c", 1) != 1) return "cannot report";
  }
  return "";
}

TEST_F(ResultsDurability, killed_at_any_moment_a_file_opens_again_with_every_committed_batch) {
  const uint64_t seed = std::stoull(environment("FAULTWAVE_TEST_SEED", "1"));
  SCOPED_TRACE("FAULTWAVE_TEST_SEED=" + std::to_string(seed));
  CounterRng rng(seed);
  uint64_t finished = 0;
  int kills_during_commits = 0;
  for (int round = 0; round < 30; ++round) {
    ChildProcess child([&](int report) { return run_campaign(path_, report); });
    // Some die while they open the file, most between the first batches.
    if (round % 3 != 0) child.read(1 + rng.below(4));
    std::this_thread::sleep_for(std::chrono::microseconds(rng.below(8000)));
    child.kill();
    const std::string tail = child.read_all();
    ASSERT_THAT(tail, ::testing::MatchesRegex("c*"));
    if (!std::filesystem::exists(path_)) continue;
    const auto store = ResultsStore::open_read_only(path_);
    const auto trials = store.finished_trials();
    ASSERT_GE(trials.size(), finished);
    ASSERT_EQ(trials.size() % kBatch, 0u);
    kills_during_commits += trials.size() > finished ? 1 : 0;
    uint64_t number = 0;
    store.for_each_trial([&](const TrialRecord& trial) {
      ASSERT_EQ(trial, small_trial(number));
      ++number;
    });
    finished = trials.size();
  }
  EXPECT_GT(kills_during_commits, 3);
  // The rest in one go equals a campaign that was never interrupted.
  {
    auto store = begin_or_resume(path_);
    for (uint64_t begin = finished; begin < kManyTrials; begin += 1000) {
      store.commit(small_trials(begin, std::min(begin + 1000, kManyTrials)));
    }
  }
  const auto whole = folder_.path() / "whole.sqlite";
  {
    auto store = begin_or_resume(whole);
    store.commit(small_trials(0, kManyTrials));
  }
  EXPECT_EQ(ResultsStore::open_read_only(path_).content_sha256(),
            ResultsStore::open_read_only(whole).content_sha256());
}

TEST_F(ResultsDurability, a_batch_that_was_reported_is_there_after_a_kill) {
  uint64_t reported = 0;
  for (int round = 0; round < 8; ++round) {
    ChildProcess child([&](int report) { return run_campaign(path_, report); });
    reported += child.read(3).size();
    child.kill();
    reported += child.read_all().size();
    ASSERT_GE(ResultsStore::open_read_only(path_).num_finished(), reported * kBatch);
  }
}

TEST_F(ResultsDurability, a_second_writer_is_refused_at_once_and_the_first_ones_lock_dies_with_it) {
  ChildProcess child([&](int report) {
    auto store = create_small(path_);
    store.commit(small_trials(0, 10));
    if (::write(report, "c", 1) != 1) return "cannot report";
    ::pause();
    return "";
  });
  ASSERT_EQ(child.read(1), "c");
  const auto started = std::chrono::steady_clock::now();
  try {
    ResultsStore::open_for_resume(path_, small_info());
    ADD_FAILURE() << "a second writer was let in";
  } catch (const EnvironmentError& error) {
    EXPECT_THAT(error.what(),
                AllOf(HasSubstr("results.sqlite: process " + std::to_string(child.pid()) +
                                " is writing this file"),
                      HasSubstr("fix: ")));
  }
  EXPECT_LT(std::chrono::steady_clock::now() - started, std::chrono::seconds(4));
  EXPECT_THROW(ResultsStore::create(path_, small_info()), EnvironmentError);
  // Readers are welcome.
  EXPECT_EQ(ResultsStore::open_read_only(path_).num_finished(), 10u);
  child.kill();
  auto store = ResultsStore::open_for_resume(path_, small_info());
  EXPECT_EQ(store.num_finished(), 10u);
  // The lock holds against this very process, too, under any name of the file.
  std::filesystem::create_symlink(path_, folder_.path() / "link");
  EXPECT_THROW(ResultsStore::open_for_resume(folder_.path() / "link", small_info()),
               EnvironmentError);
}

TEST_F(ResultsDurability, the_lock_is_not_inherited_by_children_that_outlive_the_writer) {
  ChildProcess writer([&](int report) {
    auto store = create_small(path_);
    const pid_t orphan = ::fork();
    if (orphan == 0) {
      ::pause();
      ::_exit(0);
    }
    if (::write(report, &orphan, sizeof orphan) != sizeof orphan) return "cannot report";
    ::pause();
    return "";
  });
  const std::string reported = writer.read(sizeof(pid_t));
  ASSERT_EQ(reported.size(), sizeof(pid_t));
  pid_t orphan = 0;
  std::memcpy(&orphan, reported.data(), sizeof orphan);
  writer.kill();
  EXPECT_NO_THROW(ResultsStore::open_for_resume(path_, small_info()));
  ::kill(orphan, SIGKILL);
}

TEST_F(ResultsDurability, a_reader_sees_one_state_while_a_writer_goes_on) {
  auto writer = create_small(path_);
  writer.commit(small_trials(0, 20));
  const auto reader = ResultsStore::open_read_only(path_);
  writer.commit(small_trials(20, 40));
  EXPECT_EQ(reader.num_finished(), 20u);
  EXPECT_EQ(ResultsStore::open_read_only(path_).num_finished(), 40u);
  writer.commit(small_trials(40, 60));
  EXPECT_EQ(reader.finished_trials().back(), 19u);
}

/// Commits until there is no space; reports the message, then how much the store still knows.
std::string fill_up(const std::filesystem::path& path) {
  auto store = begin_or_resume(path);
  const uint64_t before = store.num_finished();
  uint64_t committed = before;
  std::string message;
  try {
    for (; committed < kManyTrials; committed += kBatch) {
      store.commit(small_trials(committed, committed + kBatch));
    }
  } catch (const EnvironmentError& error) {
    message = error.what();
  }
  if (store.num_finished() != committed) return "the store lost or kept a batch";
  if (committed == before) return "nothing fitted";
  return message;
}

TEST_F(ResultsDurability, a_limit_on_file_size_is_a_clear_error_and_loses_nothing) {
  ChildProcess child([&](int) {
    std::signal(SIGXFSZ, SIG_IGN);  // as the program does
    const rlimit limit{600000, 600000};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    return fill_up(path_);
  });
  EXPECT_THAT(child.read_all(),
              AllOf(HasSubstr("results.sqlite: cannot be written"),
                    HasSubstr("committed before is safe"), HasSubstr("ulimit -f")));
  const uint64_t finished = ResultsStore::open_read_only(path_).num_finished();
  EXPECT_GT(finished, 0u);
  auto store = begin_or_resume(path_);
  store.commit(small_trials(finished, finished + kBatch));
  store.for_each_trial(
      [](const TrialRecord& trial) { EXPECT_EQ(trial, small_trial(trial.trial)); });
}

/// A file system of `bytes` of our own on `folder`, or false: not allowed here.
bool mount_small_disk(const std::filesystem::path& folder, const std::string& bytes) {
  const bool is_root = ::geteuid() == 0;
  if (::unshare(is_root ? CLONE_NEWNS : CLONE_NEWNS | CLONE_NEWUSER) != 0) return false;
  if (::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return false;
  return ::mount("tmpfs", folder.c_str(), "tmpfs", 0, ("size=" + bytes).c_str()) == 0;
}

TEST_F(ResultsDurability, a_full_disk_is_a_clear_error_and_loses_nothing) {
  ChildProcess child([&](int) -> std::string {
    if (!mount_small_disk(folder_.path(), "1m")) return "skip";
    const std::string message = fill_up(path_);
    const uint64_t finished = ResultsStore::open_read_only(path_).num_finished();
    // Still full: the same message again, no crash.
    bool is_full = false;
    try {
      begin_or_resume(path_).commit(small_trials(finished, finished + 2000));
    } catch (const EnvironmentError&) {
      is_full = true;
    }
    if (!is_full) return "the disk is not full";
    if (::mount("none", folder_.path().c_str(), "tmpfs", MS_REMOUNT, "size=64m") != 0) {
      return "cannot enlarge the disk";
    }
    auto store = begin_or_resume(path_);
    if (store.num_finished() != finished) return "lost trials";
    store.commit(small_trials(finished, finished + 2000));
    bool is_equal = true;
    store.for_each_trial([&](const TrialRecord& trial) {
      is_equal = is_equal && trial == small_trial(trial.trial);
    });
    return is_equal ? message : "another content";
  });
  const std::string report = child.read_all();
  if (report == "skip") GTEST_SKIP() << "no right to mount a small disk here";
  EXPECT_THAT(report, AllOf(HasSubstr("results.sqlite: the disk is full"),
                            HasSubstr("committed before is safe"), HasSubstr("fix: free space")));
}

/// Root may write anywhere: the child becomes somebody else.
void drop_rights() {
  if (::geteuid() == 0 && ::setuid(65534) != 0) std::abort();
}

TEST_F(ResultsDurability,
       read_only_files_and_folders_can_be_read_and_say_why_they_are_not_written) {
  { create_small(path_).commit(small_trials()); }
  const std::string expected = ResultsStore::open_read_only(path_).content_sha256();
  ::chmod(path_.c_str(), 0444);
  ::chmod(folder_.path().c_str(), 0555);
  const auto in_child = [&](const std::function<std::string()>& body) {
    ChildProcess child([&](int) {
      drop_rights();
      return body();
    });
    return child.read_all();
  };
  EXPECT_EQ(in_child([&] { return ResultsStore::open_read_only(path_).content_sha256(); }),
            expected);
  EXPECT_THAT(in_child([&]() -> std::string {
                ResultsStore::open_for_resume(path_, small_info());
                return "";
              }),
              AllOf(HasSubstr("results.sqlite: cannot create the lock file"),
                    HasSubstr("Permission denied"), HasSubstr("fix: ")));
  EXPECT_THAT(in_child([&]() -> std::string {
                ResultsStore::create(folder_.path() / "new.sqlite", small_info());
                return "";
              }),
              AllOf(HasSubstr("new.sqlite: cannot create"), HasSubstr("fix: ")));
  ::chmod(folder_.path().c_str(), 0777);
  EXPECT_THAT(in_child([&]() -> std::string {
                ResultsStore::open_for_resume(path_, small_info());
                return "";
              }),
              AllOf(HasSubstr("results.sqlite: cannot write"), HasSubstr("fix: ")));
  ::chmod(folder_.path().c_str(), 0700);
}

TEST_F(ResultsDurability, a_log_left_by_a_kill_in_a_folder_made_read_only_is_explained) {
  {
    ChildProcess child([&](int report) {
      auto store = create_small(path_);
      store.commit(small_trials());
      if (::write(report, "c", 1) != 1) return "cannot report";
      ::pause();
      return "";
    });
    ASSERT_EQ(child.read(1), "c");
  }
  std::filesystem::remove(path_.string() + "-shm");
  ::chmod(folder_.path().c_str(), 0555);
  ChildProcess reader([&](int) {
    drop_rights();
    return std::to_string(ResultsStore::open_read_only(path_).num_finished());
  });
  EXPECT_THAT(reader.read_all(),
              AllOf(HasSubstr("results.sqlite: its write-ahead log cannot be read"),
                    HasSubstr("fix: copy 'results.sqlite' and 'results.sqlite-wal'")));
  ::chmod(folder_.path().c_str(), 0700);
  EXPECT_EQ(ResultsStore::open_read_only(path_).num_finished(), kSmallTrials + 0u);
}

}  // namespace
}  // namespace faultwave::campaign
