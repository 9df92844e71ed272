#include "driver/locus_tables.hpp"

#include <gtest/gtest.h>

#include "netlist/evaluate.hpp"
#include "support/multipliers.hpp"

namespace faultwave::driver {
namespace {

const auto kSpace = fault::PeSpace::array(4, 5);

fault::Fault make(const netlist::Netlist& multiplier, const std::string& name) {
  return fault::parse_fault(multiplier, name, kSpace);
}

TEST(LocusTables, an_array_without_faults_shows_the_healthy_table_everywhere) {
  const auto multiplier = test_support::array_multiplier();
  const auto tables = build_locus_tables(multiplier, {}, kSpace, true);
  EXPECT_EQ(tables.tables.size(), 1u);
  EXPECT_EQ(tables.tables[0], netlist::product_table(multiplier));
  EXPECT_TRUE(tables.faulty_pes().empty());
}

TEST(LocusTables, equal_faults_share_a_table_and_several_faults_of_one_pe_add_up) {
  const auto multiplier = test_support::array_multiplier();
  const auto tables = build_locus_tables(
      multiplier,
      {make(multiplier, "pe[0][0].mult.O[3].sa1"), make(multiplier, "pe[2][4].mult.O[3].sa1"),
       make(multiplier, "pe[1][1].mult.O[3].sa1"), make(multiplier, "pe[1][1].mult.O[4].sa0")},
      kSpace, true);
  EXPECT_EQ(tables.tables.size(), 3u);
  EXPECT_EQ(tables.at(0), tables.at(14));
  EXPECT_NE(tables.at(0), tables.at(6));
  EXPECT_EQ(tables.at(18), 0);
  const std::vector<netlist::NetFault> both = {netlist::parse_net_fault(multiplier, "O[3].sa1"),
                                               netlist::parse_net_fault(multiplier, "O[4].sa0")};
  EXPECT_EQ(tables.tables[tables.at(6)], netlist::product_table(multiplier, both));
}

TEST(LocusTables, an_activation_register_fault_reaches_every_pe_to_its_right) {
  const auto multiplier = test_support::array_multiplier();
  const auto tables = build_locus_tables(
      multiplier, {make(multiplier, "pe[2][3].activation[7].sa1")}, kSpace, true);
  for (int row = 0; row < 4; ++row) {
    for (int col = 0; col < 5; ++col) {
      EXPECT_EQ(tables.at(row * 5 + col) != 0, row == 2 && col >= 3) << row << "," << col;
    }
  }
  const auto& table = tables.tables[tables.at(14)];
  EXPECT_EQ(table.at(3, 5), 3 * (5 | 128));
}

TEST(LocusTables, partial_sums_and_windows_leave_the_tables_alone) {
  const auto multiplier = test_support::array_multiplier();
  const auto tables = build_locus_tables(
      multiplier,
      {make(multiplier, "pe[2][3].psum[7].sa1"), make(multiplier, "pe[0][0].mult.O[3].sa1@5-9")},
      kSpace, true);
  EXPECT_TRUE(tables.faulty_pes().empty());
}

}  // namespace
}  // namespace faultwave::driver
