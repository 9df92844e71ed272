// Sums of table look-ups for sixteen columns at once, with the instruction set chosen at run time.
#pragma once

#include "bits/table_lookup.hpp"

namespace faultwave::bits {

/// Columns whose entries are brought side by side.
inline constexpr std::size_t kLookupColumns = 16;

/// Looks up a vector of codes in sixteen rows of tables, one per column.
struct ColumnLookup {
  const uint8_t* rows[kLookupColumns];  ///< kLookupRowBytes each; a row of zeros adds nothing
  const uint8_t* codes;
  uint16_t subtracted = 0;  ///< bit c: column c's entries are subtracted
};

/// For i < num_codes and c < 16, over all look-ups l, modulo 2^32:
///   sums[16 * i + c] += or -= lookups[l].rows[c][lookups[l].codes[i]]
/// For every look-up the sixteen rows are transposed first: worth it for many codes.
void add_column_lookups(std::span<const ColumnLookup> lookups, std::size_t num_codes,
                        uint32_t* sums);

/// Whether add_column_lookups, with `num_columns` of its columns in use, is faster than as many
/// calls of add_lookups at the level in use.
bool columns_pay(std::size_t num_columns, std::size_t num_codes);

}  // namespace faultwave::bits
