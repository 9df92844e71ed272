// Which product table each PE of a faulty accelerator shows.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "fault/fault.hpp"
#include "netlist/netlist.hpp"
#include "netlist/product_table.hpp"

namespace faultwave::driver {

/// Product tables of an accelerator: `tables[0]` is the healthy one, `table_of_pe` indexes
/// `tables`. PEs with the same set of faults share a table.
struct LocusTables {
  std::vector<netlist::ProductTable> tables;
  std::vector<uint16_t> table_of_pe;

  uint16_t at(int pe) const { return table_of_pe[static_cast<std::size_t>(pe)]; }
  /// PEs whose table is not the healthy one, ascending.
  std::vector<int> faulty_pes() const;
};

/// UsageError when build_locus_tables would refuse the faults; fast.
void check_locus_tables(const std::vector<fault::Fault>& faults, const fault::PeSpace& space);

/// Tables under the permanent faults of `faults`; faults with a window are left out (they are not
/// constant in time), and so are partial-sum faults (they act behind the product). A fault in an
/// activation register reaches every PE that its value is passed on to.
/// UsageError when there are more than 8,192 distinct fault sets (1 GiB of tables).
LocusTables build_locus_tables(const netlist::Netlist& multiplier,
                               const std::vector<fault::Fault>& faults, const fault::PeSpace& space,
                               bool weight_on_port_a);

/// The same with tables from elsewhere: `table_of` gives that of one PE's faults, which differ in
/// nothing but their loci from PE to PE; without faults the healthy one.
using TableOfFaults = std::function<netlist::ProductTable(std::span<const fault::Fault>)>;
LocusTables build_locus_tables(const std::vector<fault::Fault>& faults, const fault::PeSpace& space,
                               const TableOfFaults& table_of);

}  // namespace faultwave::driver
