// Every PE model that this machine can run.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "accel/lane_mac.hpp"
#include "bits/plane_ops.hpp"
#include "native/vector_target.hpp"

namespace faultwave::test_support {

struct PeModelCase {
  accel::PeModelKind kind = accel::PeModelKind::kVerilated;
  std::string simd_level;  ///< forced; empty: the best one

  std::string name() const {
    return simd_level.empty() ? to_string(kind) : to_string(kind) + " " + simd_level;
  }
};

/// The Verilated one, and the native one at one SIMD level of each width.
inline std::vector<PeModelCase> every_pe_model() {
  std::vector<PeModelCase> cases = {{}};
  std::set<int> widths;
  for (const auto& level : bits::simd_levels()) {
    if (!widths.insert(native::vector_target(level).lanes).second) continue;
    cases.push_back({accel::PeModelKind::kNative, level});
  }
  return cases;
}

/// Forces the SIMD level of a case for the life of the object.
class ForcedLevel {
 public:
  explicit ForcedLevel(const PeModelCase& model) { bits::force_simd_level(model.simd_level); }
  ~ForcedLevel() { bits::force_simd_level(""); }
  ForcedLevel(const ForcedLevel&) = delete;
  ForcedLevel& operator=(const ForcedLevel&) = delete;
};

}  // namespace faultwave::test_support
