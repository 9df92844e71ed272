#include "gather_gemm.hpp"

#include <algorithm>
#include <numeric>

#include "base/error.hpp"
#include "replay/activation_codes.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace faultwave::bench {
namespace {

/// Rows and depth of activations that stay in the first-level cache while all columns pass.
constexpr std::size_t kBlockRows = 128;
constexpr std::size_t kBlockDepth = 128;
/// Columns that share the loads of activations; their sums stay in registers.
constexpr std::size_t kColumns = 4;

#if defined(__x86_64__)

/// Some of K for 8 (16) rows and kColumns columns. `codes`: [k][stride]; `weights`: [k][n];
/// `sums`: [column][kBlockRows].
__attribute__((target("avx2"))) void gather_avx2(const uint8_t* codes, std::size_t stride,
                                                 const uint8_t* weights, std::size_t n,
                                                 std::size_t depth, const int32_t* products,
                                                 int32_t* sums) {
  __m256i total[kColumns];
  for (std::size_t c = 0; c < kColumns; ++c) {
    total[c] = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(sums + c * kBlockRows));
  }
  for (std::size_t k = 0; k < depth; ++k) {
    const __m256i index =
        _mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(codes + k * stride)));
    for (std::size_t c = 0; c < kColumns; ++c) {
      const int32_t* row = products + 256 * weights[k * n + c];
      total[c] = _mm256_add_epi32(total[c], _mm256_i32gather_epi32(row, index, 4));
    }
  }
  for (std::size_t c = 0; c < kColumns; ++c) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(sums + c * kBlockRows), total[c]);
  }
}

__attribute__((target("avx512f"))) void gather_avx512(const uint8_t* codes, std::size_t stride,
                                                      const uint8_t* weights, std::size_t n,
                                                      std::size_t depth, const int32_t* products,
                                                      int32_t* sums) {
  __m512i total[kColumns];
  for (std::size_t c = 0; c < kColumns; ++c) {
    total[c] = _mm512_loadu_si512(sums + c * kBlockRows);
  }
  for (std::size_t k = 0; k < depth; ++k) {
    const __m512i index = _mm512_maskz_cvtepu8_epi32(
        0xFFFF, _mm_loadu_si128(reinterpret_cast<const __m128i*>(codes + k * stride)));
    for (std::size_t c = 0; c < kColumns; ++c) {
      const int32_t* row = products + 256 * weights[k * n + c];
      const __m512i found =
          _mm512_mask_i32gather_epi32(_mm512_setzero_si512(), 0xFFFF, index, row, 4);
      total[c] = _mm512_add_epi32(total[c], found);
    }
  }
  for (std::size_t c = 0; c < kColumns; ++c) {
    _mm512_storeu_si512(sums + c * kBlockRows, total[c]);
  }
}

#endif

struct Level {
  std::string name;
  std::size_t lanes;
  void (*gather)(const uint8_t* codes, std::size_t stride, const uint8_t* weights, std::size_t n,
                 std::size_t depth, const int32_t* products, int32_t* sums);
};

/// Those that this machine runs.
std::vector<Level> levels() {
  std::vector<Level> found;
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2") != 0) found.push_back({"AVX2", 8, gather_avx2});
  if (__builtin_cpu_supports("avx512f") != 0) found.push_back({"AVX-512", 16, gather_avx512});
#endif
  return found;
}

}  // namespace

std::vector<std::string> gather_levels() {
  std::vector<std::string> names;
  for (const auto& level : levels()) names.push_back(level.name);
  return names;
}

void gather_gemm(const std::string& name, const accel::GemmJob& job, const int32_t* products,
                 int32_t* sums) {
  const auto all = levels();
  const auto level = std::find_if(all.begin(), all.end(),
                                  [&](const Level& candidate) { return candidate.name == name; });
  FAULTWAVE_CHECK(level != all.end(), "no gathers of {} here", name);
  const auto num_rows = static_cast<std::size_t>(job.m);
  const auto num_columns = static_cast<std::size_t>(job.n);
  const auto depth = static_cast<std::size_t>(job.k);
  constexpr std::size_t kStride = kBlockRows + 64;
  std::vector<uint8_t> codes(kBlockDepth * kStride);
  const std::size_t padded_columns = (num_columns + kColumns - 1) / kColumns * kColumns;
  std::vector<uint8_t> weights(depth * padded_columns);
  for (std::size_t k = 0; k < depth; ++k) {
    std::copy_n(job.weights + k * num_columns, num_columns, weights.data() + k * padded_columns);
  }
  std::vector<int32_t> block(padded_columns * kBlockRows);
  std::vector<uint32_t> rows(num_rows);
  std::iota(rows.begin(), rows.end(), 0u);
  for (std::size_t begin = 0; begin < num_rows; begin += kBlockRows) {
    const std::size_t count = std::min(kBlockRows, num_rows - begin);
    std::fill(block.begin(), block.end(), 0);
    for (std::size_t k0 = 0; k0 < depth; k0 += kBlockDepth) {
      const std::size_t k1 = std::min(depth, k0 + kBlockDepth);
      replay::pack_codes(job, std::span(rows).subspan(begin, count), k0, k1, kStride, codes.data());
      for (std::size_t n = 0; n < num_columns; n += kColumns) {
        for (std::size_t i = 0; i < count; i += level->lanes) {
          level->gather(codes.data() + i, kStride, weights.data() + k0 * padded_columns + n,
                        padded_columns, k1 - k0, products, block.data() + n * kBlockRows + i);
        }
      }
    }
    for (std::size_t i = 0; i < count; ++i) {
      for (std::size_t n = 0; n < num_columns; ++n) {
        sums[(begin + i) * num_columns + n] += block[n * kBlockRows + i];
      }
    }
  }
}

}  // namespace faultwave::bench
