#include "fault/locus_table.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "fault/exact_multiplier_fixture.hpp"
#include "netlist/evaluate.hpp"

namespace faultwave::fault {
namespace {

using netlist::FaultKind;

Fault parsed(const netlist::Netlist& multiplier, const std::string& target) {
  return parse_fault(multiplier, "pe[0][0]." + target, PeSpace::array(1, 1));
}

/// Compares a table with `expected(a_code, b_code)` over all operands.
template <typename Expected>
void expect_products(const netlist::ProductTable& table, Expected expected) {
  for (int b = 0; b < 256; ++b) {
    for (int a = 0; a < 256; ++a) ASSERT_EQ(table.at(a, b), expected(a, b)) << a << ' ' << b;
  }
}

TEST(LocusTable, without_faults_is_the_healthy_table) {
  const auto multiplier = exact_multiplier();
  const LocusTable healthy = locus_table(multiplier, {}, true);
  EXPECT_FALSE(healthy.omits_partial_sum_faults);
  expect_products(healthy.table, [](int a, int b) { return a * b; });
}

TEST(LocusTable, weight_and_activation_register_faults_force_bits_of_their_operand) {
  const auto multiplier = exact_multiplier();
  const auto weight = [&](const char* target, bool on_a) {
    return locus_table(multiplier, std::vector{parsed(multiplier, target)}, on_a).table;
  };
  expect_products(weight("weight[6].sa1", true), [](int a, int b) { return (a | 64) * b; });
  expect_products(weight("weight[6].sa1", false), [](int a, int b) { return a * (b | 64); });
  expect_products(weight("weight[0].sa0", true), [](int a, int b) { return (a & 254) * b; });
  expect_products(weight("activation[7].inv", true), [](int a, int b) { return a * (b ^ 128); });
  expect_products(weight("activation[7].inv", false), [](int a, int b) { return (a ^ 128) * b; });
}

TEST(LocusTable, register_faults_come_before_the_faults_of_the_multiplier) {
  const auto multiplier = exact_multiplier();
  const std::vector<Fault> faults = {
      parsed(multiplier, "mult.O[3].sa1"), parsed(multiplier, "weight[2].sa0"),
      parsed(multiplier, "activation[5].sa1"), parsed(multiplier, "mult.pp_7_7.inv")};
  const std::vector<netlist::NetFault> net_faults = {{faults[0].site, faults[0].kind},
                                                     {faults[3].site, faults[3].kind}};
  const auto table = locus_table(multiplier, faults, true).table;
  for (int b = 0; b < 256; b += 3) {
    for (int a = 0; a < 256; ++a) {
      ASSERT_EQ(table.at(a, b),
                netlist::evaluate_scalar(multiplier, static_cast<uint8_t>(a & 0xFB),
                                         static_cast<uint8_t>(b | 0x20), net_faults));
    }
  }
}

TEST(LocusTable, later_faults_of_one_register_bit_act_on_what_earlier_ones_left) {
  const auto multiplier = exact_multiplier();
  const std::vector<Fault> set_then_inverted = {parsed(multiplier, "weight[1].sa1"),
                                                parsed(multiplier, "weight[1].inv")};
  expect_products(locus_table(multiplier, set_then_inverted, true).table,
                  [](int a, int b) { return (a & ~2) * b; });
  const std::vector<Fault> inverted_twice = {parsed(multiplier, "weight[1].inv"),
                                             parsed(multiplier, "weight[1].inv")};
  expect_products(locus_table(multiplier, inverted_twice, true).table,
                  [](int a, int b) { return a * b; });
}

TEST(LocusTable, partial_sum_faults_are_left_out_and_reported) {
  const auto multiplier = exact_multiplier();
  const LocusTable result =
      locus_table(multiplier, std::vector{parsed(multiplier, "psum[4].sa1")}, true);
  EXPECT_TRUE(result.omits_partial_sum_faults);
  expect_products(result.table, [](int a, int b) { return a * b; });
}

TEST(LocusTable, faults_with_a_window_have_no_table) {
  const auto multiplier = exact_multiplier();
  EXPECT_THROW(locus_table(multiplier, std::vector{parsed(multiplier, "weight[1].sa1@0-5")}, true),
               InternalError);
}

}  // namespace
}  // namespace faultwave::fault
