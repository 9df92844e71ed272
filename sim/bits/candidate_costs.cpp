// Compiled once per instruction set by Highway's foreach_target. Built without contraction into
// fused multiply-adds (sim/CMakeLists.txt): every instruction set must round alike.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "bits/candidate_costs.cpp"
#include <hwy/foreach_target.h>
//
#include <hwy/highway.h>

#include "base/error.hpp"
#include "bits/candidate_costs.hpp"

HWY_BEFORE_NAMESPACE();
namespace faultwave::bits::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

/// Vectors whose sums are in registers together: four of them hide the latency of additions.
constexpr std::size_t kVectors = 4;

/// One vector of a row as doubles.
template <bool kSigned, class D>
HWY_INLINE hn::Vec<D> load_values(D d, const uint16_t* row) {
  const hn::RebindToSigned<hn::Rebind<int32_t, D>> d32;
  if constexpr (kSigned) {
    const hn::Rebind<int16_t, D> d16;
    return hn::PromoteTo(d,
                         hn::PromoteTo(d32, hn::LoadU(d16, reinterpret_cast<const int16_t*>(row))));
  } else {
    const hn::Rebind<uint16_t, D> d16;
    return hn::PromoteTo(d, hn::PromoteTo(d32, hn::LoadU(d16, row)));
  }
}

template <bool kSigned>
void costs_of(std::span<const QuadraticTerm> terms, double sign, std::size_t num_candidates,
              double* costs, double* shifts) {
  const hn::CappedTag<double, 8> d;
  const std::size_t lanes = hn::Lanes(d);
  const auto factor = hn::Set(d, sign);
  for (std::size_t first = 0; first < num_candidates; first += kVectors * lanes) {
    hn::Vec<decltype(d)> cost[kVectors];
    hn::Vec<decltype(d)> shift[kVectors];
    for (std::size_t v = 0; v < kVectors; ++v) cost[v] = shift[v] = hn::Zero(d);
    for (const QuadraticTerm& term : terms) {
      const auto base = hn::Set(d, term.base);
      const auto linear = hn::Set(d, term.linear);
      const auto square = hn::Set(d, term.square);
      for (std::size_t v = 0; v < kVectors; ++v) {
        const auto value = load_values<kSigned>(d, term.row + first + v * lanes);
        const auto change = hn::Sub(hn::Mul(value, factor), base);
        const auto weighted = hn::Mul(square, change);
        shift[v] = hn::Add(shift[v], weighted);
        cost[v] = hn::Add(cost[v], hn::Mul(change, hn::Add(linear, weighted)));
      }
    }
    for (std::size_t v = 0; v < kVectors; ++v) {
      hn::StoreU(cost[v], d, costs + first + v * lanes);
      hn::StoreU(shift[v], d, shifts + first + v * lanes);
    }
  }
}

void quadratic_costs(std::span<const QuadraticTerm> terms, RowValues values,
                     std::size_t num_candidates, double* costs, double* shifts) {
  const double sign = values.is_negated ? -1.0 : 1.0;
  if (values.is_signed) {
    costs_of<true>(terms, sign, num_candidates, costs, shifts);
  } else {
    costs_of<false>(terms, sign, num_candidates, costs, shifts);
  }
}

}  // namespace faultwave::bits::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

#include "bits/plane_ops.hpp"

namespace faultwave::bits {
namespace {

HWY_EXPORT(quadratic_costs);

}  // namespace

void quadratic_costs(std::span<const QuadraticTerm> terms, RowValues values,
                     std::size_t num_candidates, double* costs, double* shifts) {
  FAULTWAVE_CHECK(num_candidates % 32 == 0, "{} candidates", num_candidates);
  apply_simd_environment();
  HWY_DYNAMIC_DISPATCH(quadratic_costs)
  (terms, values, num_candidates, costs, shifts);
}

}  // namespace faultwave::bits
#endif  // HWY_ONCE
