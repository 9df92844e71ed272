#include "campaign/permutation.hpp"

#include <bit>

#include "base/error.hpp"

namespace faultwave::campaign {
namespace {

constexpr uint64_t kRounds = 6;

}  // namespace

Permutation::Permutation(uint64_t size, uint64_t seed, uint64_t stream)
    : size_(size),
      half_bits_((static_cast<int>(std::bit_width(size == 0 ? 0 : size - 1)) + 1) / 2),
      rng_(seed, stream) {
  FAULTWAVE_CHECK(size > 0 && half_bits_ < 32, "permutation of {} values", size);
}

uint64_t Permutation::encrypt(uint64_t value) const {
  const uint64_t mask = (uint64_t{1} << half_bits_) - 1;
  uint64_t left = value >> half_bits_;
  uint64_t right = value & mask;
  for (uint64_t round = 0; round < kRounds; ++round) {
    const uint64_t mixed = left ^ (rng_.at(round << 32 | right) & mask);
    left = right;
    right = mixed;
  }
  return left << half_bits_ | right;
}

uint64_t Permutation::at(uint64_t index) const {
  FAULTWAVE_CHECK(index < size_, "{} of {}", index, size_);
  do {
    index = encrypt(index);
  } while (index >= size_);
  return index;
}

}  // namespace faultwave::campaign
