#include "bits/transpose.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace faultwave::bits {
namespace {

static_assert(std::endian::native == std::endian::little, "byte 0 of a word is its lowest");

/// Transposes an 8x8 bit matrix held in a word, row r in byte r (Warren, "Hacker's Delight", 7-3).
uint64_t transpose_8x8(uint64_t x) {
  uint64_t t = (x ^ (x >> 7)) & 0x00AA00AA00AA00AAull;
  x ^= t ^ (t << 7);
  t = (x ^ (x >> 14)) & 0x0000CCCC0000CCCCull;
  x ^= t ^ (t << 14);
  t = (x ^ (x >> 28)) & 0x00000000F0F0F0F0ull;
  return x ^ t ^ (t << 28);
}

/// Swaps the upper parts of words 0, 1, .. with the lower parts of words `kDistance` further on.
template <int kDistance>
void swap_parts(uint64_t* words, uint64_t low) {
  constexpr int kShift = 8 * kDistance;
  for (int i = 0; i < kDistance; ++i) {
    const uint64_t swapped = ((words[i] >> kShift) ^ words[i + kDistance]) & low;
    words[i] ^= swapped << kShift;
    words[i + kDistance] ^= swapped;
  }
}

/// In place: byte j of word i becomes byte i of word j, for 8 words.
void transpose_bytes_8x8(uint64_t* words) {
  swap_parts<4>(words, 0x00000000FFFFFFFFull);
  for (int i = 0; i < 8; i += 4) swap_parts<2>(words + i, 0x0000FFFF0000FFFFull);
  for (int i = 0; i < 8; i += 2) swap_parts<1>(words + i, 0x00FF00FF00FF00FFull);
}

/// Byte l % 8 of word l / 8 has the bits of lane l, plane i giving bit i.
void planes8_to_bytes(const uint64_t* planes, uint64_t* bytes) {
  std::copy_n(planes, 8, bytes);
  transpose_bytes_8x8(bytes);
  for (int group = 0; group < 8; ++group) bytes[group] = transpose_8x8(bytes[group]);
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
  uint64_t bytes[8];
  planes8_to_bytes(planes, bytes);
  std::memcpy(values, bytes, sizeof bytes);
}

void planes16_to_u16(const uint64_t* planes, uint16_t* values) {
  uint8_t bytes[2][64];
  for (int part = 0; part < 2; ++part) planes8_to_u8(planes + 8 * part, bytes[part]);
  for (int lane = 0; lane < 64; ++lane) {
    values[lane] = static_cast<uint16_t>(bytes[0][lane] | bytes[1][lane] << 8);
  }
}

void planes32_to_i32(const uint64_t* planes, int32_t* values) {
  uint8_t bytes[4][64];
  for (int part = 0; part < 4; ++part) planes8_to_u8(planes + 8 * part, bytes[part]);
  for (int lane = 0; lane < 64; ++lane) {
    values[lane] =
        static_cast<int32_t>(uint32_t{bytes[0][lane]} | uint32_t{bytes[1][lane]} << 8 |
                             uint32_t{bytes[2][lane]} << 16 | uint32_t{bytes[3][lane]} << 24);
  }
}

void u8_to_planes8(const uint8_t* values, uint64_t* planes) {
  uint64_t rows[8];
  std::memcpy(rows, values, sizeof rows);
  for (int group = 0; group < 8; ++group) planes[group] = transpose_8x8(rows[group]);
  transpose_bytes_8x8(planes);
}

}  // namespace faultwave::bits
