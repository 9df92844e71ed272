// Operands and sums of multiply-accumulate steps as bit planes.
#pragma once

#include <cstddef>
#include <cstdint>

namespace faultwave::bits {

/// One step of many multiply-accumulate lanes, 64 per word: where enabled,
///   sum = addend +/- product(a, b)
/// and elsewhere sum = addend. Bit i of lane l of word w is bit l of plane[i * stride + w].
/// `sum` may be `addend`, or overlap it as long as the addends of word w lie below sum word w + 1:
/// words are computed from the last one down.
struct MacPlanes {
  const uint64_t* a = nullptr;       ///< 8 planes, multiplier port A
  const uint64_t* b = nullptr;       ///< 8 planes, multiplier port B
  const uint64_t* enable = nullptr;  ///< 1 plane: lanes that add their product
  const uint64_t* negate = nullptr;  ///< 1 plane: of those, lanes that subtract it
  const uint64_t* addend = nullptr;  ///< num_sum_bits planes
  uint64_t* sum = nullptr;           ///< num_sum_bits planes
  std::size_t a_stride = 0;          ///< words from one plane to the next
  std::size_t b_stride = 0;
  std::size_t sum_stride = 0;  ///< of addend and sum
  /// Lanes, 0 to 63, by which addends move up: lane l of word w takes lane l - shift, from word
  /// w - 1 where that is negative.
  uint64_t addend_shift = 0;
  uint64_t num_sum_bits = 32;      ///< 16 to 32; sums are modulo 2^num_sum_bits
  uint64_t product_is_signed = 0;  ///< 1: the product's 16 bits are two's complement
};

}  // namespace faultwave::bits
