// Compiled once per instruction set by Highway's foreach_target.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "bits/column_lookup.cpp"
#include <hwy/foreach_target.h>
//
#include <hwy/highway.h>

#include <algorithm>

#include "bits/column_lookup.hpp"

HWY_BEFORE_NAMESPACE();
namespace faultwave::bits::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

constexpr std::size_t kPairs = kLookupColumns / 2;
constexpr uint16_t kLargest = 0xFFFF;  ///< entry

/// The entries of sixteen columns for one code: word j holds column j in its low and column j + 8
/// in its high half.
using Entries = uint32_t[kPairs];

/// Rows that are transposed and added together; their entries fill a first-level cache.
constexpr std::size_t kTogether = 4;

#if HWY_TARGET == HWY_SCALAR || HWY_HAVE_SCALABLE

void transpose_rows(const ColumnLookup& lookup, Entries* entries) {
  const auto flip = [&](std::size_t c) {
    return uint32_t{kLargest} * (lookup.subtracted >> c & 1);
  };
  for (std::size_t j = 0; j < kPairs; ++j) {
    const uint8_t* low = lookup.rows[j];
    const uint8_t* high = lookup.rows[j + kPairs];
    const uint32_t flips = flip(j) | flip(j + kPairs) << 16;
    for (std::size_t code = 0; code < 256; ++code) {
      entries[code][j] = (low[code] | uint32_t{low[256 + code]} << 8 | uint32_t{high[code]} << 16 |
                          uint32_t{high[256 + code]} << 24) ^
                         flips;
    }
  }
}

#else

/// Bytes of two 16-byte blocks of entries where vectors are that wide, else of one.
using Bytes = hn::CappedTag<uint8_t, 32>;
using Words = hn::CappedTag<uint16_t, 16>;
constexpr std::size_t kBlocks = hn::MaxLanes(Bytes()) / 16;

/// Column at 16-bit position p of the entries.
constexpr std::size_t column_at(std::size_t p) { return p / 2 + kPairs * (p % 2); }

/// 16 bytes of the row at position p and, with two blocks, at position p + 8.
template <class D>
HWY_INLINE hn::Vec<D> load_rows(D d, const ColumnLookup& lookup, std::size_t p, std::size_t byte) {
  const uint8_t* row = lookup.rows[column_at(p)] + byte;
  if constexpr (hn::MaxLanes(D()) == 16) {
    return hn::LoadU(d, row);
  } else {
    const hn::Half<D> half;
    return hn::Combine(d, hn::LoadU(half, lookup.rows[column_at(p + 8)] + byte),
                       hn::LoadU(half, row));
  }
}

/// Transposes 8x8 words in every block; vector i XOR `flip` goes to the entries of code i.
HWY_INLINE void store_transposed(hn::Vec<Words>* x, hn::Vec<Words> flip, std::size_t first_word,
                                 Entries* entries) {
  const Words d;
  const hn::RepartitionToWide<Words> pairs;
  for (int stage = 0; stage < 3; ++stage) {
    hn::Vec<Words> y[8];
    for (std::size_t i = 0; i < 4; ++i) {
      y[2 * i] = hn::InterleaveLower(d, x[i], x[i + 4]);
      y[2 * i + 1] = hn::InterleaveUpper(d, x[i], x[i + 4]);
    }
    std::copy_n(y, 8, x);
  }
  for (std::size_t i = 0; i < 8; ++i) {
    hn::StoreU(hn::BitCast(pairs, hn::Xor(x[i], flip)), pairs, entries[i] + first_word);
  }
}

void transpose_rows(const ColumnLookup& lookup, Entries* entries) {
  const Bytes bytes;
  const Words words;
  alignas(32) uint16_t flips[kLookupColumns];
  for (std::size_t p = 0; p < kLookupColumns; ++p) {
    flips[p] = (lookup.subtracted >> column_at(p) & 1) != 0 ? kLargest : 0;
  }
  for (std::size_t first = 0; first < kLookupColumns; first += 8 * kBlocks) {
    const auto flip = hn::Load(words, flips + first);
    for (std::size_t code = 0; code < 256; code += 16) {
      hn::Vec<Words> lower[8];
      hn::Vec<Words> upper[8];
      for (std::size_t p = 0; p < 8; ++p) {
        const auto low = load_rows(bytes, lookup, first + p, code);
        const auto high = load_rows(bytes, lookup, first + p, 256 + code);
        lower[p] = hn::BitCast(words, hn::InterleaveLower(bytes, low, high));
        upper[p] = hn::BitCast(words, hn::InterleaveUpper(bytes, low, high));
      }
      store_transposed(lower, flip, first / 2, entries + code);
      store_transposed(upper, flip, first / 2, entries + code + 8);
    }
  }
}

#endif

/// A row of sums: columns 0 to 7, then 8 to 15. While entries are added the first half sums whole
/// words; the second half, their upper halves, tells how much is too much.
HWY_INLINE void open_sums(const uint32_t* surplus, std::size_t num_codes, uint32_t* sums) {
  for (std::size_t i = 0; i < num_codes; ++i, sums += kLookupColumns) {
    for (std::size_t j = 0; j < kPairs; ++j) {
      sums[j + kPairs] -= surplus[j + kPairs];
      sums[j] += (sums[j + kPairs] << 16) - surplus[j];
    }
  }
}
HWY_INLINE void close_sums(std::size_t num_codes, uint32_t* sums) {
  for (std::size_t i = 0; i < num_codes; ++i, sums += kLookupColumns) {
    for (std::size_t j = 0; j < kPairs; ++j) sums[j] -= sums[j + kPairs] << 16;
  }
}

template <std::size_t kTables>
void add_entries(const ColumnLookup* lookups, const Entries (*entries)[256], std::size_t num_codes,
                 uint32_t* sums) {
  const hn::CappedTag<uint32_t, kPairs> d;
  const uint8_t* codes[kTables];
  for (std::size_t t = 0; t < kTables; ++t) codes[t] = lookups[t].codes;
  for (std::size_t i = 0; i < num_codes; ++i, sums += kLookupColumns) {
    for (std::size_t j = 0; j < kPairs; j += hn::MaxLanes(d)) {
      auto whole = hn::LoadU(d, sums + j);
      auto upper = hn::LoadU(d, sums + kPairs + j);
      for (std::size_t t = 0; t < kTables; ++t) {
        const auto words = hn::LoadU(d, entries[t][codes[t][i]] + j);
        whole = hn::Add(whole, words);
        upper = hn::Add(upper, hn::ShiftRight<16>(words));
      }
      hn::StoreU(whole, d, sums + j);
      hn::StoreU(upper, d, sums + kPairs + j);
    }
  }
}

template <std::size_t kTables>
void add_together(const ColumnLookup* lookups, std::size_t num_codes, uint32_t* sums) {
  alignas(64) Entries entries[kTables][256];
  for (std::size_t t = 0; t < kTables; ++t) transpose_rows(lookups[t], entries[t]);
  add_entries<kTables>(lookups, entries, num_codes, sums);
}

void add_column_lookups(std::span<const ColumnLookup> lookups, std::size_t num_codes,
                        uint32_t* sums) {
  // An entry to be subtracted is added as 65535 - entry.
  uint32_t surplus[kLookupColumns] = {};
  for (const auto& lookup : lookups) {
    for (std::size_t c = 0; c < kLookupColumns; ++c) {
      surplus[c] += uint32_t{kLargest} * (lookup.subtracted >> c & 1);
    }
  }
  open_sums(surplus, num_codes, sums);
  for (; lookups.size() >= kTogether; lookups = lookups.subspan(kTogether)) {
    add_together<kTogether>(lookups.data(), num_codes, sums);
  }
  for (; !lookups.empty(); lookups = lookups.subspan(1)) {
    add_together<1>(lookups.data(), num_codes, sums);
  }
  close_sums(num_codes, sums);
}

/// A model of both ways, in units of one code more in a long call of add_lookups; fitted to times
/// of 8 to 4,096 codes on AMD Zen 3. With AVX-512 the permutes of add_lookups are preferred.
bool columns_pay([[maybe_unused]] std::size_t num_columns, [[maybe_unused]] std::size_t num_codes) {
#if HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_SSE4 || HWY_TARGET == HWY_SSSE3
  constexpr bool kIsAvx2 = HWY_TARGET == HWY_AVX2;
  const std::size_t one_by_one = (kIsAvx2 ? 4 : 2) * num_codes;
  const std::size_t by_vectors = (kIsAvx2 ? 54 : 28) + num_codes;
  const std::size_t transposition = 1000;
  const std::size_t additions = 5 * num_codes / 2;
  return num_columns * std::min(one_by_one, by_vectors) > transposition + additions;
#else
  return false;
#endif
}

}  // namespace faultwave::bits::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

#include "bits/plane_ops.hpp"

namespace faultwave::bits {
namespace {

HWY_EXPORT(add_column_lookups);
HWY_EXPORT(columns_pay);

}  // namespace

void add_column_lookups(std::span<const ColumnLookup> lookups, std::size_t num_codes,
                        uint32_t* sums) {
  apply_simd_environment();
  HWY_DYNAMIC_DISPATCH(add_column_lookups)(lookups, num_codes, sums);
}

bool columns_pay(std::size_t num_columns, std::size_t num_codes) {
  apply_simd_environment();
  return HWY_DYNAMIC_DISPATCH(columns_pay)(num_columns, num_codes);
}

}  // namespace faultwave::bits
#endif  // HWY_ONCE
