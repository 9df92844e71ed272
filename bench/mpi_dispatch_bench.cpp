// Rank 0 under load: mpirun -n K bench_mpi_dispatch. Ranks answer at once (how many batches and
// trials per second rank 0 can hand out and take in), or sleep 2 to 20 ms per trial in place of
// computing (`efficiency`: sleep / (ranks x time); needs no core per rank, so that K can be large).
#include <benchmark/benchmark.h>

#include <atomic>
#include <thread>

#include "campaign/synthetic_workers.hpp"
#include "mpi/mpi_workers.hpp"

namespace faultwave::mpi {
namespace {

using campaign::synthetic_specs;

/// Trials from here on take their time.
constexpr uint64_t kSlowTrials = uint64_t{1} << 40;

std::chrono::microseconds duration(uint64_t trial) {
  return std::chrono::microseconds(2000 + CounterRng(11, trial).below_at(0, 18'000));
}

campaign::WorkerCampaign make_campaign() {
  return campaign::synthetic_campaign([](uint64_t trial) {
    if (trial >= kSlowTrials) std::this_thread::sleep_for(duration(trial));
  });
}

const std::atomic<bool> kGoOn = false;

/// Waves of `range(0)` trials; as many as there are ranks make batches of one trial.
void hand_out_to_ranks(benchmark::State& state, campaign::Workers& workers) {
  const auto size = state.range(0) == 0 ? static_cast<uint64_t>(workers.parallelism())
                                        : static_cast<uint64_t>(state.range(0));
  workers.enter(0);
  uint64_t trial = 0;
  workers.submit(synthetic_specs(trial, trial + size));
  for (auto _ : state) {
    trial += size;
    workers.submit(synthetic_specs(trial, trial + size));
    benchmark::DoNotOptimize(workers.collect(kGoOn));
  }
  workers.collect(kGoOn);
  state.SetItemsProcessed(static_cast<int64_t>(trial));
}

/// Waves of about a second, `range(0)` of them out at once.
void keep_ranks_busy(benchmark::State& state, campaign::Workers& workers) {
  const auto num_ranks = static_cast<uint64_t>(workers.parallelism());
  const uint64_t size = 91 * num_ranks;
  constexpr uint64_t kNumWaves = 5;
  std::chrono::microseconds slept(0);
  std::chrono::duration<double> elapsed(0);
  workers.enter(0);
  uint64_t trial = kSlowTrials;
  for (auto _ : state) {
    const auto start = std::chrono::steady_clock::now();
    uint64_t num_submitted = 0;
    for (uint64_t num_collected = 0; num_collected < kNumWaves; ++num_collected) {
      while (num_submitted < kNumWaves &&
             num_submitted < num_collected + static_cast<uint64_t>(state.range(0))) {
        workers.submit(synthetic_specs(trial, trial + size));
        for (uint64_t i = 0; i < size; ++i) slept += duration(trial + i);
        trial += size;
        ++num_submitted;
      }
      workers.collect(kGoOn);
    }
    elapsed += std::chrono::steady_clock::now() - start;
  }
  state.counters["efficiency"] = std::chrono::duration<double>(slept).count() /
                                 (static_cast<double>(num_ranks) * elapsed.count());
}

int run(int argc, char** argv) {
  const Session session;
  if (session.rank() > 0) {
    serve_rank_zero(session, make_campaign);
    return 0;
  }
  const auto workers = make_mpi_workers(session, "synthetic", 1, make_campaign);
  benchmark::RegisterBenchmark("hand_out_to_ranks",
                               [&](benchmark::State& state) { hand_out_to_ranks(state, *workers); })
      ->ArgName("wave")
      ->Arg(0)
      ->Arg(16384)
      ->UseRealTime();
  benchmark::RegisterBenchmark("keep_ranks_busy",
                               [&](benchmark::State& state) { keep_ranks_busy(state, *workers); })
      ->ArgName("waves_out")
      ->Arg(1)
      ->Arg(2)
      ->Iterations(1)
      ->UseRealTime();
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}

}  // namespace
}  // namespace faultwave::mpi

int main(int argc, char** argv) { return faultwave::mpi::run(argc, argv); }
