#include "replay/packed_table.hpp"

#include <cstring>

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

void pack_table(const netlist::ProductTable& table, bool weight_on_port_a, uint8_t activation_flip,
                PackedTable& packed) {
  const uint16_t* raw = table.raw.data();
  const uint32_t offset = product_offset(table.is_signed);
  const std::size_t flip = activation_flip;
  if (weight_on_port_a) {
    pack([&](std::size_t w, std::size_t a) { return raw[w + 256 * (a ^ flip)] ^ offset; },
         packed.bytes);
  } else {
    pack([&](std::size_t w, std::size_t a) { return raw[(a ^ flip) + 256 * w] ^ offset; },
         packed.bytes);
  }
}

void fill_table(uint16_t entry, PackedTable& packed) {
  for (std::size_t row = 0; row < 256; ++row) {
    uint8_t* bytes = packed.bytes + bits::kLookupRowBytes * row;
    std::memset(bytes, entry & 255, 256);
    std::memset(bytes + 256, entry >> 8, 256);
  }
}

}  // namespace faultwave::replay
