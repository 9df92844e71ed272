#include "netlist/validate.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <numeric>
#include <set>
#include <utility>

#include "base/progress.hpp"
#include "base/rng.hpp"
#include "netlist/fault_simulator.hpp"
#include "netlist/product_table.hpp"

namespace faultwave::netlist {
namespace {

constexpr std::size_t kNumPairs = ProductTable::kSize;
constexpr std::array<unsigned, 5> kCornerCodes = {0, 1, 127, 128, 255};
static_assert(kCornerCodes.size() * kCornerCodes.size() == kNumCornerPairs);

/// Seconds since it was made.
class Stopwatch {
 public:
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

/// Product tables of single faults, the last one kept: oracles hand over fault after fault.
class Reference {
 public:
  Reference(const Netlist& netlist, std::span<const NetFault> faults)
      : simulator_(netlist), faults_(faults) {}

  const ProductTable& table(std::size_t fault) {
    if (fault == current_) return table_;
    const Stopwatch stopwatch;
    simulator_.simulate(faults_.subspan(fault, 1));
    table_ = simulator_.table();
    current_ = fault;
    seconds_ += stopwatch.seconds();
    return table_;
  }
  /// Time spent on simulating since the last call.
  double take_seconds() { return std::exchange(seconds_, 0.0); }

 private:
  FaultSimulator simulator_;
  std::span<const NetFault> faults_;
  ProductTable table_;
  std::size_t current_ = static_cast<std::size_t>(-1);
  double seconds_ = 0;
};

struct Found {
  std::size_t fault;
  OperandPair pair;
  bool operator<(const Found& other) const {
    return std::pair(fault, pair) < std::pair(other.fault, other.pair);
  }
};

OracleReport run_oracle(const OracleRun& run, double prepare_seconds,
                        std::span<const NetFault> faults, Reference& reference,
                        std::size_t max_listed, std::set<Found>& found) {
  OracleReport report;
  report.name = run.oracle->name();
  report.num_faults = faults.size();
  report.num_vectors = run.pairs.size();
  report.prepare_seconds = prepare_seconds;
  reference.take_seconds();
  uint64_t num_received = 0;
  std::size_t num_noted = 0;
  Progress progress(report.name, faults.size() * run.pairs.size());
  const Stopwatch stopwatch;
  run.oracle->simulate(
      faults, run.pairs,
      [&](std::size_t fault, std::size_t first, std::span<const uint16_t> products) {
        FAULTWAVE_CHECK(fault < faults.size() && first + products.size() <= run.pairs.size());
        const ProductTable& table = reference.table(fault);
        for (std::size_t i = 0; i < products.size(); ++i) {
          const OperandPair pair = run.pairs[first + i];
          if (table.raw[pair] == products[i]) continue;
          ++report.num_disagreements;
          if (num_noted >= max_listed) continue;
          found.insert({fault, pair});
          ++num_noted;
        }
        num_received += products.size();
        progress.advance(products.size());
      });
  report.seconds = stopwatch.seconds() - reference.take_seconds();
  FAULTWAVE_CHECK(num_received == faults.size() * run.pairs.size(), "{} products of {} x {}",
                  num_received, faults.size(), run.pairs.size());
  return report;
}

/// What every simulator says about the differences found.
std::vector<Disagreement> describe(std::span<const NetFault> faults,
                                   std::span<const OracleRun> runs, Reference& reference,
                                   const std::vector<Found>& found) {
  std::vector<Disagreement> listed;
  std::vector<NetFault> asked_faults;
  std::vector<OperandPair> asked_pairs;
  for (const Found& difference : found) {
    const NetFault& fault = faults[difference.fault];
    listed.push_back({fault, difference.pair,
                      reference.table(difference.fault).raw[difference.pair],
                      std::vector<uint16_t>(runs.size())});
    if (asked_faults.empty() || !(asked_faults.back() == fault)) asked_faults.push_back(fault);
    asked_pairs.push_back(difference.pair);
  }
  std::sort(asked_pairs.begin(), asked_pairs.end());
  asked_pairs.erase(std::unique(asked_pairs.begin(), asked_pairs.end()), asked_pairs.end());
  for (std::size_t r = 0; r < runs.size(); ++r) {
    runs[r].oracle->simulate(
        asked_faults, asked_pairs,
        [&](std::size_t fault, std::size_t first, std::span<const uint16_t> products) {
          for (Disagreement& difference : listed) {
            if (!(difference.fault == asked_faults[fault])) continue;
            for (std::size_t i = 0; i < products.size(); ++i) {
              if (asked_pairs[first + i] == difference.pair) difference.products[r] = products[i];
            }
          }
        });
  }
  return listed;
}

}  // namespace

uint64_t ValidationReport::num_disagreements() const {
  uint64_t sum = 0;
  for (const OracleReport& oracle : oracles) sum += oracle.num_disagreements;
  return sum;
}

ValidationReport validate_faults(const Netlist& netlist, std::span<const NetFault> faults,
                                 std::span<const OracleRun> runs, std::size_t max_listed) {
  ValidationReport report;
  // A missing tool is told before the first simulator works for minutes.
  std::vector<double> prepare_seconds;
  for (const OracleRun& run : runs) {
    const Stopwatch stopwatch;
    run.oracle->prepare();
    prepare_seconds.push_back(stopwatch.seconds());
  }
  Reference reference(netlist, faults);
  std::set<std::pair<NetId, std::pair<int32_t, int>>> sites;
  for (std::size_t i = 0; i < faults.size(); ++i) {
    const Site& site = faults[i].site;
    sites.insert({site.net, {site.gate, site.pin}});
    reference.table(i);
  }
  report.num_sites = sites.size();
  report.bit_parallel = {"bit-parallel", faults.size(), kNumPairs, 0, reference.take_seconds(), 0};
  std::set<Found> found;
  for (std::size_t r = 0; r < runs.size(); ++r) {
    report.oracles.push_back(
        run_oracle(runs[r], prepare_seconds[r], faults, reference, max_listed, found));
  }
  std::vector<Found> listed(found.begin(), found.end());
  listed.resize(std::min(listed.size(), max_listed));
  if (!listed.empty()) report.listed = describe(faults, runs, reference, listed);
  return report;
}

std::vector<OperandPair> all_operand_pairs() {
  std::vector<OperandPair> pairs(kNumPairs);
  std::iota(pairs.begin(), pairs.end(), OperandPair{0});
  return pairs;
}

std::vector<OperandPair> sample_operand_pairs(uint64_t seed, std::size_t count) {
  if (count < kNumCornerPairs || count > kNumPairs) {
    throw UsageError(fmt::format(
        "{} vectors are asked for\n  fix: use {} (the corner operands alone) to {} or 'all'", count,
        kNumCornerPairs, kNumPairs));
  }
  std::vector<char> is_chosen(kNumPairs, 0);
  for (const unsigned a : kCornerCodes) {
    for (const unsigned b : kCornerCodes) is_chosen[a + 256 * b] = 1;
  }
  std::vector<OperandPair> rest;
  for (const OperandPair pair : all_operand_pairs()) {
    if (is_chosen[pair] == 0) rest.push_back(pair);
  }
  const CounterRng rng(seed);
  for (std::size_t i = 0; i < count - kNumCornerPairs; ++i) {
    std::swap(rest[i], rest[i + rng.below_at(i, rest.size() - i)]);
    is_chosen[rest[i]] = 1;
  }
  std::vector<OperandPair> pairs;
  for (const OperandPair pair : all_operand_pairs()) {
    if (is_chosen[pair] != 0) pairs.push_back(pair);
  }
  return pairs;
}

}  // namespace faultwave::netlist
