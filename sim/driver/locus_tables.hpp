// Which product table each PE of a faulty array shows.
#pragma once

#include <vector>

#include "fault/fault.hpp"
#include "netlist/netlist.hpp"
#include "netlist/product_table.hpp"

namespace faultwave::driver {

/// Product tables of an array: `tables[0]` is the healthy one, `table_of_pe` [rows * cols] indexes
/// `tables`. PEs with the same set of faults share a table.
struct LocusTables {
  int rows = 0;
  int cols = 0;
  std::vector<netlist::ProductTable> tables;
  std::vector<uint16_t> table_of_pe;

  uint16_t at(int row, int col) const {
    return table_of_pe[static_cast<std::size_t>(row) * static_cast<std::size_t>(cols) +
                       static_cast<std::size_t>(col)];
  }
  /// PEs whose table is not the healthy one.
  int64_t num_faulty() const;
};

/// Tables under the permanent faults of `faults`; faults with a window are left out (they are not
/// constant in time), and so are partial-sum faults (they act behind the product). A fault in an
/// activation register reaches every PE to its right in the row.
/// UsageError when there are more than 8,192 distinct fault sets (1 GiB of tables).
LocusTables build_locus_tables(const netlist::Netlist& multiplier,
                               const std::vector<fault::Fault>& faults, int rows, int cols,
                               bool weight_on_port_a);

}  // namespace faultwave::driver
