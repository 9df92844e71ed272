#include "replay/product_tables.hpp"

#include "base/error.hpp"

namespace faultwave::replay {
namespace {

/// `entry(weight, activation)` for all codes, a few rows at a time: rows are 512 bytes apart, and
/// columns of many rows would fall out of the cache.
template <typename Entry>
void pack(Entry entry, uint8_t* bytes) {
  constexpr std::size_t kRows = 8;
  for (std::size_t first = 0; first < 256; first += kRows) {
    for (std::size_t activation = 0; activation < 256; ++activation) {
      for (std::size_t weight = first; weight < first + kRows; ++weight) {
        const auto value = static_cast<uint16_t>(entry(weight, activation));
        uint8_t* row = bytes + bits::kLookupRowBytes * weight;
        row[activation] = static_cast<uint8_t>(value);
        row[256 + activation] = static_cast<uint8_t>(value >> 8);
      }
    }
  }
}

}  // namespace

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
    const uint16_t* raw = tables[i].raw.data();
    if (weight_on_port_a) {
      pack([&](std::size_t w, std::size_t a) { return raw[w + 256 * a] ^ offset(); },
           packed_[i].bytes);
    } else {
      pack([&](std::size_t w, std::size_t a) { return raw[a + 256 * w] ^ offset(); },
           packed_[i].bytes);
    }
  }
  pack([&](std::size_t, std::size_t) { return offset(); }, packed_.back().bytes);
}

}  // namespace faultwave::replay
