// Faults of an accelerator: what is forced, where, and when.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fault/pe_space.hpp"
#include "netlist/fault_site.hpp"

namespace faultwave::fault {

/// Cycles [begin, end) of the accelerator, counted from the start of a run. Permanent: all of them.
struct Window {
  uint64_t begin_cycle = 0;
  uint64_t end_cycle = UINT64_MAX;
  bool is_permanent() const { return begin_cycle == 0 && end_cycle == UINT64_MAX; }
  bool contains(uint64_t cycle) const { return cycle >= begin_cycle && cycle < end_cycle; }
  bool operator==(const Window&) const = default;
};

/// The part of a PE that a fault sits in. Registers: weight (8 bits), activation (8 bits; a
/// systolic array forwards it to the right), partial sum (32 bits: a PE's output register, named
/// psum; the accumulator of a lane's dot-product unit, named accumulator: all lanes of a unit name
/// the same one).
enum class Unit : uint8_t { kMultiplier, kWeight, kActivation, kPartialSum };

/// A fault in one PE or lane: where, what kind, and in which cycles.
struct Fault {
  int pe = 0;  ///< in the accelerator's PeSpace
  Unit unit = Unit::kMultiplier;
  netlist::Site site;  ///< kMultiplier
  int bit = 0;         ///< registers
  netlist::FaultKind kind = netlist::FaultKind::kStuckAt0;
  Window window;
  bool operator==(const Fault&) const = default;
};

/// "pe[3][7].mult.sig_112.sa1", "pe[0][0].weight[6].sa0",
/// "sm[0].sub[2].lane[17].accumulator[31].inv"; a window is appended as "@BEGIN-END" (cycles, end
/// exclusive), "@BEGIN-" when it has no end.
std::string fault_name(const netlist::Netlist& multiplier, const Fault& fault,
                       const PeSpace& space);
/// Inverse of fault_name; UsageError says what is wrong and the nearest valid spelling.
Fault parse_fault(const netlist::Netlist& multiplier, std::string_view text, const PeSpace& space);

/// The PEs that carry a fault at `rate` (faulty PEs / all PEs): round(rate * num_pes) distinct PEs,
/// at least one when rate > 0; a pure function of the seed; nested (a higher rate under the same
/// seed contains the PEs of a lower one). Ascending. UsageError for a rate outside [0, 1] and for
/// no PEs.
std::vector<int> sample_loci(int num_pes, double rate, uint64_t seed);

}  // namespace faultwave::fault
