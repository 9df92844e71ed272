#include "bits/column_lookup.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "base/file.hpp"
#include "base/rng.hpp"
#include "bits/plane_ops.hpp"

namespace faultwave::bits {
namespace {

uint64_t test_seed() { return std::stoull(environment("FAULTWAVE_TEST_SEED", "1")); }

std::vector<uint8_t> random_bytes(CounterRng& rng, std::size_t size) {
  std::vector<uint8_t> bytes(size);
  for (auto& byte : bytes) byte = static_cast<uint8_t>(rng.below(256));
  return bytes;
}

/// The definition: one entry at a time.
void add_one_by_one(const std::vector<ColumnLookup>& lookups, std::size_t num_codes,
                    uint32_t* sums) {
  for (const auto& lookup : lookups) {
    for (std::size_t i = 0; i < num_codes; ++i) {
      for (std::size_t c = 0; c < kLookupColumns; ++c) {
        const uint8_t* entry = lookup.rows[c] + lookup.codes[i];
        const uint32_t value = entry[0] + 256u * entry[256];
        sums[kLookupColumns * i + c] += (lookup.subtracted >> c & 1) != 0 ? 0u - value : value;
      }
    }
  }
}

/// Runs every test once per instruction set of this machine.
class EveryColumnLevel : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    force_simd_level(GetParam());
    ASSERT_EQ(simd_level(), GetParam());
  }
  void TearDown() override { force_simd_level(""); }
};

TEST_P(EveryColumnLevel, finds_every_entry_of_every_column_added_and_subtracted) {
  CounterRng rng(test_seed(), 1);
  const auto rows = random_bytes(rng, kLookupColumns * kLookupRowBytes);
  std::vector<uint8_t> codes(256);
  for (std::size_t i = 0; i < 256; ++i) codes[i] = static_cast<uint8_t>(i);
  for (std::size_t negative = 0; negative <= kLookupColumns; ++negative) {
    std::vector<ColumnLookup> lookups(1);
    for (std::size_t c = 0; c < kLookupColumns; ++c) {
      lookups[0].rows[c] = rows.data() + kLookupRowBytes * c;
    }
    lookups[0].codes = codes.data();
    lookups[0].subtracted = static_cast<uint16_t>(1u << negative);  // the last round: none
    std::vector<uint32_t> sums(256 * kLookupColumns, 7);
    auto expected = sums;
    add_column_lookups(lookups, 256, sums.data());
    add_one_by_one(lookups, 256, expected.data());
    ASSERT_EQ(sums, expected) << negative;
  }
}

TEST_P(EveryColumnLevel, sums_equal_a_scalar_loop_for_any_length_and_count) {
  SCOPED_TRACE(test_seed());
  CounterRng rng(test_seed(), 2);
  const auto table = random_bytes(rng, kLookupTableBytes);
  for (int round = 0; round < 60; ++round) {
    const std::size_t num_codes = rng.below(round % 10 == 0 ? 1500 : 70);
    const auto codes = random_bytes(rng, num_codes + 100);
    std::vector<ColumnLookup> lookups(rng.below(40));
    for (auto& lookup : lookups) {
      for (auto& row : lookup.rows) row = table.data() + kLookupRowBytes * rng.below(256);
      lookup.codes = codes.data() + rng.below(100);
      if (rng.below(2) == 0) lookup.subtracted = static_cast<uint16_t>(rng.below(65536));
    }
    std::vector<uint32_t> sums(num_codes * kLookupColumns + 1);
    for (auto& value : sums) value = static_cast<uint32_t>(rng.next());
    auto expected = sums;
    add_column_lookups(lookups, num_codes, sums.data());
    add_one_by_one(lookups, num_codes, expected.data());
    ASSERT_EQ(sums, expected) << num_codes << " codes, " << lookups.size() << " look-ups";
  }
}

TEST_P(EveryColumnLevel, does_not_overflow_when_all_entries_are_the_largest) {
  const std::vector<uint8_t> row(kLookupRowBytes, 255);
  const std::vector<uint8_t> codes(3, 255);
  for (const std::size_t num_lookups : {255, 256, 257, 70000}) {
    ColumnLookup lookup;
    std::fill_n(lookup.rows, kLookupColumns, row.data());
    lookup.codes = codes.data();
    lookup.subtracted = 0xFF00;
    std::vector<uint32_t> sums(3 * kLookupColumns);
    add_column_lookups(std::vector<ColumnLookup>(num_lookups, lookup), 3, sums.data());
    const auto total = static_cast<uint32_t>(65535 * num_lookups);
    for (std::size_t i = 0; i < sums.size(); ++i) {
      ASSERT_EQ(sums[i], i % kLookupColumns < 8 ? total : 0u - total) << i;
    }
  }
}

TEST_P(EveryColumnLevel, more_columns_pay_when_fewer_do) {
  for (std::size_t columns = 1; columns <= kLookupColumns; ++columns) {
    for (std::size_t codes = 0; codes < 3000; codes += 7) {
      if (!columns_pay(columns, codes)) continue;
      EXPECT_TRUE(columns_pay(std::min(columns + 1, kLookupColumns), codes));
    }
  }
  EXPECT_FALSE(columns_pay(1, 1'000'000));
  EXPECT_FALSE(columns_pay(kLookupColumns, 8));
}

INSTANTIATE_TEST_SUITE_P(Levels, EveryColumnLevel, testing::ValuesIn(simd_levels()),
                         [](const auto& level) { return level.param; });

}  // namespace
}  // namespace faultwave::bits
