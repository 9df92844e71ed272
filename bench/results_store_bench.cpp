// The results store: trials committed per second (three mitigations each, one process), by trials
// per batch and with or without outcomes of 1,000 images; trials merged per second; bytes per
// trial. Goal: 20,000 trials/s without outcomes in batches of 256, so that the file never is what a
// campaign waits for.
#include <benchmark/benchmark.h>

#include "base/file.hpp"
#include "base/rng.hpp"
#include "campaign/merge_results.hpp"
#include "campaign/results_store.hpp"

namespace faultwave::campaign {
namespace {

constexpr double kCommitGoal = 20000;
constexpr int64_t kImages = 1000;

CampaignInfo info(uint64_t num_trials) {
  CampaignInfo result;
  result.name = "bench";
  result.plan_sha256 = std::string(64, '0');
  result.num_trials = num_trials;
  return result;
}

CellRow cell() {
  CellRow row;
  row.images = kImages;
  row.golden_correct = kImages;
  return row;
}

TrialRecord trial(uint64_t number, bool has_outcomes) {
  const CounterRng rng(1, number);
  TrialRecord record;
  record.trial = number;
  record.pe = "pe[12][3]";
  record.stratum = "O[7]";
  record.num_faulty_pes = 1;
  record.seed = rng.at(0);
  for (const char* mitigation : {"none", "fap", "fal_retune_offset"}) {
    TrialResult result;
    result.mitigation = mitigation;
    result.correct = 900;
    result.masked = 950;
    result.benign = 30;
    result.sdc1 = 20;
    for (int64_t i = 0; has_outcomes && i < kImages; ++i) {
      const uint64_t draw = rng.below_at(static_cast<uint64_t>(i) + 1, 20);
      result.outcomes.push_back(draw > 1 ? OutcomeCode::kMasked
                                         : static_cast<OutcomeCode>(draw + 1));
    }
    record.results.push_back(std::move(result));
  }
  return record;
}

std::vector<TrialRecord> trials(uint64_t begin, uint64_t count, bool has_outcomes) {
  std::vector<TrialRecord> records;
  for (uint64_t i = 0; i < count; ++i) records.push_back(trial(begin + i, has_outcomes));
  return records;
}

ResultsStore begin_store(const std::filesystem::path& path, uint64_t num_trials) {
  auto store = ResultsStore::create(path, info(num_trials));
  const CellRow row = cell();
  store.add_cells({&row, 1});
  return store;
}

void BM_Commit(benchmark::State& state) {
  const auto batch = static_cast<uint64_t>(state.range(0));
  const bool has_outcomes = state.range(1) != 0;
  TemporaryDirectory folder;
  const auto path = folder.path() / "results.sqlite";
  uint64_t done = 0;
  {
    auto store = begin_store(path, UINT64_MAX);
    for (auto _ : state) {
      state.PauseTiming();
      const auto records = trials(done, batch, has_outcomes);
      state.ResumeTiming();
      store.commit(records);
      done += batch;
    }
  }
  state.counters["trials/s"] =
      benchmark::Counter(static_cast<double>(done), benchmark::Counter::kIsRate);
  state.counters["goal"] = kCommitGoal;
  state.counters["bytes/trial"] =
      static_cast<double>(std::filesystem::file_size(path)) / static_cast<double>(done);
}
BENCHMARK(BM_Commit)->ArgsProduct({{1, 16, 256, 4096}, {0, 1}})->ArgNames({"batch", "outcomes"});

void BM_Merge(benchmark::State& state) {
  constexpr uint64_t kTrials = 20000;
  TemporaryDirectory folder;
  std::vector<std::filesystem::path> shards;
  for (uint64_t shard = 0; shard < 4; ++shard) {
    shards.push_back(folder.path() / std::to_string(shard));
    auto store = begin_store(shards.back(), kTrials);
    store.commit(trials(shard * kTrials / 4, kTrials / 4, false));
  }
  for (auto _ : state) {
    std::filesystem::remove(folder.path() / "out");
    merge_results(folder.path() / "out", shards);
  }
  state.counters["trials/s"] = benchmark::Counter(static_cast<double>(kTrials),
                                                  benchmark::Counter::kIsIterationInvariantRate);
}
BENCHMARK(BM_Merge);

}  // namespace
}  // namespace faultwave::campaign

BENCHMARK_MAIN();
