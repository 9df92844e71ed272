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

std::vector<PeLocus> sample_loci(int rows, int cols, double rate, uint64_t seed) {
  if (rows < 1 || cols < 1) {
    throw UsageError(fmt::format("an array of {}x{} PEs has no locus for a fault", rows, cols));
  }
  if (!(rate >= 0.0 && rate <= 1.0)) {
    throw UsageError(fmt::format("fault rate {} is outside 0 to 1 (faulty PEs / all PEs)", rate));
  }
  const auto num_pes = static_cast<size_t>(rows) * static_cast<size_t>(cols);
  auto num_faulty = static_cast<size_t>(std::llround(rate * static_cast<double>(num_pes)));
  if (rate > 0.0) num_faulty = std::clamp<size_t>(num_faulty, 1, num_pes);

  // Every PE has a key that depends on the seed alone; the smallest keys are faulty. A higher rate
  // therefore adds loci and removes none.
  const CounterRng rng(seed, kRankingStream);
  std::vector<uint64_t> keys(num_pes);
  for (size_t pe = 0; pe < num_pes; ++pe) keys[pe] = rng.at(pe);
  std::vector<size_t> ranking(num_pes);
  std::iota(ranking.begin(), ranking.end(), size_t{0});
  std::ranges::sort(ranking, {}, [&](size_t pe) { return std::pair(keys[pe], pe); });
  ranking.resize(num_faulty);
  std::ranges::sort(ranking);

  std::vector<PeLocus> loci;
  loci.reserve(num_faulty);
  const auto width = static_cast<size_t>(cols);
  for (const size_t pe : ranking) {
    loci.push_back({static_cast<int>(pe / width), static_cast<int>(pe % width)});
  }
  return loci;
}

}  // namespace faultwave::fault
