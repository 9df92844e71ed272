// Compiled once per instruction set by Highway's foreach_target.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "bits/lane_shift.cpp"
#include <hwy/foreach_target.h>
//
#include <hwy/highway.h>

#include <bit>

#include "bits/lane_shift.hpp"

HWY_BEFORE_NAMESPACE();
namespace faultwave::bits::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
/// At most kLaneShiftWords words: vectors divide a plane.
using Tag = hn::CappedTag<uint64_t, kLaneShiftWords>;

void shift_by_one(uint64_t* planes, std::size_t num_planes, std::size_t stride,
                  const uint64_t* keep, std::size_t num_words) {
  const Tag d;
  const std::size_t step = hn::Lanes(d);
  for (std::size_t plane = 0; plane < num_planes; ++plane) {
    uint64_t* at = planes + plane * stride;
    // From above: a word's old neighbour below is still there.
    for (std::size_t w = num_words; w != 0;) {
      w -= step;
      const auto own = hn::ShiftLeft<1>(hn::LoadU(d, at + w));
      const auto carry = hn::ShiftRight<63>(hn::LoadU(d, at + w - 1));
      hn::StoreU(hn::And(hn::Or(own, carry), hn::LoadU(d, keep + w)), d, at + w);
    }
  }
}

void shift_rows(uint64_t* planes, std::size_t num_planes, std::size_t stride, const uint64_t* keep,
                std::size_t num_words, const EnteringBits& entering) {
  const Tag d;
  const std::size_t step = hn::Lanes(d);
  const auto place_in_row = hn::Set(d, entering.row_words - 1);
  const int log_row_words = std::countr_zero(entering.row_words);
  for (std::size_t w = num_words; w != 0;) {
    w -= step;
    const auto words = hn::Iota(d, w);
    const auto row = hn::And(hn::ShiftRightSame(words, log_row_words), hn::Set(d, uint64_t{63}));
    const auto is_first = hn::Eq(hn::And(words, place_in_row), hn::Zero(d));
    const auto one = hn::IfThenElseZero(is_first, hn::Set(d, uint64_t{1}));
    const auto kept = hn::LoadU(d, keep + w);
    // 64 rows are a multiple of `step` words: one word of bits serves the vector.
    const uint64_t* bits = entering.bits + (w >> log_row_words) / 64;
    uint64_t* at = planes + w;
    for (std::size_t plane = 0; plane < num_planes; ++plane, at += stride) {
      const auto own = hn::ShiftLeft<1>(hn::LoadU(d, at));
      const auto carry = hn::ShiftRight<63>(hn::LoadU(d, at - 1));
      const auto enters =
          hn::And(hn::Shr(hn::Set(d, bits[plane * entering.plane_words]), row), one);
      hn::StoreU(hn::Or(hn::And(hn::Or(own, carry), kept), enters), d, at);
    }
  }
}

void shift_selected(uint64_t* plane, std::size_t distance, const uint64_t* select,
                    std::size_t num_words) {
  const Tag d;
  const std::size_t step = hn::Lanes(d);
  const std::size_t words = distance / 64;
  const int bits = static_cast<int>(distance % 64);
  for (std::size_t w = num_words; w != 0;) {
    w -= step;
    const uint64_t* from = plane + w - words;
    auto moved = hn::LoadU(d, from);
    if (bits != 0) {
      moved = hn::Or(hn::ShiftLeftSame(moved, bits),
                     hn::ShiftRightSame(hn::LoadU(d, from - 1), 64 - bits));
    }
    const auto chosen = hn::LoadU(d, select + w);
    hn::StoreU(hn::Or(hn::And(chosen, moved), hn::AndNot(chosen, hn::LoadU(d, plane + w))), d,
               plane + w);
  }
}

uint64_t and_not_count(uint64_t* out, const uint64_t* x, const uint64_t* y, std::size_t num_words) {
  const Tag d;
  const std::size_t step = hn::Lanes(d);
  auto count = hn::Zero(d);
  for (std::size_t w = 0; w < num_words; w += step) {
    const auto value = hn::AndNot(hn::LoadU(d, y + w), hn::LoadU(d, x + w));
    hn::StoreU(value, d, out + w);
    count = hn::Add(count, hn::PopulationCount(value));
  }
  return hn::GetLane(hn::SumOfLanes(d, count));
}

}  // namespace faultwave::bits::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

#include "bits/plane_ops.hpp"

namespace faultwave::bits {
namespace {

HWY_EXPORT(shift_by_one);
HWY_EXPORT(shift_rows);
HWY_EXPORT(shift_selected);
HWY_EXPORT(and_not_count);

}  // namespace

void shift_lanes_by_one(uint64_t* planes, std::size_t num_planes, std::size_t stride,
                        const uint64_t* keep, std::size_t num_words) {
  apply_simd_environment();
  HWY_DYNAMIC_DISPATCH(shift_by_one)(planes, num_planes, stride, keep, num_words);
}

void shift_rows_by_one(uint64_t* planes, std::size_t num_planes, std::size_t stride,
                       const uint64_t* keep, std::size_t num_words, const EnteringBits& entering) {
  apply_simd_environment();
  HWY_DYNAMIC_DISPATCH(shift_rows)(planes, num_planes, stride, keep, num_words, entering);
}

void shift_selected_lanes(uint64_t* plane, std::size_t distance, const uint64_t* select,
                          std::size_t num_words) {
  apply_simd_environment();
  HWY_DYNAMIC_DISPATCH(shift_selected)(plane, distance, select, num_words);
}

uint64_t and_not_count(uint64_t* out, const uint64_t* x, const uint64_t* y, std::size_t num_words) {
  apply_simd_environment();
  return HWY_DYNAMIC_DISPATCH(and_not_count)(out, x, y, num_words);
}

}  // namespace faultwave::bits
#endif  // HWY_ONCE
