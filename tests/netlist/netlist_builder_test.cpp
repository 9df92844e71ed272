#include "netlist/netlist_builder.hpp"

#include <gtest/gtest.h>

#include "netlist/evaluate.hpp"

namespace faultwave::netlist {
namespace {

/// The builder's netlist with `outputs` on the low bits of O.
Netlist finish_padded(NetlistBuilder& builder, std::vector<NetId> outputs) {
  outputs.resize(16, builder.constant(false));
  return builder.finish(outputs, false);
}

TEST(NetlistBuilder, ports_are_named_bits_least_significant_first) {
  NetlistBuilder builder("ports");
  const auto netlist = finish_padded(builder, {builder.a(3), builder.b(7)});
  EXPECT_EQ(netlist.name, "ports");
  ASSERT_TRUE(netlist.is_multiplier_8x8());
  for (std::size_t bit = 0; bit < 8; ++bit) {
    EXPECT_EQ(netlist.nets[netlist.port_a[bit]].name, fmt::format("A[{}]", bit));
    EXPECT_EQ(netlist.nets[netlist.port_b[bit]].name, fmt::format("B[{}]", bit));
  }
  EXPECT_EQ(netlist.find("O[0]"), netlist.port_a[3]);
  EXPECT_EQ(netlist.find("O[1]"), netlist.port_b[7]);
  EXPECT_EQ(evaluate_scalar(netlist, 0x08, 0x00), 1);
  EXPECT_EQ(evaluate_scalar(netlist, 0xF7, 0x80), 2);
}

TEST(NetlistBuilder, adders_add_for_all_inputs) {
  NetlistBuilder builder("adders");
  const auto half = builder.half_adder(builder.a(0), builder.a(1), "ha");
  const auto full = builder.full_adder(builder.a(0), builder.a(1), builder.a(2), "fa");
  const auto netlist = finish_padded(builder, {half.sum, half.carry, full.sum, full.carry});
  for (int bits = 0; bits < 8; ++bits) {
    const int low = (bits & 1) + ((bits >> 1) & 1);
    const int expected = low | (low + ((bits >> 2) & 1)) << 2;
    EXPECT_EQ(evaluate_scalar(netlist, static_cast<uint8_t>(bits), 0), expected) << bits;
  }
  for (const char* name : {"ha_s", "ha_c", "fa_s", "fa_c"}) {
    EXPECT_NE(netlist.find(name), kNoNet) << name;
  }
}

TEST(NetlistBuilder, every_gate_computes_its_function) {
  struct Case {
    GateKind kind;
    int truth;  // bit a + 2 b
  };
  const std::vector<Case> cases = {{GateKind::kAnd, 0b1000},    {GateKind::kNand, 0b0111},
                                   {GateKind::kOr, 0b1110},     {GateKind::kNor, 0b0001},
                                   {GateKind::kXor, 0b0110},    {GateKind::kXnor, 0b1001},
                                   {GateKind::kAndNot, 0b0010}, {GateKind::kOrNot, 0b1011}};
  NetlistBuilder builder("gates");
  std::vector<NetId> outputs;
  for (const auto& c : cases) outputs.push_back(builder.gate(c.kind, {builder.a(0), builder.b(0)}));
  const auto netlist = finish_padded(builder, outputs);
  for (unsigned pair = 0; pair < 4; ++pair) {
    const auto product = evaluate_scalar(netlist, pair & 1, static_cast<uint8_t>(pair >> 1));
    for (std::size_t i = 0; i < cases.size(); ++i) {
      EXPECT_EQ((product >> i) & 1, (cases[i].truth >> pair) & 1)
          << gate_name(cases[i].kind) << " of pair " << pair;
    }
  }
}

TEST(NetlistBuilder, constants_are_shared) {
  NetlistBuilder builder("constants");
  EXPECT_EQ(builder.constant(true), builder.constant(true));
  EXPECT_NE(builder.constant(true), builder.constant(false));
  const auto netlist = builder.finish(std::vector<NetId>(16, builder.constant(true)), false);
  EXPECT_EQ(netlist.gates.size(), 2u);
  EXPECT_EQ(evaluate_scalar(netlist, 1, 2), 0xFFFF);
}

TEST(NetlistBuilder, unnamed_nets_are_numbered) {
  NetlistBuilder builder("names");
  const NetId named = builder.op_and(builder.a(0), builder.b(0), "first");
  const NetId unnamed = builder.op_or(builder.a(0), builder.b(0));
  const auto netlist = finish_padded(builder, {named, unnamed});
  EXPECT_EQ(netlist.nets[named].name, "first");
  EXPECT_EQ(netlist.nets[unnamed].name, fmt::format("n{}", unnamed));
}

TEST(NetlistBuilder, knows_what_a_not_gate_inverts) {
  NetlistBuilder builder("inverse");
  const NetId x = builder.op_and(builder.a(0), builder.b(0));
  const NetId y = builder.op_not(x);
  EXPECT_EQ(builder.inverse_of(y), x);
  EXPECT_EQ(builder.inverse_of(x), kNoNet);
  EXPECT_EQ(builder.inverse_of(builder.a(0)), kNoNet);
  EXPECT_EQ(builder.inverse_of(builder.b(7)), kNoNet);
}

TEST(NetlistBuilder, wrong_numbers_of_inputs_are_internal_errors) {
  NetlistBuilder builder("wrong");
  EXPECT_THROW(builder.gate(GateKind::kAnd, {builder.a(0)}), InternalError);
  EXPECT_THROW(builder.gate(GateKind::kNot, {builder.a(0), builder.a(1)}), InternalError);
  EXPECT_THROW(builder.gate(GateKind::kMux, {builder.a(0), builder.a(1)}), InternalError);
}

}  // namespace
}  // namespace faultwave::netlist
