// Product tables of an accelerator's PEs in the form that the look-up kernel reads.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "netlist/product_table.hpp"
#include "replay/packed_table.hpp"

namespace faultwave::replay {

/// Row w of a packed table holds the products of weight code w with all 256 activation codes, as
/// unsigned numbers that are `offset()` too large.
class ProductTables {
 public:
  /// PE p shows `tables[table_of_pe[p]]`. InternalError when an index is out of range or the tables
  /// differ in their signedness.
  ProductTables(std::span<const netlist::ProductTable> tables, std::vector<uint16_t> table_of_pe,
                bool weight_on_port_a);

  int num_tables() const { return static_cast<int>(packed_.size()) - 1; }
  int num_pes() const { return static_cast<int>(table_of_pe_.size()); }
  std::span<const uint16_t> table_of_pe() const { return table_of_pe_; }
  bool is_signed() const { return is_signed_; }
  bool weight_on_port_a() const { return weight_on_port_a_; }
  /// 32,768 for signed products, else 0.
  uint32_t offset() const { return product_offset(is_signed_); }
  /// The number of a further table, all of whose products are 0: what a bypassed PE shows.
  uint16_t zero_table() const { return static_cast<uint16_t>(num_tables()); }
  /// Table 0 to zero_table(), bits::kLookupTableBytes bytes.
  const uint8_t* packed(int table) const { return packed_[static_cast<std::size_t>(table)].bytes; }

 private:
  std::vector<PackedTable> packed_;  ///< the last one is zero_table()
  std::vector<uint16_t> table_of_pe_;
  bool is_signed_;
  bool weight_on_port_a_;
};

}  // namespace faultwave::replay
