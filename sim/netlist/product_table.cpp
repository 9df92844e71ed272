#include "netlist/product_table.hpp"

#include <bit>

#include "base/sha256.hpp"

namespace faultwave::netlist {

std::string ProductTable::sha256() const {
  std::vector<std::byte> bytes;
  bytes.reserve(2 * raw.size());
  for (const uint16_t entry : raw) {
    bytes.push_back(static_cast<std::byte>(entry & 0xFF));
    bytes.push_back(static_cast<std::byte>(entry >> 8));
  }
  return sha256_hex(bytes);
}

int32_t exact_product(int a_code, int b_code, bool is_signed) {
  if (!is_signed) return a_code * b_code;
  return static_cast<int32_t>(static_cast<int8_t>(a_code)) * static_cast<int8_t>(b_code);
}

ProductTable exact_table(bool is_signed) {
  ProductTable table;
  table.is_signed = is_signed;
  for (int b = 0; b < 256; ++b) {
    for (int a = 0; a < 256; ++a) {
      table.raw[static_cast<std::size_t>(a + 256 * b)] =
          static_cast<uint16_t>(exact_product(a, b, is_signed));
    }
  }
  return table;
}

}  // namespace faultwave::netlist
