// Faults of an accelerator: what is forced, where, and when.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

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

/// The part of a PE that a fault sits in. Registers: weight (8 bits, the active weight), activation
/// (8 bits, forwarded to the right neighbour), partial sum (32 bits, the PE's output register).
enum class Unit : uint8_t { kMultiplier, kWeight, kActivation, kPartialSum };

/// Which PE. TPU: row and column of the array.
struct PeLocus {
  int row = 0;
  int col = 0;
  bool operator==(const PeLocus&) const = default;
  auto operator<=>(const PeLocus&) const = default;
};

struct Fault {
  PeLocus locus;
  Unit unit = Unit::kMultiplier;
  netlist::Site site;  ///< kMultiplier
  int bit = 0;         ///< registers
  netlist::FaultKind kind = netlist::FaultKind::kStuckAt0;
  Window window;
  bool operator==(const Fault&) const = default;
};

/// "pe[3][7].mult.sig_112.sa1", "pe[0][0].weight[6].sa0", "pe[1][2].psum[31].inv"; a window is
/// appended as "@BEGIN-END" (cycles, end exclusive), "@BEGIN-" when it has no end.
std::string fault_name(const netlist::Netlist& multiplier, const Fault& fault);
/// Inverse of fault_name; UsageError says what is wrong and the nearest valid spelling. Rows and
/// columns are checked against `rows` x `cols`.
Fault parse_fault(const netlist::Netlist& multiplier, std::string_view text, int rows, int cols);

/// The PEs that carry a fault at `rate` (faulty PEs / all PEs): round(rate * rows * cols) distinct
/// loci, at least one when rate > 0; a pure function of the seed; nested (a higher rate under the
/// same seed contains the loci of a lower one). In row-major order. UsageError for a rate outside
/// [0, 1] and for an empty array.
std::vector<PeLocus> sample_loci(int rows, int cols, double rate, uint64_t seed);

}  // namespace faultwave::fault
