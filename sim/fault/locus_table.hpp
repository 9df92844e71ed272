// The product table that a faulty PE shows.
#pragma once

#include <span>

#include "fault/fault.hpp"
#include "netlist/netlist.hpp"
#include "netlist/product_table.hpp"

namespace faultwave::fault {

/// Product table of one PE with all its faults (docs/numerics.md).
struct LocusTable {
  /// Products by the operand codes that should be in the registers, as they come out of the PE.
  netlist::ProductTable table;
  /// A partial-sum fault was among the faults: it acts behind the product, on the running sum, so
  /// that no product table can express it. The table leaves it out.
  bool omits_partial_sum_faults = false;
};

/// Table of a PE with the given permanent faults (none: the healthy table). Weight and activation
/// register faults force the operand bits first, in the order given; the faults on multiplier nets
/// then act on the forced operands. The loci of the faults are not looked at: an activation fault
/// is passed on by the register, so that callers give it to every PE right of its own, too.
/// InternalError for a fault with a window: no one table holds for all cycles.
LocusTable locus_table(const netlist::Netlist& multiplier, std::span<const Fault> faults_of_one_pe,
                       bool weight_on_port_a);

}  // namespace faultwave::fault
