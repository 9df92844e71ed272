// Transposes of byte matrices, with the instruction set chosen at run time.
#pragma once

#include <cstddef>
#include <cstdint>

namespace faultwave::bits {

/// Rows are written up to the next multiple of this.
inline constexpr std::size_t kTransposeRows = 16;

/// out[c * stride + r] = rows[r][c] for r < num_rows and c < num_columns. Bytes of `out` from
/// num_rows to the next multiple of kTransposeRows become copies of the last row's: `stride` has
/// room for them. num_rows > 0.
void transpose_bytes(const uint8_t* const* rows, std::size_t num_rows, std::size_t num_columns,
                     std::size_t stride, uint8_t* out);

}  // namespace faultwave::bits
