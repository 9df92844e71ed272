// Compiled once per instruction set by Highway's foreach_target.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "bits/table_lookup.cpp"
#include <hwy/foreach_target.h>
//
#include <hwy/cache_control.h>
#include <hwy/highway.h>

#include <algorithm>

#include "bits/table_lookup.hpp"

#if HWY_ARCH_X86
#include <immintrin.h>
#endif

HWY_BEFORE_NAMESPACE();
namespace faultwave::bits::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

/// What all look-ups of a call share.
struct Source {
  const uint8_t* const* tables;
  const uint8_t* const* code_rows;
  std::size_t first_code;

  const uint8_t* row(const Lookup& lookup) const {
    return tables[lookup.table] + kLookupRowBytes * lookup.row;
  }
  const uint8_t* code_row(const Lookup& lookup) const {
    return code_rows[lookup.code_row] + first_code;
  }
  /// Rows of many tables come from the third-level cache, in no order that hardware foresees.
  HWY_INLINE void prefetch(std::span<const Lookup> lookups, std::size_t current) const {
    constexpr std::size_t kDistance = 8;
    if (current + kDistance >= lookups.size()) return;
    const uint8_t* ahead = row(lookups[current + kDistance]);
    for (std::size_t byte = 0; byte < kLookupRowBytes; byte += 64) hwy::Prefetch(ahead + byte);
  }
};

/// Sums of bytes in 16-bit lanes. A word w holds the bytes of two codes: `both` adds w, `odd` adds
/// w >> 8, and modulo 2^16 the even codes' sum is both - 256 * odd. 256 bytes fit.
constexpr std::size_t kMaxByteSums = 256;

template <class V>
struct ByteSums {
  V both;
  V odd;
  HWY_INLINE void add(V words) {
    both = hn::Add(both, words);
    odd = hn::Add(odd, hn::ShiftRight<8>(words));
  }
  HWY_INLINE V even() const { return hn::Sub(both, hn::ShiftLeft<8>(odd)); }
};

/// sums[i] += or -= low[i] + 256 * high[i] for the codes of one vector.
template <class D, class V>
HWY_INLINE void flush(D d, const ByteSums<V>& low, const ByteSums<V>& high, LookupSign sign,
                      uint32_t* sums) {
  constexpr std::size_t kWords = hn::MaxLanes(D());
  alignas(64) uint16_t parts[4][kWords];
  hn::Store(low.even(), d, parts[0]);
  hn::Store(low.odd, d, parts[1]);
  hn::Store(high.even(), d, parts[2]);
  hn::Store(high.odd, d, parts[3]);
  const uint32_t flip = sign == LookupSign::kAdd ? 0 : ~0u;  // -x = ~x + 1
  for (std::size_t i = 0; i < kWords; ++i) {
    const uint32_t even = parts[0][i] + (uint32_t{parts[2][i]} << 8);
    const uint32_t odd = parts[1][i] + (uint32_t{parts[3][i]} << 8);
    sums[2 * i] += (even ^ flip) - flip;
    sums[2 * i + 1] += (odd ^ flip) - flip;
  }
}

// Every instruction set defines
//   kStep                         codes of one vector
//   kBlock                        vectors that share the loads of a row
//   kFew                          up to here, one code at a time is faster than a vector
//   add_block<kVectors>(...)      kVectors * kStep codes

#if HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX3_DL
constexpr std::size_t kStep = 64;
constexpr std::size_t kBlock = 4;
constexpr std::size_t kFew = 7;

/// 64 of 256 bytes. A masked-off byte of vpermi2b keeps its index: the first permute answers the
/// codes below 128 and leaves the others' codes in place for the second.
HWY_INLINE __m512i lookup_256(const __m512i* table, __m512i codes, __mmask64 is_upper) {
  const __m512i lower = _mm512_mask2_permutex2var_epi8(table[0], codes, ~is_upper, table[1]);
  return _mm512_mask2_permutex2var_epi8(table[2], lower, is_upper, table[3]);
}

template <std::size_t kVectors>
void add_block(const Source& source, std::span<const Lookup> lookups, LookupSign sign,
               uint32_t* sums) {
  const hn::FixedTag<uint16_t, 32> d;
  using Sums = ByteSums<hn::Vec<decltype(d)>>;
  while (!lookups.empty()) {
    const auto now = lookups.first(std::min(lookups.size(), kMaxByteSums));
    lookups = lookups.subspan(now.size());
    Sums low[kVectors];
    Sums high[kVectors];
    for (std::size_t v = 0; v < kVectors; ++v) {
      low[v] = high[v] = Sums{hn::Zero(d), hn::Zero(d)};
    }
    for (std::size_t l = 0; l < now.size(); ++l) {
      source.prefetch(now, l);
      const uint8_t* row = source.row(now[l]);
      const uint8_t* code_row = source.code_row(now[l]);
      __m512i table[8];
      for (int part = 0; part < 8; ++part) table[part] = _mm512_loadu_si512(row + 64 * part);
      for (std::size_t v = 0; v < kVectors; ++v) {
        const __m512i codes = _mm512_loadu_si512(code_row + kStep * v);
        const __mmask64 is_upper = _mm512_movepi8_mask(codes);
        low[v].add(decltype(low[v].both){lookup_256(table, codes, is_upper)});
        high[v].add(decltype(high[v].both){lookup_256(table + 4, codes, is_upper)});
      }
    }
    for (std::size_t v = 0; v < kVectors; ++v) flush(d, low[v], high[v], sign, sums + kStep * v);
  }
}

#elif HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX3
constexpr std::size_t kStep = 64;
constexpr std::size_t kBlock = 4;
constexpr std::size_t kFew = 15;

/// 32 of 256 words: four permutes of 64 words each, selected by the codes' top bits.
HWY_INLINE __m512i lookup_256(const __m512i* table, __m512i codes) {
  const __mmask32 bit6 = _mm512_test_epi16_mask(codes, _mm512_set1_epi16(0x40));
  const __mmask32 bit7 = _mm512_test_epi16_mask(codes, _mm512_set1_epi16(0x80));
  const __m512i q0 = _mm512_permutex2var_epi16(table[0], codes, table[1]);
  const __m512i q1 = _mm512_permutex2var_epi16(table[2], codes, table[3]);
  const __m512i q2 = _mm512_permutex2var_epi16(table[4], codes, table[5]);
  const __m512i q3 = _mm512_permutex2var_epi16(table[6], codes, table[7]);
  return _mm512_mask_blend_epi16(bit7, _mm512_mask_blend_epi16(bit6, q0, q1),
                                 _mm512_mask_blend_epi16(bit6, q2, q3));
}

/// Words are summed in 32-bit lanes as ByteSums does with bytes in 16 bits: modulo 2^32 no count
/// is too large.
template <std::size_t kVectors>
void add_block(const Source& source, std::span<const Lookup> lookups, LookupSign sign,
               uint32_t* sums) {
  constexpr std::size_t kHalves = 2 * kVectors;
  constexpr __mmask16 kAllLanes = 0xFFFF;  // g++ 12 warns about the unmasked shifts (bug 105593)
  __m512i both[kHalves];
  __m512i odd[kHalves];
  for (std::size_t h = 0; h < kHalves; ++h) both[h] = odd[h] = _mm512_setzero_si512();
  for (std::size_t l = 0; l < lookups.size(); ++l) {
    source.prefetch(lookups, l);
    const uint8_t* row = source.row(lookups[l]);
    const uint8_t* code_row = source.code_row(lookups[l]);
    __m512i table[8];
    for (int part = 0; part < 8; ++part) {
      const auto bytes = [&](int offset) {
        return _mm512_cvtepu8_epi16(
            _mm256_loadu_si256(reinterpret_cast<const __m256i*>(row + offset + 32 * part)));
      };
      table[part] = _mm512_or_si512(bytes(0), _mm512_slli_epi16(bytes(256), 8));
    }
    for (std::size_t h = 0; h < kHalves; ++h) {
      const __m512i codes = _mm512_cvtepu8_epi16(
          _mm256_loadu_si256(reinterpret_cast<const __m256i*>(code_row + 32 * h)));
      const __m512i words = lookup_256(table, codes);
      both[h] = _mm512_add_epi32(both[h], words);
      odd[h] = _mm512_add_epi32(odd[h], _mm512_maskz_srli_epi32(kAllLanes, words, 16));
    }
  }
  const uint32_t flip = sign == LookupSign::kAdd ? 0 : ~0u;
  for (std::size_t h = 0; h < kHalves; ++h) {
    alignas(64) uint32_t parts[2][16];
    _mm512_store_si512(parts[0],
                       _mm512_sub_epi32(both[h], _mm512_maskz_slli_epi32(kAllLanes, odd[h], 16)));
    _mm512_store_si512(parts[1], odd[h]);
    for (std::size_t i = 0; i < 16; ++i) {
      sums[32 * h + 2 * i] += (parts[0][i] ^ flip) - flip;
      sums[32 * h + 2 * i + 1] += (parts[1][i] ^ flip) - flip;
    }
  }
}

#elif HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX2
constexpr std::size_t kStep = 64;
constexpr std::size_t kBlock = 4;
constexpr std::size_t kFew = 42;

/// A row in pieces of 16 low and 16 high bytes: what a shuffle of 16-byte halves can look up.
constexpr std::size_t kPieces = 16;
constexpr std::size_t kPieceBytes = 32;
using Bytes = hn::FixedTag<uint8_t, 32>;
using SignedBytes = hn::FixedTag<int8_t, 32>;

/// Writes piece i XOR piece i - 1, for the codes below 128 and those from there on apart.
HWY_INLINE void difference_pieces(const uint8_t* row, uint8_t* pieces) {
  const Bytes d;
  const hn::Half<Bytes> half;
  auto before = hn::Zero(d);
  for (std::size_t i = 0; i < kPieces; ++i) {
    if (i == kPieces / 2) before = hn::Zero(d);
    const auto piece =
        hn::Combine(d, hn::LoadU(half, row + 256 + 16 * i), hn::LoadU(half, row + 16 * i));
    hn::Store(hn::Xor(piece, before), d, pieces + kPieceBytes * i);
    before = piece;
  }
}

/// kCount vectors of codes in the pieces of one half, from 0 or from 128. A shuffle answers 0 to a
/// negative index and else looks at its low four bits. With index code - 16 i the pieces up to
/// code / 16 answer, and as they are differences their answers' XOR is the entry. Codes of the
/// other half are held at an index that stays negative.
template <std::size_t kCount, class V>
HWY_INLINE void lookup_128(const uint8_t* pieces, const uint8_t* codes, uint8_t first, V* low,
                           V* high) {
  const Bytes d;
  const SignedBytes s;
  hn::Vec<SignedBytes> index[kCount];
  for (std::size_t v = 0; v < kCount; ++v) {
    const auto own = hn::Xor(hn::LoadU(d, codes + 32 * v), hn::Set(d, first));
    index[v] = hn::Max(hn::BitCast(s, own), hn::Set(s, -1));
  }
  // Unrolled, g++ keeps more indices than there are registers.
#pragma GCC unroll 1
  for (std::size_t i = 0; i < kPieces / 2; ++i, pieces += kPieceBytes) {
    const auto low_piece = hn::LoadDup128(d, pieces);
    const auto high_piece = hn::LoadDup128(d, pieces + 16);
    for (std::size_t v = 0; v < kCount; ++v) {
      const auto own = hn::BitCast(d, index[v]);
      low[v] = hn::Xor(low[v], hn::TableLookupBytesOr0(low_piece, own));
      high[v] = hn::Xor(high[v], hn::TableLookupBytesOr0(high_piece, own));
      index[v] = hn::Add(index[v], hn::Set(s, -16));
    }
  }
}

template <std::size_t kVectors>
void add_block(const Source& source, std::span<const Lookup> lookups, LookupSign sign,
               uint32_t* sums) {
  const hn::FixedTag<uint16_t, 16> d;
  using Sums = ByteSums<hn::Vec<decltype(d)>>;
  constexpr std::size_t kHalves = 2 * kVectors;  // of 32 codes
  constexpr std::size_t kCount = std::min<std::size_t>(kHalves, 4);
  alignas(32) uint8_t pieces[kPieces * kPieceBytes];
  while (!lookups.empty()) {
    const auto now = lookups.first(std::min(lookups.size(), kMaxByteSums));
    lookups = lookups.subspan(now.size());
    Sums low[kHalves];
    Sums high[kHalves];
    for (std::size_t h = 0; h < kHalves; ++h) {
      low[h] = high[h] = Sums{hn::Zero(d), hn::Zero(d)};
    }
    for (std::size_t l = 0; l < now.size(); ++l) {
      source.prefetch(now, l);
      difference_pieces(source.row(now[l]), pieces);
      const uint8_t* code_row = source.code_row(now[l]);
      for (std::size_t h = 0; h < kHalves; h += kCount) {
        hn::Vec<Bytes> low_bytes[kCount];
        hn::Vec<Bytes> high_bytes[kCount];
        std::fill_n(low_bytes, kCount, hn::Zero(Bytes()));
        std::fill_n(high_bytes, kCount, hn::Zero(Bytes()));
        lookup_128<kCount>(pieces, code_row + 32 * h, 0, low_bytes, high_bytes);
        lookup_128<kCount>(pieces + sizeof(pieces) / 2, code_row + 32 * h, 128, low_bytes,
                           high_bytes);
        for (std::size_t v = 0; v < kCount; ++v) {
          low[h + v].add(hn::BitCast(d, low_bytes[v]));
          high[h + v].add(hn::BitCast(d, high_bytes[v]));
        }
      }
    }
    for (std::size_t h = 0; h < kHalves; ++h) flush(d, low[h], high[h], sign, sums + 32 * h);
  }
}

#else
constexpr std::size_t kStep = 64;
constexpr std::size_t kBlock = 4;
constexpr std::size_t kFew = 63;

/// Without wide byte permutes loads are the fastest look-ups: four rows at a time, put back
/// together as 16-bit entries.
template <std::size_t kVectors>
void add_block(const Source& source, std::span<const Lookup> lookups, LookupSign sign,
               uint32_t* sums) {
  constexpr std::size_t kRows = 4;
  constexpr std::size_t kCodes = kVectors * kStep;
  uint16_t entries[kRows][256];
  uint32_t totals[kCodes] = {};
  const uint8_t* code_rows[kRows];
  const auto prepare = [&](std::size_t slot, const Lookup& lookup) {
    const uint8_t* row = source.row(lookup);
    for (std::size_t i = 0; i < 256; ++i) {
      entries[slot][i] = static_cast<uint16_t>(row[i] | row[256 + i] << 8);
    }
    code_rows[slot] = source.code_row(lookup);
  };
  for (; lookups.size() >= kRows; lookups = lookups.subspan(kRows)) {
    for (std::size_t slot = 0; slot < kRows; ++slot) {
      source.prefetch(lookups, slot);
      prepare(slot, lookups[slot]);
    }
    for (std::size_t i = 0; i < kCodes; ++i) {
      totals[i] += uint32_t{entries[0][code_rows[0][i]]} + entries[1][code_rows[1][i]] +
                   entries[2][code_rows[2][i]] + entries[3][code_rows[3][i]];
    }
  }
  for (const Lookup& lookup : lookups) {
    prepare(0, lookup);
    for (std::size_t i = 0; i < kCodes; ++i) totals[i] += entries[0][code_rows[0][i]];
  }
  for (std::size_t i = 0; i < kCodes; ++i) {
    sums[i] += sign == LookupSign::kAdd ? totals[i] : 0u - totals[i];
  }
}
#endif

/// A handful of codes, one at a time. Entries of a row are read together: rows come from afar.
void add_few(const Source& source, std::span<const Lookup> lookups, std::size_t num_codes,
             LookupSign sign, uint32_t* sums) {
  uint32_t totals[kFew] = {};
  for (const Lookup& lookup : lookups) {
    const uint8_t* row = source.row(lookup);
    const uint8_t* code_row = source.code_row(lookup);
    for (std::size_t i = 0; i < num_codes; ++i) {
      totals[i] += static_cast<uint32_t>(row[code_row[i]] | row[256 + code_row[i]] << 8);
    }
  }
  for (std::size_t i = 0; i < num_codes; ++i) {
    sums[i] += sign == LookupSign::kAdd ? totals[i] : 0u - totals[i];
  }
}

void add_lookups(const uint8_t* const* tables, std::span<const Lookup> lookups,
                 const uint8_t* const* code_rows, std::size_t first_code, std::size_t num_codes,
                 LookupSign sign, uint32_t* sums) {
  constexpr std::size_t kBlockCodes = kBlock * kStep;
  Source source{tables, code_rows, first_code};
  const auto advance = [&](std::size_t count) {
    source.first_code += count;
    sums += count;
    num_codes -= count;
  };
  for (; num_codes >= kBlockCodes; advance(kBlockCodes)) {
    add_block<kBlock>(source, lookups, sign, sums);
  }
  for (; num_codes >= 2 * kStep; advance(2 * kStep)) add_block<2>(source, lookups, sign, sums);
  for (; num_codes >= kStep; advance(kStep)) add_block<1>(source, lookups, sign, sums);
  if (num_codes == 0) return;
  if (num_codes <= kFew) return add_few(source, lookups, num_codes, sign, sums);
  uint32_t padded[kStep];
  std::fill_n(padded, kStep, 0);
  add_block<1>(source, lookups, sign, padded);
  for (std::size_t i = 0; i < num_codes; ++i) sums[i] += padded[i];
}

}  // namespace faultwave::bits::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

#include "bits/plane_ops.hpp"

namespace faultwave::bits {
namespace {

HWY_EXPORT(add_lookups);

}  // namespace

void add_lookups(const uint8_t* const* tables, std::span<const Lookup> lookups,
                 const uint8_t* const* code_rows, std::size_t first_code, std::size_t num_codes,
                 LookupSign sign, uint32_t* sums) {
  apply_simd_environment();
  HWY_DYNAMIC_DISPATCH(add_lookups)(tables, lookups, code_rows, first_code, num_codes, sign, sums);
}

}  // namespace faultwave::bits
#endif  // HWY_ONCE
