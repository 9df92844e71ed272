// All 65,536 products of an 8x8 multiplier.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace faultwave::netlist {

/// Raw output bits of a multiplier, entry `A + 256 * B` (operand codes, 0 to 255).
/// Signed circuits: entries are the two's complement bits.
struct ProductTable {
  static constexpr int kSize = 65536;
  std::vector<uint16_t> raw = std::vector<uint16_t>(kSize);
  bool is_signed = false;

  /// Product as an integer for operand codes on ports A and B.
  int32_t at(int a_code, int b_code) const {
    const uint16_t bits = raw[static_cast<unsigned>(a_code) + 256u * static_cast<unsigned>(b_code)];
    return is_signed ? static_cast<int32_t>(static_cast<int16_t>(bits))
                     : static_cast<int32_t>(bits);
  }
  /// sha256 of the entries as little-endian uint16.
  std::string sha256() const;
  bool operator==(const ProductTable&) const = default;
};

/// The exact product of two operand codes under the signedness.
int32_t exact_product(int a_code, int b_code, bool is_signed);
/// The table of the exact multiplier.
ProductTable exact_table(bool is_signed);

}  // namespace faultwave::netlist
