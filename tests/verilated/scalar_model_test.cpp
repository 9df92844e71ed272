// The scalar model, forced by Verilator itself, against the bit-parallel evaluation.
#include "verilated/scalar_model.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "base/file.hpp"
#include "netlist/evaluate.hpp"
#include "netlist/fault_simulator.hpp"
#include "netlist/validate.hpp"
#include "verilated/lane_check_fixture.hpp"

namespace faultwave::verilated {
namespace {

using netlist::FaultKind;
using netlist::NetFault;

/// Every fault of every kind over all operand pairs.
void expect_agreement(const netlist::Netlist& circuit) {
  const TemporaryDirectory cache("scalar-model");
  ScalarModel model(circuit, cache.path());
  const auto sites = enumerate_sites(circuit);
  ASSERT_EQ(model.num_sites(), static_cast<int>(sites.size()));
  const auto pairs = netlist::all_operand_pairs();
  std::vector<uint16_t> products(pairs.size());
  netlist::FaultSimulator simulator(circuit);
  const auto golden = simulator.golden_table();
  for (std::size_t i = 0; i < sites.size(); ++i) {
    for (const FaultKind kind : {FaultKind::kStuckAt0, FaultKind::kStuckAt1, FaultKind::kInvert}) {
      const NetFault fault{sites[i], kind};
      simulator.simulate({&fault, 1});
      model.products(ForcedSite{static_cast<int>(i), kind}, pairs, products.data());
      ASSERT_EQ(products, simulator.table().raw) << fault_name(circuit, fault);
    }
  }
  // Nothing stays forced.
  model.products(std::nullopt, pairs, products.data());
  EXPECT_EQ(products, golden.raw);
}

TEST(ScalarModel, every_fault_of_every_gate_kind_gives_the_evaluated_products) {
  expect_agreement(every_gate_kind());
}

TEST(ScalarModel, every_fault_of_a_random_circuit_gives_the_evaluated_products) {
  SCOPED_TRACE(fmt::format("FAULTWAVE_TEST_SEED={}", test_seed()));
  expect_agreement(random_circuit(test_seed(), 60));
}

TEST(ScalarModel, is_built_once) {
  const TemporaryDirectory cache("scalar-model");
  const auto circuit = every_gate_kind();
  const auto path = build_scalar_model(circuit, cache.path());
  const auto written = std::filesystem::last_write_time(path);
  EXPECT_EQ(build_scalar_model(circuit, cache.path()), path);
  EXPECT_EQ(std::filesystem::last_write_time(path), written);
  auto other = circuit;
  for (auto& gate : other.gates) {
    if (gate.kind == netlist::GateKind::kNor) gate.kind = netlist::GateKind::kOr;
  }
  EXPECT_NE(build_scalar_model(other, cache.path()), path);
}

TEST(ScalarModel, of_another_netlist_is_found_out) {
  const auto circuit = random_circuit(5, 40);
  auto other = circuit;
  // One gate of the cone of an output bit, in the netlist of one simulator only.
  auto& gate = other.gates[static_cast<std::size_t>(other.drivers()[other.port_o[3]])];
  gate.kind =
      gate.kind == netlist::GateKind::kAnd ? netlist::GateKind::kNand : netlist::GateKind::kAnd;
  VerilatorOracle oracle(other);
  auto faults = netlist::enumerate_stuck_at_faults(circuit);
  const netlist::OracleRun runs[] = {{&oracle, netlist::sample_operand_pairs(1, 100)}};
  const auto report = netlist::validate_faults(circuit, faults, runs);
  EXPECT_GT(report.num_disagreements(), 0u);
  ASSERT_FALSE(report.listed.empty());
  for (const auto& difference : report.listed) {
    EXPECT_NE(difference.bit_parallel, difference.products.at(0));
    EXPECT_EQ(difference.products[0],
              netlist::product_table(other, {&difference.fault, 1}).raw[difference.pair]);
  }
}

}  // namespace
}  // namespace faultwave::verilated
