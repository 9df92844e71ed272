#include "netlist/netlist.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "base/rng.hpp"
#include "netlist/circuits_fixture.hpp"
#include "netlist/evaluate.hpp"

namespace faultwave::netlist {
namespace {

TEST(Netlist, sorting_shuffled_gates_restores_a_valid_order_and_the_function) {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    const auto original = random_netlist(seed, 100);
    Netlist shuffled = original;
    CounterRng rng(seed, 9);
    for (std::size_t i = shuffled.gates.size() - 1; i > 0; --i) {
      std::swap(shuffled.gates[i], shuffled.gates[rng.below(i + 1)]);
    }
    EXPECT_TRUE(sort_topologically(shuffled).empty());
    shuffled.validate();
    EXPECT_EQ(product_table(shuffled), product_table(original));
  }
}

TEST(Netlist, sorting_keeps_an_order_that_is_already_valid) {
  const auto original = exact_array_multiplier();
  Netlist sorted = original;
  ASSERT_TRUE(sort_topologically(sorted).empty());
  for (std::size_t g = 0; g < sorted.gates.size(); ++g) {
    ASSERT_EQ(sorted.gates[g].out, original.gates[g].out);
  }
}

TEST(Netlist, a_loop_is_returned_in_the_direction_of_the_signal) {
  Netlist netlist = exact_array_multiplier();
  // pp_0_0 reads the sum that it feeds in the end: pp_1_0's half adder is no part of the loop.
  const NetId last = netlist.port_o[15];
  netlist.gates[8].in[0] = last;
  const auto drivers = netlist.drivers();
  const auto loop = sort_topologically(netlist);
  ASSERT_GE(loop.size(), 2u);
  for (std::size_t i = 0; i < loop.size(); ++i) {
    const NetId next = loop[(i + 1) % loop.size()];
    const Gate& gate = netlist.gates[static_cast<std::size_t>(drivers[next])];
    EXPECT_THAT(gate.in, testing::Contains(loop[i]));
  }
}

TEST(Netlist, levels_count_gates_but_neither_buffers_nor_constants) {
  Netlist netlist;
  netlist.name = "chain";
  netlist.nets = {{"A[0]", {}}, {"one", {}}, {"x", {}}, {"y", {}}, {"z", {}}};
  netlist.port_a = {0};
  netlist.gates = {{GateKind::kConst1, {kNoNet, kNoNet, kNoNet}, 1},
                   {GateKind::kXor, {0, 1, kNoNet}, 2},
                   {GateKind::kBuf, {2, kNoNet, kNoNet}, 3},
                   {GateKind::kMux, {0, 1, 3}, 4}};
  netlist.port_o = {4};
  netlist.validate();
  EXPECT_THAT(netlist.levels(), testing::ElementsAre(0, 0, 1, 1, 2));
  EXPECT_EQ(netlist.depth(), 2);
  EXPECT_EQ(netlist.num_gates(), 3);
  EXPECT_THAT(netlist.fanouts(), testing::ElementsAre(2, 2, 1, 1, 1));
  EXPECT_THAT(netlist.drivers(), testing::ElementsAre(-1, 0, 1, 2, 3));
}

TEST(Netlist, names_win_over_aliases) {
  Netlist netlist = exact_array_multiplier();
  netlist.nets[0].aliases.push_back("B[0]");
  EXPECT_EQ(netlist.find("B[0]"), netlist.port_b[0]);
  EXPECT_EQ(netlist.find("O[15]"), netlist.port_o[15]);
  EXPECT_EQ(netlist.find("absent"), kNoNet);
}

TEST(Netlist, validate_finds_every_broken_invariant) {
  const auto broken = [](auto spoil) {
    Netlist netlist = exact_array_multiplier();
    spoil(netlist);
    EXPECT_THROW(netlist.validate(), InternalError);
  };
  exact_array_multiplier().validate();
  broken([](Netlist& n) { n.gates[5].out = n.gates[6].out; });
  broken([](Netlist& n) { n.gates[5].in[0] = kNoNet; });
  broken([](Netlist& n) { std::swap(n.gates.front(), n.gates.back()); });
  broken([](Netlist& n) { n.gates.pop_back(); });
  broken([](Netlist& n) { n.port_o[3] = 100000; });
  broken([](Netlist& n) { n.nets[20].name = n.nets[21].name; });
  broken([](Netlist& n) { n.port_a[1] = n.port_a[0]; });
}

}  // namespace
}  // namespace faultwave::netlist
