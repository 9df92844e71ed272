// The dispatcher and worker processes, with trials that are made up.
#include "campaign/process_workers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <new>
#include <thread>

#include "base/error.hpp"
#include "campaign/synthetic_workers.hpp"

namespace faultwave::campaign {
namespace {

using std::chrono::milliseconds;

const std::atomic<bool> kGoOn = false;

/// A counter that a process shares with its children.
class SharedCounter {
 public:
  SharedCounter()
      : value_(new (::mmap(nullptr, sizeof(std::atomic<uint64_t>), PROT_READ | PROT_WRITE,
                           MAP_SHARED | MAP_ANONYMOUS, -1, 0)) std::atomic<uint64_t>(0)) {}
  ~SharedCounter() { ::munmap(value_, sizeof *value_); }
  std::atomic<uint64_t>* operator->() const { return value_; }
  std::atomic<uint64_t>& operator*() const { return *value_; }

 private:
  std::atomic<uint64_t>* value_;
};

std::unique_ptr<Workers> workers_that(std::function<void(uint64_t trial)> before,
                                      int num_workers = 2) {
  return make_process_workers(num_workers, "synthetic",
                              [before] { return synthetic_campaign(before); });
}

template <typename ErrorType, typename Call>
std::string message_of(Call call) {
  try {
    call();
  } catch (const ErrorType& error) {
    return error.what();
  }
  ADD_FAILURE() << "no such error";
  return {};
}

TEST(ProcessWorkers, give_every_record_in_order_for_any_number_and_wave) {
  for (const int num_workers : {1, 2, 5}) {
    const auto workers = workers_that({}, num_workers);
    EXPECT_EQ(workers->parallelism(), num_workers);
    uint64_t from = 0;
    for (const std::size_t cell : {0, 3}) {
      EXPECT_EQ(workers->enter(cell).cell, static_cast<int64_t>(cell));
      for (const uint64_t size : {1, 2, 7, 64, 5000}) {
        // Two waves are out.
        workers->submit(synthetic_specs(from, from + size));
        workers->submit(synthetic_specs(from + size, from + size + 3));
        EXPECT_EQ(workers->collect(kGoOn), synthetic_records(from, from + size));
        EXPECT_EQ(workers->collect(kGoOn), synthetic_records(from + size, from + size + 3));
        from += size + 3;
      }
    }
  }
}

TEST(ProcessWorkers, begin_the_next_wave_while_a_trial_of_this_one_is_awaited) {
  const SharedCounter of_next_wave;
  // Trial 0 ends when all of the second wave are done.
  const auto workers = workers_that([&](uint64_t trial) {
    if (trial >= 100) ++*of_next_wave;
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (trial == 0 && of_next_wave->load() < 20) {
      if (std::chrono::steady_clock::now() > end) throw CheckError("nobody began the next wave");
      std::this_thread::sleep_for(milliseconds(1));
    }
  });
  workers->enter(0);
  workers->submit(synthetic_specs(0, 2));
  workers->submit(synthetic_specs(100, 120));
  EXPECT_EQ(workers->collect(kGoOn), synthetic_records(0, 2));
  EXPECT_EQ(workers->collect(kGoOn), synthetic_records(100, 120));
}

TEST(ProcessWorkers, verify_while_a_wave_is_out) {
  const SharedCounter done;
  const auto workers = workers_that([&](uint64_t) { ++*done; });
  workers->enter(0);
  workers->submit(synthetic_specs(0, 50));
  EXPECT_EQ(workers->verify(synthetic_spec(8), "fap", 64), (VerificationRow{8, "fap", 64, true}));
  EXPECT_EQ(workers->verify(synthetic_spec(9), "none", 3), (VerificationRow{9, "none", 3, false}));
  EXPECT_EQ(workers->collect(kGoOn), synthetic_records(0, 50));
  EXPECT_EQ(done->load(), 52u);
}

TEST(ProcessWorkers, an_error_in_one_is_thrown_with_its_name) {
  const auto workers = workers_that([](uint64_t trial) {
    if (trial == 30) throw InputError({"net.v", 3}, "no such gate", "write one");
  });
  workers->enter(0);
  workers->submit(synthetic_specs(0, 100));
  EXPECT_THAT(message_of<Error>([&] { workers->collect(kGoOn); }),
              testing::MatchesRegex("worker process [0-9]+: net.v:3: no such gate\n  fix: write "
                                    "one"));
}

TEST(ProcessWorkers, an_error_at_the_start_is_thrown_too) {
  const auto workers = make_process_workers(
      2, "synthetic", []() -> WorkerCampaign { throw EnvironmentError("no memory"); });
  EXPECT_THAT(message_of<EnvironmentError>([&] { workers->enter(0); }),
              testing::HasSubstr("no memory"));
}

TEST(ProcessWorkers, one_that_dies_is_an_error) {
  const auto killed = workers_that([](uint64_t trial) {
    if (trial == 30) ::raise(SIGKILL);
  });
  killed->enter(0);
  // Whoever talks to it first hears of it.
  EXPECT_THAT(message_of<EnvironmentError>([&] {
                killed->submit(synthetic_specs(0, 100));
                killed->collect(kGoOn);
              }),
              testing::HasSubstr("was killed by signal 9"));
  const auto ended = workers_that([](uint64_t trial) {
    if (trial == 0) ::_exit(5);
  });
  ended->enter(0);
  EXPECT_THAT(message_of<EnvironmentError>([&] {
                ended->submit(synthetic_specs(0, 100));
                ended->collect(kGoOn);
              }),
              testing::HasSubstr("ended with status 5"));
}

TEST(ProcessWorkers, all_must_work_on_the_same_campaign_and_find_the_same) {
  const auto others = make_process_workers(2, "mine", [] { return synthetic_campaign(); });
  EXPECT_THAT(
      message_of<EnvironmentError>([&] { others->enter(0); }),
      testing::AllOf(testing::HasSubstr("here:  mine"), testing::HasSubstr("there: synthetic")));
  // Every child takes another number.
  const SharedCounter number;
  const auto wrong = make_process_workers(
      2, "synthetic", [&] { return synthetic_campaign({}, static_cast<int64_t>((*number)++)); });
  EXPECT_THAT(message_of<CheckError>([&] {
                wrong->enter(0);
                wrong->submit(synthetic_specs(0, 100'000));
                wrong->collect(kGoOn);
                wrong->enter(1);
                wrong->submit(synthetic_specs(0, 100'000));
                wrong->collect(kGoOn);
              }),
              testing::HasSubstr("other fault-free results of 'synthetic'"));
}

TEST(ProcessWorkers, a_cancelled_wave_ends_at_once_and_leaves_no_process) {
  const SharedCounter pid;
  std::atomic<bool> cancelled = false;
  {
    const auto workers = workers_that(
        [&](uint64_t) {
          pid->store(static_cast<uint64_t>(::getpid()));
          std::this_thread::sleep_for(std::chrono::hours(1));
        },
        1);
    workers->enter(0);
    workers->submit(synthetic_specs(0, 10));
    const std::jthread timer([&] {
      while (pid->load() == 0) std::this_thread::sleep_for(milliseconds(1));
      cancelled = true;
    });
    EXPECT_TRUE(workers->collect(cancelled).empty());
  }
  EXPECT_NE(::kill(static_cast<pid_t>(pid->load()), 0), 0);
}

TEST(ProcessWorkers, end_when_their_coordinator_is_killed) {
  const SharedCounter worker;
  const pid_t coordinator = ::fork();
  if (coordinator == 0) {
    const auto workers = workers_that(
        [&](uint64_t) {
          worker->store(static_cast<uint64_t>(::getpid()));
          std::this_thread::sleep_for(std::chrono::hours(1));
        },
        1);
    workers->enter(0);
    workers->submit(synthetic_specs(0, 10));
    workers->collect(kGoOn);
    ::_exit(0);
  }
  while (worker->load() == 0) std::this_thread::sleep_for(milliseconds(1));
  ::kill(coordinator, SIGKILL);
  ::waitpid(coordinator, nullptr, 0);
  // It is another process' child now, and gone as soon as that has looked.
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (::kill(static_cast<pid_t>(worker->load()), 0) == 0 &&
         std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(milliseconds(5));
  }
  EXPECT_NE(::kill(static_cast<pid_t>(worker->load()), 0), 0);
}

}  // namespace
}  // namespace faultwave::campaign
