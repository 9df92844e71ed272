#include "netlist/evaluate.hpp"

#include <gtest/gtest.h>

#include "base/rng.hpp"
#include "netlist/circuits_fixture.hpp"
#include "netlist/fault_simulator.hpp"

namespace faultwave::netlist {
namespace {

/// Compares a table with the scalar oracle on `samples` random operand pairs and the corners.
void expect_equals_scalar(const ProductTable& table, const Netlist& netlist,
                          std::span<const NetFault> faults, uint64_t seed, int samples) {
  CounterRng rng(seed, 7);
  for (int i = 0; i < samples; ++i) {
    const auto pair = static_cast<std::size_t>(i < 4 ? i * 21845 : rng.below(65536));
    const auto a = static_cast<uint8_t>(pair % 256);
    const auto b = static_cast<uint8_t>(pair / 256);
    ASSERT_EQ(table.raw[pair], evaluate_scalar(netlist, a, b, faults))
        << "seed " << seed << " A " << int{a} << " B " << int{b};
  }
}

TEST(Evaluate, exact_multiplier_multiplies_for_all_operands) {
  EXPECT_EQ(product_table(exact_array_multiplier()), exact_table(false));
}

TEST(Evaluate, bit_parallel_equals_scalar_on_random_netlists) {
  for (uint64_t seed = 0; seed < 40; ++seed) {
    const auto netlist = random_netlist(seed, 20 + static_cast<int>(seed) * 5);
    expect_equals_scalar(product_table(netlist), netlist, {}, seed, 300);
  }
}

TEST(Evaluate, bit_parallel_equals_scalar_for_random_faults_of_every_kind_and_number) {
  for (uint64_t seed = 0; seed < 120; ++seed) {
    const auto netlist = random_netlist(seed, 80);
    const auto faults = random_faults(netlist, seed, 1 + static_cast<int>(seed % 6));
    const auto table = product_table(netlist, faults);
    expect_equals_scalar(table, netlist, faults, seed, 120);
  }
}

TEST(Evaluate, one_faulty_table_equals_scalar_for_all_operands) {
  const auto netlist = random_netlist(5, 120);
  const auto faults = random_faults(netlist, 5, 3);
  const auto table = product_table(netlist, faults);
  for (int pair = 0; pair < ProductTable::kSize; ++pair) {
    ASSERT_EQ(table.raw[static_cast<std::size_t>(pair)],
              evaluate_scalar(netlist, static_cast<uint8_t>(pair % 256),
                              static_cast<uint8_t>(pair / 256), faults));
  }
}

TEST(FaultSimulator, a_simulation_leaves_nothing_behind_for_the_next) {
  const auto netlist = exact_array_multiplier();
  FaultSimulator simulator(netlist);
  for (uint64_t seed = 0; seed < 60; ++seed) {
    const auto faults = random_faults(netlist, seed, 1 + static_cast<int>(seed % 3));
    simulator.simulate(faults);
    ASSERT_EQ(simulator.table(), product_table(netlist, faults)) << "seed " << seed;
  }
  simulator.simulate({});
  EXPECT_EQ(simulator.table(), exact_table(false));
  EXPECT_EQ(simulator.changed_outputs(), 0);
}

TEST(FaultSimulator, changed_outputs_are_the_output_bits_that_differ_in_the_table) {
  const auto netlist = exact_array_multiplier();
  FaultSimulator simulator(netlist);
  const auto golden = simulator.golden_table();
  for (const auto& fault : random_faults(netlist, 3, 100)) {
    simulator.simulate({&fault, 1});
    const auto table = simulator.table();
    unsigned changed = 0;
    for (std::size_t i = 0; i < golden.raw.size(); ++i) changed |= golden.raw[i] ^ table.raw[i];
    ASSERT_EQ(simulator.changed_outputs(), changed) << fault_name(netlist, fault);
  }
}

TEST(FaultSimulator, stuck_input_port_equals_operands_with_that_bit_forced) {
  const auto netlist = exact_array_multiplier();
  const NetFault fault{{netlist.port_a[6], -1, -1}, FaultKind::kStuckAt1};
  const auto table = product_table(netlist, {&fault, 1});
  for (int b = 0; b < 256; ++b) {
    for (int a = 0; a < 256; ++a) ASSERT_EQ(table.at(a, b), (a | 64) * b);
  }
}

TEST(FaultSimulator, refuses_other_widths) {
  Netlist narrow = exact_array_multiplier();
  narrow.port_o.pop_back();
  EXPECT_THROW(FaultSimulator{narrow}, InternalError);
}

}  // namespace
}  // namespace faultwave::netlist
