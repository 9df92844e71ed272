#include "bits/transpose.hpp"

#include <gtest/gtest.h>

#include <array>

#include "base/rng.hpp"

namespace faultwave::bits {
namespace {

constexpr uint64_t kSeed = 12;

template <std::size_t N>
std::array<uint64_t, N> random_planes(uint64_t stream) {
  CounterRng rng(kSeed, stream);
  std::array<uint64_t, N> planes{};
  for (auto& plane : planes) plane = rng.next();
  return planes;
}

TEST(Transpose, bit_j_of_word_i_becomes_bit_i_of_word_j) {
  const auto before = random_planes<64>(1);
  auto after = before;
  transpose_64x64(after.data());
  for (std::size_t i = 0; i < 64; ++i) {
    for (std::size_t j = 0; j < 64; ++j) {
      ASSERT_EQ((after[j] >> i) & 1, (before[i] >> j) & 1) << i << " " << j;
    }
  }
  transpose_64x64(after.data());
  EXPECT_EQ(after, before);
}

TEST(Transpose, integers_have_bit_i_from_plane_i) {
  const auto planes = random_planes<32>(2);
  std::array<uint16_t, 64> words{};
  std::array<int32_t, 64> integers{};
  std::array<uint8_t, 64> bytes{};
  planes16_to_u16(planes.data(), words.data());
  planes32_to_i32(planes.data(), integers.data());
  planes8_to_u8(planes.data(), bytes.data());
  for (std::size_t lane = 0; lane < 64; ++lane) {
    uint32_t expected = 0;
    for (std::size_t i = 0; i < 32; ++i) {
      expected |= static_cast<uint32_t>((planes[i] >> lane) & 1) << i;
    }
    EXPECT_EQ(integers[lane], static_cast<int32_t>(expected)) << "lane " << lane;
    EXPECT_EQ(words[lane], expected & 0xFFFF) << "lane " << lane;
    EXPECT_EQ(bytes[lane], expected & 0xFF) << "lane " << lane;
  }
}

TEST(Transpose, bytes_to_planes_and_back_is_the_identity) {
  CounterRng rng(kSeed, 3);
  std::array<uint8_t, 64> bytes{};
  for (auto& byte : bytes) byte = static_cast<uint8_t>(rng.next());
  std::array<uint64_t, 8> planes{};
  planes.fill(~uint64_t{0});
  u8_to_planes8(bytes.data(), planes.data());
  for (std::size_t lane = 0; lane < 64; ++lane) {
    for (std::size_t i = 0; i < 8; ++i) {
      ASSERT_EQ((planes[i] >> lane) & 1, static_cast<uint64_t>(bytes[lane] >> i) & 1);
    }
  }
  std::array<uint8_t, 64> back{};
  planes8_to_u8(planes.data(), back.data());
  EXPECT_EQ(back, bytes);
}

}  // namespace
}  // namespace faultwave::bits
