// A product table in the form that the look-up kernel reads.
#pragma once

#include <cstdint>

#include "bits/table_lookup.hpp"
#include "netlist/product_table.hpp"

namespace faultwave::replay {

/// Row w holds the products of weight code w with all 256 activation codes as unsigned numbers:
/// those of a signed table are product_offset() too large.
struct alignas(64) PackedTable {
  uint8_t bytes[bits::kLookupTableBytes];
};

/// 32,768 for signed products, else 0.
inline uint32_t product_offset(bool is_signed) { return is_signed ? 0x8000u : 0u; }

/// Entry a of every row of the result is the product with activation code a ^ `activation_flip`.
void pack_table(const netlist::ProductTable& table, bool weight_on_port_a, uint8_t activation_flip,
                PackedTable& packed);

/// `entry` everywhere.
void fill_table(uint16_t entry, PackedTable& packed);

}  // namespace faultwave::replay
