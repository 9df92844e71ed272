#include "netlist/collapse.hpp"

#include <gtest/gtest.h>

#include <map>

#include "netlist/circuits_fixture.hpp"
#include "netlist/evaluate.hpp"
#include "netlist/metrics.hpp"

namespace faultwave::netlist {
namespace {

/// Groups by comparing whole tables, one fault after the other.
void expect_equals_brute_force(const Netlist& netlist, const std::vector<NetFault>& faults) {
  const auto universe = collapse_faults(netlist, faults);
  const auto golden = product_table(netlist);
  ASSERT_EQ(universe.faults, faults);
  ASSERT_EQ(universe.class_of.size(), faults.size());
  std::map<std::vector<uint16_t>, int32_t> class_of_table = {
      {golden.raw, FaultUniverse::kUndetectable}};
  int32_t next = 0;
  for (std::size_t i = 0; i < faults.size(); ++i) {
    const auto table = product_table(netlist, {&faults[i], 1});
    const auto [entry, is_new] = class_of_table.emplace(table.raw, next);
    if (is_new) ++next;
    ASSERT_EQ(universe.class_of[i], entry->second) << fault_name(netlist, faults[i]);
    if (entry->second == FaultUniverse::kUndetectable) continue;
    const auto& fault_class = universe.classes[static_cast<std::size_t>(entry->second)];
    const auto metrics = error_metrics(table, golden);
    EXPECT_DOUBLE_EQ(fault_class.effect.mae, metrics.mae);
    EXPECT_EQ(fault_class.effect.wce, metrics.wce);
    EXPECT_DOUBLE_EQ(fault_class.effect.ep_percent, metrics.ep_percent);
    EXPECT_DOUBLE_EQ(fault_class.effect.mean_error, metrics.mean_error);
    if (is_new) {
      EXPECT_EQ(fault_class.members.front(), i);
    }
  }
  EXPECT_EQ(universe.classes.size(), static_cast<std::size_t>(next));
}

TEST(Collapse, equals_brute_force_on_a_small_random_circuit) {
  for (const uint64_t seed : {uint64_t{1}, uint64_t{2}, uint64_t{3}}) {
    const auto netlist = random_netlist(seed, 30);
    expect_equals_brute_force(netlist, enumerate_stuck_at_faults(netlist));
  }
}

TEST(Collapse, equals_brute_force_with_every_kind_of_fault_on_a_multiplier) {
  const auto netlist = redundant_multiplier();
  expect_equals_brute_force(netlist, random_faults(netlist, 4, 200));
}

TEST(Collapse, classes_partition_the_detectable_faults) {
  const auto universe = collapse_stuck_at_faults(exact_array_multiplier());
  std::size_t members = 0;
  for (std::size_t id = 0; id < universe.classes.size(); ++id) {
    for (const uint32_t member : universe.classes[id].members) {
      EXPECT_EQ(universe.class_of[member], static_cast<int32_t>(id));
    }
    members += universe.classes[id].members.size();
  }
  EXPECT_EQ(members + universe.num_undetectable(), universe.faults.size());
}

TEST(Collapse, textbook_equivalences_of_an_and_gate_hold) {
  // Stuck-at-0 on any input of an AND equals stuck-at-0 on its output (the inputs have one reader).
  const auto netlist = exact_array_multiplier();
  const auto universe = collapse_stuck_at_faults(netlist);
  const auto class_named = [&](const std::string& name) {
    const auto fault = parse_net_fault(netlist, name);
    for (std::size_t i = 0; i < universe.faults.size(); ++i) {
      if (universe.faults[i] == fault) return universe.class_of[i];
    }
    throw InternalError(name);
  };
  EXPECT_EQ(class_named("pp_0_3/A.sa0"), class_named("pp_0_3.sa0"));
  EXPECT_EQ(class_named("pp_0_3/B.sa0"), class_named("pp_0_3.sa0"));
  EXPECT_NE(class_named("pp_0_3/A.sa1"), class_named("pp_0_3.sa1"));
}

TEST(Collapse, redundant_logic_is_undetectable) {
  const auto netlist = redundant_multiplier();
  const auto universe = collapse_stuck_at_faults(netlist);
  std::vector<std::string> undetectable;
  for (std::size_t i = 0; i < universe.faults.size(); ++i) {
    if (universe.class_of[i] == FaultUniverse::kUndetectable) {
      undetectable.push_back(fault_name(netlist, universe.faults[i]));
    }
  }
  const auto has = [&](const char* name) {
    return std::find(undetectable.begin(), undetectable.end(), name) != undetectable.end();
  };
  EXPECT_TRUE(has("absorbed.sa0"));
  EXPECT_TRUE(has("absorbed/A.sa0"));
  EXPECT_TRUE(has("absorbed/B.sa0"));
  EXPECT_TRUE(has("absorbed/B.sa1"));
  EXPECT_TRUE(has("dangling.sa0"));
  EXPECT_TRUE(has("dangling.sa1"));
  EXPECT_FALSE(has("absorbed.sa1"));
  EXPECT_EQ(universe.num_undetectable(), undetectable.size());
}

TEST(Collapse, signed_circuits_measure_errors_in_twos_complement) {
  Netlist netlist = exact_array_multiplier();
  netlist.is_signed = true;
  const NetFault fault = parse_net_fault(netlist, "O[15].sa1");
  const auto universe = collapse_faults(netlist, {fault});
  ASSERT_EQ(universe.classes.size(), 1u);
  const auto metrics = error_metrics(product_table(netlist, {&fault, 1}), product_table(netlist));
  EXPECT_LT(metrics.mean_error, 0);
  EXPECT_DOUBLE_EQ(universe.classes[0].effect.mean_error, metrics.mean_error);
  EXPECT_EQ(universe.classes[0].effect.changed_outputs, 0x8000);
}

}  // namespace
}  // namespace faultwave::netlist
