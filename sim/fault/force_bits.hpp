// Stuck-at and inversion faults as a mask pair: y = (x & keep) ^ flip.
#pragma once

#include "netlist/fault_site.hpp"

namespace faultwave::fault {

/// Adds a fault of `kind` at `bits` to the pair; it acts on the result of the faults before it.
template <typename Word>
void force_bits(Word& keep, Word& flip, Word bits, netlist::FaultKind kind) {
  if (kind == netlist::FaultKind::kInvert) {
    flip = static_cast<Word>(flip ^ bits);
    return;
  }
  keep = static_cast<Word>(keep & ~bits);
  flip = static_cast<Word>(kind == netlist::FaultKind::kStuckAt1 ? flip | bits : flip & ~bits);
}

}  // namespace faultwave::fault
