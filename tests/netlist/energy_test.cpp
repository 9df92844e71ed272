#include "netlist/energy.hpp"

#include <gtest/gtest.h>

#include "netlist/circuits_fixture.hpp"
#include "netlist/front_end.hpp"
#include "netlist/netlist_builder.hpp"

namespace faultwave::netlist {
namespace {

/// O = {A[0] through one gate, constants}.
Netlist one_gate(GateKind kind, int copies = 1) {
  NetlistBuilder builder("gate");
  const NetId zero = builder.constant(false);
  std::vector<NetId> outputs(16, zero);
  for (int i = 0; i < copies; ++i) {
    std::vector<NetId> inputs = {builder.a(0), builder.b(0)};
    inputs.resize(static_cast<std::size_t>(num_inputs(kind)));
    outputs[static_cast<std::size_t>(i)] = builder.gate(kind, inputs);
  }
  return builder.finish(outputs, false);
}

TEST(Energy, is_calibrated_on_the_published_exact_multiplier) {
  const auto path = test_data_root() / "evoapprox8b" / "netlists" / "mul8u_1JFF.json";
  if (!std::filesystem::exists(path)) {
    GTEST_SKIP() << "set FAULTWAVE_DATA to a folder that holds evoapprox8b";
  }
  const auto netlist = load_netlist(path);
  EXPECT_NEAR(estimated_energy_pj(netlist), 0.391 * 1.43, 1e-9);
  EXPECT_NEAR(estimated_delay_ns(netlist), 1.43, 1e-9);
}

TEST(Energy, toggle_probability_of_an_and_is_three_eighths_of_a_xors_half) {
  // p(AND) = 1/4: 2 p (1 - p) = 3/8, weight 1.33 + 0.3; p(XOR) = 1/2: 1/2, weight 2 + 0.3.
  EXPECT_NEAR(switching_sum(one_gate(GateKind::kAnd)), 0.375 * 1.63, 1e-12);
  EXPECT_NEAR(switching_sum(one_gate(GateKind::kXor)), 0.5 * 2.3, 1e-12);
}

TEST(Energy, adds_up_over_gates_and_delay_over_levels) {
  EXPECT_NEAR(estimated_energy_pj(one_gate(GateKind::kAnd, 5)),
              5 * estimated_energy_pj(one_gate(GateKind::kAnd)), 1e-12);
  EXPECT_NEAR(path_sum(one_gate(GateKind::kAnd, 5)), path_sum(one_gate(GateKind::kAnd)), 1e-12);
  EXPECT_GT(estimated_delay_ns(exact_array_multiplier()),
            10 * estimated_delay_ns(one_gate(GateKind::kXor)));
}

TEST(Energy, constants_cost_nothing) {
  NetlistBuilder builder("constant");
  const auto netlist = builder.finish(std::vector<NetId>(16, builder.constant(true)), false);
  EXPECT_EQ(estimated_energy_pj(netlist), 0);
  EXPECT_EQ(estimated_delay_ns(netlist), 0);
  EXPECT_EQ(estimated_area_nand2(netlist), 0);
}

}  // namespace
}  // namespace faultwave::netlist
