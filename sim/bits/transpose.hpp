// Transposes between bit planes and integers. Lane l of plane i is bit l of word i.
#pragma once

#include <cstdint>

namespace faultwave::bits {

/// In place: bit j of word i becomes bit i of word j.
void transpose_64x64(uint64_t* words);

/// 64 integers from 16 planes (unsigned) or 32 planes (two's complement).
void planes16_to_u16(const uint64_t* planes, uint16_t* values);
void planes32_to_i32(const uint64_t* planes, int32_t* values);

/// 8 planes from 64 bytes, and back.
void u8_to_planes8(const uint8_t* values, uint64_t* planes);
void planes8_to_u8(const uint64_t* planes, uint8_t* values);

}  // namespace faultwave::bits
