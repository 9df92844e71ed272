// What a campaign costs beside its trials: bytes and time of a trial in a message and in the
// results file, and how many batches per second a coordinator hands out to processes that answer at
// once. docs/scaling.md says what follows for large machines.
#include <benchmark/benchmark.h>

#include <atomic>

#include "base/file.hpp"
#include "campaign/process_workers.hpp"
#include "campaign/record_codec.hpp"
#include "campaign/results_store.hpp"
#include "campaign/synthetic_workers.hpp"
#include "campaign/worker_protocol.hpp"

namespace faultwave::campaign {
namespace {

/// A batch goes through a message and back.
void message_of_batch(benchmark::State& state) {
  const RunReply reply{1, synthetic_records(0, static_cast<uint64_t>(state.range(0)))};
  std::size_t num_bytes = 0;
  for (auto _ : state) {
    const auto bytes = encode(Reply(reply));
    num_bytes = bytes.size();
    benchmark::DoNotOptimize(decode_reply(bytes));
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
  state.counters["bytes_per_trial"] =
      static_cast<double>(num_bytes) / static_cast<double>(state.range(0));
}
BENCHMARK(message_of_batch)->Arg(1)->Arg(100);

/// Waves of trials go into a results file.
void commit_wave(benchmark::State& state) {
  const TemporaryDirectory folder;
  const auto path = folder.path() / "results.sqlite";
  const auto size = static_cast<uint64_t>(state.range(0));
  constexpr uint64_t kNumTrials = uint64_t{1} << 40;
  uint64_t trial = 0;
  uint64_t first_bytes = 0;
  {
    CampaignInfo info;
    info.plan_sha256 = std::string(64, '0');
    info.num_trials = kNumTrials;
    auto store = ResultsStore::create(path, info);
    const CellRow cell = SyntheticWorkers().enter(0);
    store.add_cells({&cell, 1});
    std::vector<FaultRow> faults(500);
    for (std::size_t i = 0; i < faults.size(); ++i) {
      faults[i].fault = static_cast<int64_t>(i);
      faults[i].name = "mult.n" + std::to_string(i) + ".sa1";
      faults[i].weight = 1;
    }
    store.add_faults(faults);
    first_bytes = std::filesystem::file_size(path);
    for (auto _ : state) {
      state.PauseTiming();
      const auto records = synthetic_records(trial, trial + size);
      state.ResumeTiming();
      store.commit(records);
      trial += size;
    }
  }
  state.SetItemsProcessed(static_cast<int64_t>(trial));
  state.counters["bytes_per_trial"] =
      static_cast<double>(std::filesystem::file_size(path) - first_bytes) /
      static_cast<double>(trial);
}
BENCHMARK(commit_wave)->Arg(16)->Arg(1024)->Arg(16384)->UseRealTime();

/// Waves of `range(1)` trials over `range(0)` processes that answer at once; small waves make
/// batches of one trial.
void hand_out_to_processes(benchmark::State& state) {
  const auto num_workers = static_cast<int>(state.range(0));
  const auto size = static_cast<uint64_t>(state.range(1));
  const auto workers =
      make_process_workers(num_workers, "synthetic", [] { return synthetic_campaign(); });
  const std::atomic<bool> cancelled = false;
  workers->enter(0);
  uint64_t trial = 0;
  workers->submit(synthetic_specs(trial, trial + size));
  for (auto _ : state) {
    trial += size;
    workers->submit(synthetic_specs(trial, trial + size));
    benchmark::DoNotOptimize(workers->collect(cancelled));
  }
  state.SetItemsProcessed(static_cast<int64_t>(trial));
}
BENCHMARK(hand_out_to_processes)->Args({1, 2})->Args({2, 4})->Args({2, 16384})->UseRealTime();

}  // namespace
}  // namespace faultwave::campaign

BENCHMARK_MAIN();
