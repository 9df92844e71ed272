// Moving the lanes of bit planes, with the instruction set chosen at run time.
//
// A plane is `num_words` words, a multiple of 8; lane l is bit l % 64 of word l / 64. The words in
// front of it that a shift reaches must be readable and zero.
#pragma once

#include <cstddef>
#include <cstdint>

namespace faultwave::bits {

inline constexpr std::size_t kLaneShiftWords = 8;

/// Lanes move up by one: lane l takes lane l - 1 where `keep` has a one, else 0. In place, for
/// `num_planes` planes, `stride` words apart. Reads the word before each plane.
void shift_lanes_by_one(uint64_t* planes, std::size_t num_planes, std::size_t stride,
                        const uint64_t* keep, std::size_t num_words);

/// What enters planes at the first lane of every row.
struct EnteringBits {
  const uint64_t* bits = nullptr;  ///< bit r % 64 of bits[plane * plane_words + r / 64]: row r
  std::size_t plane_words = 0;     ///< enough for all rows in num_words
  std::size_t row_words = 1;       ///< words of a row, a power of two
};

/// As shift_lanes_by_one, for rows of whole words: lane 0 of a row's first word takes its entering
/// bit; `keep` must be zero there.
void shift_rows_by_one(uint64_t* planes, std::size_t num_planes, std::size_t stride,
                       const uint64_t* keep, std::size_t num_words, const EnteringBits& entering);

/// Lane l takes lane l - `distance` of the same plane where `select` has a one, and stays
/// elsewhere. In place. Reads distance / 64 + 1 words before the plane.
void shift_selected_lanes(uint64_t* plane, std::size_t distance, const uint64_t* select,
                          std::size_t num_words);

/// out = x & ~y; returns the number of ones in it.
uint64_t and_not_count(uint64_t* out, const uint64_t* x, const uint64_t* y, std::size_t num_words);

}  // namespace faultwave::bits
