// Compiled once per instruction set by Highway's foreach_target.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "bits/byte_transpose.cpp"
#include <hwy/foreach_target.h>
//
#include <hwy/highway.h>

#include <algorithm>

#include "bits/byte_transpose.hpp"

HWY_BEFORE_NAMESPACE();
namespace faultwave::bits::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

constexpr std::size_t kSide = kTransposeRows;

/// out[c * stride + r] = rows[r][first + c] for 16 rows and 16 columns.
HWY_INLINE void transpose_square(const uint8_t* const* rows, std::size_t first, std::size_t stride,
                                 uint8_t* out) {
#if HWY_TARGET == HWY_SCALAR || HWY_HAVE_SCALABLE
  for (std::size_t c = 0; c < kSide; ++c) {
    for (std::size_t r = 0; r < kSide; ++r) out[c * stride + r] = rows[r][first + c];
  }
#else
  const hn::FixedTag<uint8_t, kSide> d;
  hn::Vec<decltype(d)> x[kSide];
  hn::Vec<decltype(d)> y[kSide];
  for (std::size_t r = 0; r < kSide; ++r) x[r] = hn::LoadU(d, rows[r] + first);
  for (int stage = 0; stage < 4; ++stage) {
    for (std::size_t i = 0; i < kSide / 2; ++i) {
      y[2 * i] = hn::InterleaveLower(d, x[i], x[i + kSide / 2]);
      y[2 * i + 1] = hn::InterleaveUpper(d, x[i], x[i + kSide / 2]);
    }
    std::copy_n(y, kSide, x);
  }
  for (std::size_t c = 0; c < kSide; ++c) hn::StoreU(x[c], d, out + c * stride);
#endif
}

void transpose_bytes(const uint8_t* const* rows, std::size_t num_rows, std::size_t num_columns,
                     std::size_t stride, uint8_t* out) {
  for (std::size_t r = 0; r < num_rows; r += kSide) {
    const uint8_t* group[kSide];
    for (std::size_t i = 0; i < kSide; ++i) group[i] = rows[std::min(r + i, num_rows - 1)];
    std::size_t c = 0;
    for (; c + kSide <= num_columns; c += kSide) {
      transpose_square(group, c, stride, out + c * stride + r);
    }
    if (c == num_columns) continue;
    uint8_t rest[kSide][kSide] = {};
    const uint8_t* rest_rows[kSide];
    for (std::size_t i = 0; i < kSide; ++i) {
      std::copy(group[i] + c, group[i] + num_columns, rest[i]);
      rest_rows[i] = rest[i];
    }
    uint8_t transposed[kSide * kSide];
    transpose_square(rest_rows, 0, kSide, transposed);
    for (std::size_t i = 0; c < num_columns; ++i, ++c) {
      std::copy_n(transposed + kSide * i, kSide, out + c * stride + r);
    }
  }
}

}  // namespace faultwave::bits::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

#include "bits/plane_ops.hpp"

namespace faultwave::bits {
namespace {

HWY_EXPORT(transpose_bytes);

}  // namespace

void transpose_bytes(const uint8_t* const* rows, std::size_t num_rows, std::size_t num_columns,
                     std::size_t stride, uint8_t* out) {
  apply_simd_environment();
  HWY_DYNAMIC_DISPATCH(transpose_bytes)(rows, num_rows, num_columns, stride, out);
}

}  // namespace faultwave::bits
#endif  // HWY_ONCE
