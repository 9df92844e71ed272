// Sums of table look-ups with byte indices, with the instruction set chosen at run time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace faultwave::bits {

/// A row holds 256 entries of 16 bits: all low bytes, then all high bytes, so that byte permutes
/// can look them up.
inline constexpr std::size_t kLookupRowBytes = 512;
/// A table is 256 rows, one after another.
inline constexpr std::size_t kLookupTableBytes = 256 * kLookupRowBytes;
/// Bytes that must be readable behind the codes of a look-up.
inline constexpr std::size_t kLookupPadding = 64;

/// Looks up a vector of codes in one row of one table.
struct Lookup {
  uint32_t code_row = 0;  ///< index into the list of code rows
  uint16_t table = 0;     ///< index into the list of tables
  uint16_t row = 0;       ///< 0 to 255
};

enum class LookupSign : uint8_t { kAdd, kSubtract };

/// For i < num_codes, over all look-ups l, modulo 2^32:
///   sums[i] += or -= tables[l.table].row(l.row)[code_rows[l.code_row][first_code + i]]
/// Reads up to kLookupPadding bytes behind the last code of a row; the sums end at num_codes.
void add_lookups(const uint8_t* const* tables, std::span<const Lookup> lookups,
                 const uint8_t* const* code_rows, std::size_t first_code, std::size_t num_codes,
                 LookupSign sign, uint32_t* sums);

}  // namespace faultwave::bits
