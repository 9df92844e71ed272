#include "netlist/metrics.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace faultwave::netlist {
namespace {

TEST(Metrics, exact_tables_have_no_error) {
  for (const bool is_signed : {false, true}) {
    const auto metrics = error_metrics(exact_table(is_signed));
    EXPECT_EQ(metrics.mae, 0);
    EXPECT_EQ(metrics.wce, 0);
    EXPECT_EQ(metrics.ep_percent, 0);
    EXPECT_EQ(metrics.mse, 0);
    EXPECT_EQ(metrics.mre_percent, 0);
    EXPECT_EQ(metrics.mean_error, 0);
  }
}

TEST(Metrics, one_wrong_product_counts_by_definition) {
  auto table = exact_table(false);
  table.raw[10 + 256 * 20] = 200 + 32;
  auto metrics = error_metrics(table);
  EXPECT_DOUBLE_EQ(metrics.mae, 32.0 / 65536);
  EXPECT_EQ(metrics.wce, 32);
  EXPECT_DOUBLE_EQ(metrics.ep_percent, 100.0 / 65536);
  EXPECT_DOUBLE_EQ(metrics.mse, 1024.0 / 65536);
  EXPECT_DOUBLE_EQ(metrics.mre_percent, 100.0 * 32 / 200 / 65536);
  EXPECT_DOUBLE_EQ(metrics.mean_error, 32.0 / 65536);
  // A product of zero divides by 1.
  table = exact_table(false);
  table.raw[0] = 3;
  EXPECT_DOUBLE_EQ(error_metrics(table).mre_percent, 300.0 / 65536);
}

TEST(Metrics, signed_products_wrap_in_twos_complement) {
  auto table = exact_table(true);
  EXPECT_EQ(table.at(0x80, 0x80), 16384);
  EXPECT_EQ(table.at(0xFF, 0x7F), -127);
  table.raw[0xFF + 256 * 0x7F] = static_cast<uint16_t>(-130);
  const auto metrics = error_metrics(table);
  EXPECT_EQ(metrics.wce, 3);
  EXPECT_DOUBLE_EQ(metrics.mean_error, -3.0 / 65536);
  EXPECT_DOUBLE_EQ(metrics.mre_percent, 100.0 * 3 / 127 / 65536);
}

TEST(Metrics, reference_table_replaces_the_exact_products) {
  auto table = exact_table(false);
  table.raw[5] = 9;
  EXPECT_EQ(error_metrics(table, table).wce, 0);
  EXPECT_EQ(error_metrics(exact_table(false), table).mean_error, -9.0 / 65536);
}

TEST(ProductTable, hash_of_the_exact_table_is_the_published_one) {
  EXPECT_EQ(exact_table(false).sha256(),
            "0c6fd3441f139fb52cb64129eeb8b9cf866d6d095563d74639bd7459d183a8c1");
}

}  // namespace
}  // namespace faultwave::netlist
