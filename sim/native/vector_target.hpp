// How wide native lane models are, and which instructions they may use.
#pragma once

#include <string>
#include <vector>

namespace faultwave::native {

/// Width of the vectors that native PE models are compiled for.
struct VectorTarget {
  int lanes = 64;                           ///< of one vector: 64, 128, 256 or 512
  std::vector<std::string> compiler_flags;  ///< that let the compiler use such vectors

  std::size_t words() const { return static_cast<std::size_t>(lanes) / 64; }
};

/// What suits `simd_level` (a name of bits::simd_levels()): 512 lanes with AVX-512, 256 with AVX2,
/// 128 with any other 64-bit CPU's vectors (SSE2, NEON), 64 without vectors; fewer when that is
/// more than `max_lanes`.
VectorTarget vector_target(const std::string& simd_level, int max_lanes = 512);

/// For this machine, or for what FAULTWAVE_SIMD or bits::force_simd_level says.
VectorTarget vector_target(int max_lanes = 512);

}  // namespace faultwave::native
