// Compiled once per instruction set by Highway's foreach_target.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "bits/plane_ops.cpp"
#include <hwy/foreach_target.h>
//
#include <hwy/highway.h>

#include "bits/plane_ops.hpp"

HWY_BEFORE_NAMESPACE();
namespace faultwave::bits::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using Tag = hn::ScalableTag<uint64_t>;

template <typename Operation>
void map_words(uint64_t* y, const uint64_t* a, const uint64_t* b, std::size_t num_words,
               Operation operation) {
  const Tag d;
  const std::size_t step = hn::Lanes(d);
  std::size_t i = 0;
  for (; i + step <= num_words; i += step) {
    hn::StoreU(operation(hn::LoadU(d, a + i), hn::LoadU(d, b + i)), d, y + i);
  }
  const hn::CappedTag<uint64_t, 1> one;
  for (; i < num_words; ++i) {
    hn::StoreU(operation(hn::LoadU(one, a + i), hn::LoadU(one, b + i)), one, y + i);
  }
}

void mux_words(uint64_t* y, const uint64_t* a, const uint64_t* b, const uint64_t* s,
               std::size_t num_words) {
  const Tag d;
  const std::size_t step = hn::Lanes(d);
  std::size_t i = 0;
  for (; i + step <= num_words; i += step) {
    const auto select = hn::LoadU(d, s + i);
    hn::StoreU(
        hn::Or(hn::And(select, hn::LoadU(d, b + i)), hn::AndNot(select, hn::LoadU(d, a + i))), d,
        y + i);
  }
  for (; i < num_words; ++i) y[i] = (s[i] & b[i]) | (~s[i] & a[i]);
}

void apply(PlaneOp op, uint64_t* y, const uint64_t* a, const uint64_t* b, const uint64_t* s,
           std::size_t num_words) {
  switch (op) {
    case PlaneOp::kAnd:
      return map_words(y, a, b, num_words, [](auto x, auto z) { return hn::And(x, z); });
    case PlaneOp::kNand:
      return map_words(y, a, b, num_words, [](auto x, auto z) { return hn::Not(hn::And(x, z)); });
    case PlaneOp::kOr:
      return map_words(y, a, b, num_words, [](auto x, auto z) { return hn::Or(x, z); });
    case PlaneOp::kNor:
      return map_words(y, a, b, num_words, [](auto x, auto z) { return hn::Not(hn::Or(x, z)); });
    case PlaneOp::kXor:
      return map_words(y, a, b, num_words, [](auto x, auto z) { return hn::Xor(x, z); });
    case PlaneOp::kXnor:
      return map_words(y, a, b, num_words, [](auto x, auto z) { return hn::Not(hn::Xor(x, z)); });
    case PlaneOp::kAndNot:
      return map_words(y, a, b, num_words, [](auto x, auto z) { return hn::AndNot(z, x); });
    case PlaneOp::kOrNot:
      return map_words(y, a, b, num_words, [](auto x, auto z) { return hn::Or(x, hn::Not(z)); });
    case PlaneOp::kNot:
      return map_words(y, a, a, num_words, [](auto x, auto) { return hn::Not(x); });
    case PlaneOp::kCopy:
      return map_words(y, a, a, num_words, [](auto x, auto) { return x; });
    case PlaneOp::kMux:
      return mux_words(y, a, b, s, num_words);
  }
}

bool differs(const uint64_t* x, const uint64_t* y, std::size_t num_words) {
  const Tag d;
  const std::size_t step = hn::Lanes(d);
  auto difference = hn::Zero(d);
  std::size_t i = 0;
  for (; i + step <= num_words; i += step) {
    difference = hn::Or(difference, hn::Xor(hn::LoadU(d, x + i), hn::LoadU(d, y + i)));
  }
  uint64_t rest = 0;
  for (; i < num_words; ++i) rest |= x[i] ^ y[i];
  return rest != 0 || !hn::AllTrue(d, hn::Eq(difference, hn::Zero(d)));
}

}  // namespace faultwave::bits::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

#include <algorithm>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/suggest.hpp"
#include "bits/transpose.hpp"

namespace faultwave::bits {
namespace {

HWY_EXPORT(apply);
HWY_EXPORT(differs);

void set_level(const std::string& level) {
  hwy::SetSupportedTargetsForTest(0);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  if (level.empty()) return;
  for (const int64_t target : hwy::SupportedAndGeneratedTargets()) {
    if (level == hwy::TargetName(target)) {
      hwy::SetSupportedTargetsForTest(target);
      hwy::GetChosenTarget().Update(target);
      return;
    }
  }
  throw UsageError(fmt::format("SIMD level '{}' is not available here\n  fix: {}", level,
                               suggestion(level, simd_levels())));
}

}  // namespace

void apply_simd_environment() {
  static const bool done = [] {
    set_level(environment("FAULTWAVE_SIMD"));
    return true;
  }();
  static_cast<void>(done);
}

void apply(PlaneOp op, uint64_t* y, const uint64_t* a, const uint64_t* b, const uint64_t* s,
           std::size_t num_words) {
  apply_simd_environment();
  HWY_DYNAMIC_DISPATCH(apply)(op, y, a, b, s, num_words);
}

bool differs(const uint64_t* x, const uint64_t* y, std::size_t num_words) {
  apply_simd_environment();
  return HWY_DYNAMIC_DISPATCH(differs)(x, y, num_words);
}

void planes_to_u16(const uint64_t* const* planes, std::size_t num_words, uint16_t* values) {
  for (std::size_t w = 0; w < num_words; ++w) {
    uint64_t block[16];
    for (int i = 0; i < 16; ++i) block[i] = planes[i][w];
    planes16_to_u16(block, values + 64 * w);
  }
}

std::string simd_level() {
  apply_simd_environment();
  const int64_t available = hwy::SupportedTargets() & HWY_TARGETS;
  return hwy::TargetName(available & -available);
}

std::vector<std::string> simd_levels() {
  std::vector<std::string> names;
  // Better instruction sets have lower bits.
  for (const int64_t target : hwy::SupportedAndGeneratedTargets()) {
    names.emplace_back(hwy::TargetName(target));
  }
  return names;
}

void force_simd_level(const std::string& level) {
  apply_simd_environment();  // now or never: the caller's choice comes after it
  set_level(level);
}

}  // namespace faultwave::bits
#endif  // HWY_ONCE
