// Counter-based random numbers: every value is a pure function of (seed, stream, counter), so
// results do not depend on the order of evaluation, on workers or on interruptions.
#pragma once

#include <cstdint>

namespace faultwave {

/// Philox 4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011).
class CounterRng {
 public:
  explicit CounterRng(uint64_t seed, uint64_t stream = 0) : seed_(seed), stream_(stream) {}

  /// The 64-bit value at `counter`; uniform.
  uint64_t at(uint64_t counter) const;
  /// Uniform in [0, bound); bound > 0. Lemire's multiply-shift: bias below 2^-64 * bound.
  uint64_t below_at(uint64_t counter, uint64_t bound) const;
  /// Uniform in [0, 1), 53 bits.
  double uniform_at(uint64_t counter) const;

  /// Sequential use: the next counter.
  uint64_t next() { return at(counter_++); }
  uint64_t below(uint64_t bound) { return below_at(counter_++, bound); }
  double uniform() { return uniform_at(counter_++); }

 private:
  uint64_t seed_;
  uint64_t stream_;
  uint64_t counter_ = 0;
};

}  // namespace faultwave
