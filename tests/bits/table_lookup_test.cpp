#include "bits/table_lookup.hpp"

#include <gmock/gmock.h>
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

uint32_t entry(const uint8_t* table, int row, int code) {
  const uint8_t* bytes = table + kLookupRowBytes * static_cast<std::size_t>(row) + code;
  return bytes[0] + 256u * bytes[256];
}

/// Runs every test once per instruction set of this machine.
class EveryLookupLevel : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    force_simd_level(GetParam());
    ASSERT_EQ(simd_level(), GetParam());
  }
  void TearDown() override { force_simd_level(""); }
};

TEST_P(EveryLookupLevel, finds_every_entry_of_a_table_added_and_subtracted) {
  CounterRng rng(test_seed(), 1);
  const auto table = random_bytes(rng, kLookupTableBytes);
  const uint8_t* tables[] = {table.data()};
  std::vector<uint8_t> codes(256 + kLookupPadding);
  for (std::size_t i = 0; i < 256; ++i) codes[i] = static_cast<uint8_t>(i);
  const uint8_t* code_rows[] = {codes.data()};
  for (int row = 0; row < 256; ++row) {
    const Lookup lookups[] = {{0, 0, static_cast<uint16_t>(row)}};
    std::vector<uint32_t> added(256, 7);
    std::vector<uint32_t> subtracted(256, 7);
    add_lookups(tables, lookups, code_rows, 0, 256, LookupSign::kAdd, added.data());
    add_lookups(tables, lookups, code_rows, 0, 256, LookupSign::kSubtract, subtracted.data());
    for (int code = 0; code < 256; ++code) {
      const auto i = static_cast<std::size_t>(code);
      ASSERT_EQ(added[i], 7u + entry(table.data(), row, code)) << row << " " << code;
      ASSERT_EQ(subtracted[i], 7u - entry(table.data(), row, code)) << row << " " << code;
    }
  }
}

TEST_P(EveryLookupLevel, sums_equal_a_scalar_loop_for_any_length_and_count) {
  SCOPED_TRACE(test_seed());
  CounterRng rng(test_seed(), 2);
  const auto memory = random_bytes(rng, 3 * kLookupTableBytes);
  const uint8_t* tables[] = {memory.data() + kLookupTableBytes, memory.data(),
                             memory.data() + 2 * kLookupTableBytes};
  for (std::size_t num_codes = 0; num_codes < 600; num_codes += 1 + rng.below(9)) {
    const std::size_t stride = num_codes + kLookupPadding + rng.below(5);
    const std::size_t num_code_rows = 1 + rng.below(20);
    const auto codes = random_bytes(rng, num_code_rows * stride);
    const std::size_t first_code = rng.below(num_codes / 2 + 1);
    std::vector<const uint8_t*> code_rows;
    for (std::size_t row = 0; row < num_code_rows; ++row) {
      code_rows.push_back(codes.data() + row * stride);
    }
    std::vector<Lookup> lookups(rng.below(600));
    for (auto& lookup : lookups) {
      lookup = {static_cast<uint32_t>(rng.below(num_code_rows)),
                static_cast<uint16_t>(rng.below(3)), static_cast<uint16_t>(rng.below(256))};
    }
    const auto sign = rng.below(2) == 0 ? LookupSign::kAdd : LookupSign::kSubtract;
    std::vector<uint32_t> expected(num_codes - first_code + 1);
    for (auto& value : expected) value = static_cast<uint32_t>(rng.next());
    auto sums = expected;
    for (std::size_t i = 0; i < num_codes - first_code; ++i) {
      for (const Lookup& lookup : lookups) {
        const uint32_t value =
            entry(tables[lookup.table], lookup.row, code_rows[lookup.code_row][first_code + i]);
        expected[i] += sign == LookupSign::kAdd ? value : 0u - value;
      }
    }
    add_lookups(tables, lookups, code_rows.data(), first_code, num_codes - first_code, sign,
                sums.data());
    ASSERT_EQ(sums, expected) << num_codes << " codes, " << lookups.size() << " look-ups";
  }
}

TEST_P(EveryLookupLevel, does_not_overflow_when_all_entries_are_the_largest) {
  const std::vector<uint8_t> table(kLookupTableBytes, 255);
  const uint8_t* tables[] = {table.data()};
  for (const std::size_t num_lookups : {255, 256, 257, 512, 1000, 70000}) {
    const std::vector<Lookup> lookups(num_lookups);
    const std::vector<uint8_t> codes(321 + kLookupPadding, 255);
    const uint8_t* code_rows[] = {codes.data()};
    std::vector<uint32_t> sums(321);
    add_lookups(tables, lookups, code_rows, 0, 321, LookupSign::kAdd, sums.data());
    EXPECT_THAT(sums, testing::Each(static_cast<uint32_t>(65535 * num_lookups)));
  }
}

INSTANTIATE_TEST_SUITE_P(Levels, EveryLookupLevel, testing::ValuesIn(simd_levels()),
                         [](const auto& level) { return level.param; });

}  // namespace
}  // namespace faultwave::bits
