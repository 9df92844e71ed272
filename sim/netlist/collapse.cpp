#include "netlist/collapse.hpp"

#include <algorithm>
#include <cstdlib>
#include <unordered_map>

#include "bits/plane_ops.hpp"
#include "netlist/fault_simulator.hpp"
#include "netlist/product_table.hpp"

namespace faultwave::netlist {
namespace {

constexpr std::size_t kWords = FaultSimulator::kWords;

/// Hash of the changed output planes; equal outputs have equal hashes.
uint64_t hash_outputs(const FaultSimulator& simulator) {
  const unsigned changed = simulator.changed_outputs();
  uint64_t hash = changed;
  for (std::size_t bit = 0; bit < simulator.outputs().size(); ++bit) {
    if (((changed >> bit) & 1u) == 0) continue;
    const uint64_t* plane = simulator.outputs()[bit];
    // Four independent chains, so that the multiplications overlap.
    uint64_t lane[4] = {1, 2, 3, 4};
    for (std::size_t w = 0; w < kWords; w += 4) {
      for (std::size_t i = 0; i < 4; ++i) {
        lane[i] = (lane[i] ^ plane[w + i]) * 0x9E3779B97F4A7C15ull;
        lane[i] ^= lane[i] >> 29;
      }
    }
    for (const uint64_t part : lane) hash = (hash ^ part) * 0xD6E8FEB86659FD93ull;
    hash ^= hash >> 32;
  }
  return hash;
}

bool same_outputs(const FaultSimulator& x, const FaultSimulator& y) {
  if (x.changed_outputs() != y.changed_outputs()) return false;
  for (std::size_t bit = 0; bit < x.outputs().size(); ++bit) {
    if (((x.changed_outputs() >> bit) & 1) == 0) continue;
    if (bits::differs(x.outputs()[bit], y.outputs()[bit], kWords)) return false;
  }
  return true;
}

FaultEffect effect_of(const FaultSimulator& simulator, const ProductTable& golden) {
  const ProductTable faulty = simulator.table();
  // Two's complement: the sign bit weighs -32768; flipping it maps signed order to unsigned order.
  const unsigned flip = golden.is_signed ? 0x8000u : 0u;
  int64_t sum = 0;
  int64_t absolute_sum = 0;
  int64_t wrong = 0;
  int32_t largest = 0;
  for (std::size_t i = 0; i < faulty.raw.size(); ++i) {
    const int32_t error =
        static_cast<int32_t>(faulty.raw[i] ^ flip) - static_cast<int32_t>(golden.raw[i] ^ flip);
    const int32_t magnitude = std::abs(error);
    sum += error;
    absolute_sum += magnitude;
    wrong += error != 0 ? 1 : 0;
    largest = std::max(largest, magnitude);
  }
  constexpr double kPairs = ProductTable::kSize;
  FaultEffect effect;
  effect.mae = static_cast<double>(absolute_sum) / kPairs;
  effect.wce = largest;
  effect.ep_percent = 100.0 * static_cast<double>(wrong) / kPairs;
  effect.mean_error = static_cast<double>(sum) / kPairs;
  effect.changed_outputs = simulator.changed_outputs();
  return effect;
}

}  // namespace

std::size_t FaultUniverse::num_undetectable() const {
  return static_cast<std::size_t>(std::count(class_of.begin(), class_of.end(), kUndetectable));
}

FaultUniverse collapse_faults(const Netlist& netlist, std::vector<NetFault> faults) {
  FaultUniverse universe;
  universe.faults = std::move(faults);
  FaultSimulator simulator(netlist);
  // Tables of representatives are simulated again when a hash matches: 128 KiB each add up.
  FaultSimulator representative(netlist);
  const ProductTable golden = simulator.golden_table();
  std::unordered_map<uint64_t, std::vector<int32_t>> classes_by_hash;

  const auto find_class = [&](const std::vector<int32_t>& candidates) {
    for (const int32_t id : candidates) {
      const auto& members = universe.classes[static_cast<std::size_t>(id)].members;
      representative.simulate({&universe.faults[members.front()], 1});
      if (same_outputs(simulator, representative)) return id;
    }
    return FaultUniverse::kUndetectable;
  };
  for (std::size_t i = 0; i < universe.faults.size(); ++i) {
    simulator.simulate({&universe.faults[i], 1});
    if (simulator.changed_outputs() == 0) {
      universe.class_of.push_back(FaultUniverse::kUndetectable);
      continue;
    }
    auto& candidates = classes_by_hash[hash_outputs(simulator)];
    int32_t id = find_class(candidates);
    if (id == FaultUniverse::kUndetectable) {
      id = static_cast<int32_t>(universe.classes.size());
      universe.classes.push_back({effect_of(simulator, golden), {}});
      candidates.push_back(id);
    }
    universe.classes[static_cast<std::size_t>(id)].members.push_back(static_cast<uint32_t>(i));
    universe.class_of.push_back(id);
  }
  return universe;
}

FaultUniverse collapse_stuck_at_faults(const Netlist& netlist) {
  return collapse_faults(netlist, enumerate_stuck_at_faults(netlist));
}

}  // namespace faultwave::netlist
