#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.hpp"
#include "base/rng.hpp"
#include "fault/fault.hpp"

namespace faultwave::fault {
namespace {

/// Stream of the ranking keys; the streams of single PEs count from 1.
constexpr uint64_t kRankingStream = 0;

}  // namespace

std::vector<int> sample_loci(int num_pes, double rate, uint64_t seed) {
  if (num_pes < 1) throw UsageError("an accelerator without PEs has no locus for a fault");
  if (!(rate >= 0.0 && rate <= 1.0)) {
    throw UsageError(fmt::format("fault rate {} is outside 0 to 1 (faulty PEs / all PEs)", rate));
  }
  auto num_faulty = static_cast<size_t>(std::llround(rate * static_cast<double>(num_pes)));
  if (rate > 0.0) num_faulty = std::clamp<size_t>(num_faulty, 1, static_cast<size_t>(num_pes));

  // Every PE has a key that depends on the seed alone; the smallest keys are faulty. A higher rate
  // therefore adds loci and removes none.
  const CounterRng rng(seed, kRankingStream);
  std::vector<uint64_t> keys(static_cast<size_t>(num_pes));
  for (size_t pe = 0; pe < keys.size(); ++pe) keys[pe] = rng.at(pe);
  std::vector<int> ranking(keys.size());
  std::iota(ranking.begin(), ranking.end(), 0);
  std::ranges::sort(ranking, {},
                    [&](int pe) { return std::pair(keys[static_cast<size_t>(pe)], pe); });
  ranking.resize(num_faulty);
  std::ranges::sort(ranking);
  return ranking;
}

}  // namespace faultwave::fault
