// Sampling without replacement from ranges that are too large to shuffle.
#pragma once

#include <cstdint>

#include "base/rng.hpp"

namespace faultwave::campaign {

/// A pseudo-random permutation of [0, size), every value on its own: a Feistel network over the
/// next power of four, walked until it lands in the range (Black and Rogaway, "Ciphers with
/// arbitrary finite domains", CT-RSA 2002).
class Permutation {
 public:
  Permutation(uint64_t size, uint64_t seed, uint64_t stream);
  uint64_t size() const { return size_; }
  /// InternalError when `index` is out of range.
  uint64_t at(uint64_t index) const;

 private:
  uint64_t encrypt(uint64_t value) const;
  uint64_t size_;
  int half_bits_;
  CounterRng rng_;
};

}  // namespace faultwave::campaign
