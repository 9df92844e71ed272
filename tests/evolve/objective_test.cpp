#include "evolve/objective.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <numeric>

#include "base/error.hpp"
#include "evolve/pair_chunks.hpp"
#include "evolve/random_circuit_fixture.hpp"
#include "evolve/report.hpp"
#include "netlist/evaluate.hpp"
#include "netlist/generator.hpp"
#include "netlist/metrics.hpp"

namespace faultwave::evolve {
namespace {

constexpr auto kAnyCost = std::numeric_limits<uint64_t>::max();

GateCosts costs() {
  return gate_costs(netlist::load_cell_library(netlist::default_cell_library()));
}

std::optional<uint64_t> cost(const Genome& genome, Target target, uint64_t at_most = kAnyCost) {
  return Evaluator(target, costs()).cost(genome, at_most);
}

TEST(Evaluator, accepts_at_the_limit_and_refuses_below_it_for_every_metric) {
  for (const std::string family : {"truncated", "mitchell", "signed_truncated"}) {
    const auto multiplier = netlist::generate_multiplier({family, {}, {}});
    const Genome genome = to_genome(multiplier.netlist, 0);
    const auto metrics = netlist::error_metrics(netlist::product_table(multiplier.netlist));
    const auto check = [&](Metric metric, double value, double step) {
      Target target;
      target.metric = metric;
      target.is_signed = multiplier.netlist.is_signed;
      target.limit = value + step / 2;
      EXPECT_TRUE(cost(genome, target)) << family << " " << to_string(metric);
      target.limit = value - step / 2;
      EXPECT_FALSE(cost(genome, target)) << family << " " << to_string(metric);
    };
    check(Metric::kMae, metrics.mae, 1.0 / 65536);
    check(Metric::kWce, static_cast<double>(metrics.wce), 1);
    check(Metric::kEp, metrics.ep_percent, 100.0 / 65536);
    check(Metric::kMre, metrics.mre_percent, metrics.mre_percent * 1e-3);
  }
}

TEST(Evaluator, area_is_the_sum_of_the_cells_and_at_most_the_bound) {
  const auto netlist = netlist::generate_multiplier({"dadda", {}, {}}).netlist;
  const auto library = netlist::load_cell_library(netlist::default_cell_library());
  double area = 0;
  for (const auto& gate : netlist.gates) area += library.gate_area_um2(gate.kind);
  const Genome genome = to_genome(netlist, 0.5);
  const auto units = cost(genome, {});
  ASSERT_TRUE(units);
  EXPECT_NEAR(static_cast<double>(*units) * 1e-4, area, 1e-6);
  EXPECT_TRUE(cost(genome, {}, *units));
  EXPECT_FALSE(cost(genome, {}, *units - 1));
}

TEST(Evaluator, power_weighs_area_with_the_toggle_probability) {
  Target target;
  target.limit = 65535;
  target.objective = Objective::kPower;
  // One AND of uniform bits: p = 1/4, 2 p (1 - p) = 3/8.
  Genome genome;
  genome.nodes.push_back({netlist::GateKind::kAnd, 0, 8});
  genome.outputs.fill(kNumOperands);
  const auto switched = cost(genome, target);
  ASSERT_TRUE(switched);
  const auto area = costs()[static_cast<std::size_t>(netlist::GateKind::kAnd)];
  EXPECT_NEAR(static_cast<double>(*switched), 0.375 * area, 1.0);
}

TEST(Evaluator, results_do_not_depend_on_the_order_of_pairs) {
  std::vector<uint32_t> natural(netlist::ProductTable::kSize);
  std::iota(natural.begin(), natural.end(), 0u);
  const Genome genome = mutated_multiplier("truncated", 6, 3);
  Decoder decoder({});
  const auto table = netlist::product_table(to_netlist(decoder.decode(genome), "m", false));
  const auto mae = netlist::error_metrics(table).mae;
  for (const double limit : {mae + 1e-6, mae - 1.0 / 65536}) {
    Target target;
    target.limit = limit;
    Evaluator evaluator(target, costs());
    const auto expected = evaluator.cost(genome, kAnyCost);
    EXPECT_EQ(expected.has_value(), limit >= mae);
    for (const auto& order : {natural, worst_first_order(table)}) {
      evaluator.set_order(order);
      EXPECT_EQ(evaluator.cost(genome, kAnyCost), expected);
    }
  }
}

TEST(PairChunks, worst_first_is_a_permutation_by_falling_error) {
  const auto table =
      netlist::product_table(netlist::generate_multiplier({"mitchell", {}, {}}).netlist);
  const auto order = worst_first_order(table);
  std::vector<bool> seen(order.size());
  int before = std::numeric_limits<int>::max();
  for (const uint32_t pair : order) {
    EXPECT_FALSE(seen[pair]);
    seen[pair] = true;
    const int a = static_cast<int>(pair & 255u);
    const int b = static_cast<int>(pair >> 8);
    const int error = std::abs(table.at(a, b) - a * b);
    EXPECT_LE(error, before);
    before = error;
  }
}

TEST(Objective, unknown_names_list_the_known_ones) {
  EXPECT_THROW(parse_metric("mse"), UsageError);
  EXPECT_THROW(parse_objective("delay"), UsageError);
  EXPECT_EQ(parse_metric("wce"), Metric::kWce);
  EXPECT_EQ(parse_objective("fault"), Objective::kFault);
}

}  // namespace
}  // namespace faultwave::evolve
