#include "bits/transpose.hpp"

namespace faultwave::bits {
namespace {

/// Transposes an 8x8 bit matrix held in a word, row r in byte r (Warren, "Hacker's Delight", 7-3).
uint64_t transpose_8x8(uint64_t x) {
  uint64_t t = (x ^ (x >> 7)) & 0x00AA00AA00AA00AAull;
  x ^= t ^ (t << 7);
  t = (x ^ (x >> 14)) & 0x0000CCCC0000CCCCull;
  x ^= t ^ (t << 14);
  t = (x ^ (x >> 28)) & 0x00000000F0F0F0F0ull;
  return x ^ t ^ (t << 28);
}

/// Byte g of each of 8 planes, as an 8x8 matrix with one plane per row.
uint64_t gather(const uint64_t* planes, int group) {
  uint64_t rows = 0;
  for (int plane = 0; plane < 8; ++plane) {
    rows |= ((planes[plane] >> (8 * group)) & 0xFF) << (8 * plane);
  }
  return rows;
}

}  // namespace

void transpose_64x64(uint64_t* words) {
  uint64_t mask = 0x00000000FFFFFFFFull;
  for (int width = 32; width != 0; width >>= 1, mask ^= mask << width) {
    for (int row = 0; row < 64; row = ((row | width) + 1) & ~width) {
      const uint64_t swapped = ((words[row] >> width) ^ words[row | width]) & mask;
      words[row] ^= swapped << width;
      words[row | width] ^= swapped;
    }
  }
}

void planes8_to_u8(const uint64_t* planes, uint8_t* values) {
  for (int group = 0; group < 8; ++group) {
    const uint64_t columns = transpose_8x8(gather(planes, group));
    for (int lane = 0; lane < 8; ++lane) {
      values[8 * group + lane] = static_cast<uint8_t>(columns >> (8 * lane));
    }
  }
}

void planes16_to_u16(const uint64_t* planes, uint16_t* values) {
  for (int group = 0; group < 8; ++group) {
    const uint64_t low = transpose_8x8(gather(planes, group));
    const uint64_t high = transpose_8x8(gather(planes + 8, group));
    for (int lane = 0; lane < 8; ++lane) {
      values[8 * group + lane] = static_cast<uint16_t>(((low >> (8 * lane)) & 0xFF) |
                                                       (((high >> (8 * lane)) & 0xFF) << 8));
    }
  }
}

void planes32_to_i32(const uint64_t* planes, int32_t* values) {
  for (int group = 0; group < 8; ++group) {
    uint64_t bytes[4];
    for (int part = 0; part < 4; ++part) {
      bytes[part] = transpose_8x8(gather(planes + 8 * part, group));
    }
    for (int lane = 0; lane < 8; ++lane) {
      uint32_t value = 0;
      for (int part = 0; part < 4; ++part) {
        value |= static_cast<uint32_t>((bytes[part] >> (8 * lane)) & 0xFF) << (8 * part);
      }
      values[8 * group + lane] = static_cast<int32_t>(value);
    }
  }
}

void u8_to_planes8(const uint8_t* values, uint64_t* planes) {
  for (int plane = 0; plane < 8; ++plane) planes[plane] = 0;
  for (int group = 0; group < 8; ++group) {
    uint64_t rows = 0;
    for (int lane = 0; lane < 8; ++lane) rows |= uint64_t{values[8 * group + lane]} << (8 * lane);
    const uint64_t columns = transpose_8x8(rows);
    for (int plane = 0; plane < 8; ++plane) {
      planes[plane] |= ((columns >> (8 * plane)) & 0xFF) << (8 * group);
    }
  }
}

}  // namespace faultwave::bits
