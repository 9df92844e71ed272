#include "base/rng.hpp"

#include "base/error.hpp"

namespace faultwave {
namespace {

__extension__ using Uint128 = unsigned __int128;

constexpr uint32_t kMultiplier0 = 0xD2511F53u;
constexpr uint32_t kMultiplier1 = 0xCD9E8D57u;
constexpr uint32_t kWeyl0 = 0x9E3779B9u;
constexpr uint32_t kWeyl1 = 0xBB67AE85u;

}  // namespace

uint64_t CounterRng::at(uint64_t counter) const {
  uint32_t x0 = static_cast<uint32_t>(counter);
  uint32_t x1 = static_cast<uint32_t>(counter >> 32);
  uint32_t x2 = static_cast<uint32_t>(stream_);
  uint32_t x3 = static_cast<uint32_t>(stream_ >> 32);
  uint32_t key0 = static_cast<uint32_t>(seed_);
  uint32_t key1 = static_cast<uint32_t>(seed_ >> 32);
  for (int round = 0; round < 10; ++round) {
    const uint64_t product0 = uint64_t{kMultiplier0} * x0;
    const uint64_t product1 = uint64_t{kMultiplier1} * x2;
    x0 = static_cast<uint32_t>(product1 >> 32) ^ x1 ^ key0;
    x1 = static_cast<uint32_t>(product1);
    x2 = static_cast<uint32_t>(product0 >> 32) ^ x3 ^ key1;
    x3 = static_cast<uint32_t>(product0);
    key0 += kWeyl0;
    key1 += kWeyl1;
  }
  return (uint64_t{x1} << 32) | x0;
}

uint64_t CounterRng::below_at(uint64_t counter, uint64_t bound) const {
  FAULTWAVE_CHECK(bound > 0);
  return static_cast<uint64_t>((Uint128{at(counter)} * bound) >> 64);
}

double CounterRng::uniform_at(uint64_t counter) const {
  return static_cast<double>(at(counter) >> 11) * 0x1.0p-53;
}

}  // namespace faultwave
