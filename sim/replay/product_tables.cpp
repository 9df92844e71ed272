#include "replay/product_tables.hpp"

#include "base/error.hpp"

namespace faultwave::replay {
ProductTables::ProductTables(std::span<const netlist::ProductTable> tables,
                             std::vector<uint16_t> table_of_pe, bool weight_on_port_a)
    : packed_(tables.size() + 1),
      table_of_pe_(std::move(table_of_pe)),
      is_signed_(!tables.empty() && tables[0].is_signed),
      weight_on_port_a_(weight_on_port_a) {
  FAULTWAVE_CHECK(tables.size() < 0xFFFF, "{} tables", tables.size());
  for (const uint16_t table : table_of_pe_) {
    FAULTWAVE_CHECK(table < tables.size(), "table {} of {}", table, tables.size());
  }
  for (std::size_t i = 0; i < tables.size(); ++i) {
    FAULTWAVE_CHECK(tables[i].is_signed == is_signed_, "table {} has another signedness", i);
    pack_table(tables[i], weight_on_port_a, 0, packed_[i]);
  }
  fill_table(static_cast<uint16_t>(offset()), packed_.back());
}

}  // namespace faultwave::replay
