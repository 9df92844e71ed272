#include "driver/locus_tables.hpp"

#include <gtest/gtest.h>

#include "netlist/evaluate.hpp"
#include "support/multipliers.hpp"

namespace faultwave::driver {
namespace {

fault::Fault make(const netlist::Netlist& multiplier, const std::string& name) {
  return fault::parse_fault(multiplier, name, 4, 5);
}

TEST(LocusTables, an_array_without_faults_shows_the_healthy_table_everywhere) {
  const auto multiplier = test_support::array_multiplier();
  const auto tables = build_locus_tables(multiplier, {}, 4, 5, true);
  EXPECT_EQ(tables.tables.size(), 1u);
  EXPECT_EQ(tables.tables[0], netlist::product_table(multiplier));
  EXPECT_EQ(tables.num_faulty(), 0);
}

TEST(LocusTables, equal_faults_share_a_table_and_several_faults_of_one_pe_add_up) {
  const auto multiplier = test_support::array_multiplier();
  const auto tables = build_locus_tables(
      multiplier,
      {make(multiplier, "pe[0][0].mult.O[3].sa1"), make(multiplier, "pe[2][4].mult.O[3].sa1"),
       make(multiplier, "pe[1][1].mult.O[3].sa1"), make(multiplier, "pe[1][1].mult.O[4].sa0")},
      4, 5, true);
  EXPECT_EQ(tables.tables.size(), 3u);
  EXPECT_EQ(tables.at(0, 0), tables.at(2, 4));
  EXPECT_NE(tables.at(0, 0), tables.at(1, 1));
  EXPECT_EQ(tables.at(3, 3), 0);
  const std::vector<netlist::NetFault> both = {netlist::parse_net_fault(multiplier, "O[3].sa1"),
                                               netlist::parse_net_fault(multiplier, "O[4].sa0")};
  EXPECT_EQ(tables.tables[tables.at(1, 1)], netlist::product_table(multiplier, both));
}

TEST(LocusTables, an_activation_register_fault_reaches_every_pe_to_its_right) {
  const auto multiplier = test_support::array_multiplier();
  const auto tables =
      build_locus_tables(multiplier, {make(multiplier, "pe[2][3].activation[7].sa1")}, 4, 5, true);
  for (int row = 0; row < 4; ++row) {
    for (int col = 0; col < 5; ++col) {
      EXPECT_EQ(tables.at(row, col) != 0, row == 2 && col >= 3) << row << "," << col;
    }
  }
  const auto& table = tables.tables[tables.at(2, 4)];
  EXPECT_EQ(table.at(3, 5), 3 * (5 | 128));
}

TEST(LocusTables, partial_sums_and_windows_leave_the_tables_alone) {
  const auto multiplier = test_support::array_multiplier();
  const auto tables = build_locus_tables(
      multiplier,
      {make(multiplier, "pe[2][3].psum[7].sa1"), make(multiplier, "pe[0][0].mult.O[3].sa1@5-9")}, 4,
      5, true);
  EXPECT_EQ(tables.num_faulty(), 0);
}

}  // namespace
}  // namespace faultwave::driver
