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

/// Lane l takes lane l - `distance` of the same plane where `select` has a one, and stays
/// elsewhere. In place. Reads distance / 64 + 1 words before the plane.
void shift_selected_lanes(uint64_t* plane, std::size_t distance, const uint64_t* select,
                          std::size_t num_words);

/// out = x & ~y; returns the number of ones in it.
uint64_t and_not_count(uint64_t* out, const uint64_t* x, const uint64_t* y, std::size_t num_words);

}  // namespace faultwave::bits
