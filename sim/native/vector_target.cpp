#include "native/vector_target.hpp"

#include "bits/plane_ops.hpp"

namespace faultwave::native {

VectorTarget vector_target(const std::string& simd_level, int max_lanes) {
  VectorTarget target{128, {}};
  if (simd_level.starts_with("AVX3")) {
    target = {512, {"-mavx512f", "-mavx512bw", "-mavx512dq", "-mavx512vl"}};
  } else if (simd_level.starts_with("AVX2")) {
    target = {256, {"-mavx2"}};
  } else if (simd_level == "SCALAR" || simd_level == "EMU128") {
    target = {64, {}};
  }
  while (target.lanes > max_lanes && target.lanes > 64) target.lanes /= 2;
  return target;
}

VectorTarget vector_target(int max_lanes) { return vector_target(bits::simd_level(), max_lanes); }

}  // namespace faultwave::native
