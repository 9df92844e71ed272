#include "netlist/explain.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "netlist/circuits_fixture.hpp"
#include "netlist/evaluate.hpp"
#include "netlist/netlist_builder.hpp"

namespace faultwave::netlist {
namespace {

using testing::ElementsAre;
using testing::UnorderedElementsAre;

const std::vector<FaultKind> kAllKinds = {FaultKind::kStuckAt0, FaultKind::kStuckAt1,
                                          FaultKind::kInvert};

/// both = A[0] & B[0]; inverse = ~both; chain = inverse ^ A[1]; other = both | B[1].
Netlist small_circuit() {
  NetlistBuilder builder("small");
  const NetId both = builder.op_and(builder.a(0), builder.b(0), "both");
  const NetId inverse = builder.op_not(both, "inverse");
  const NetId chain = builder.op_xor(inverse, builder.a(1), "chain");
  const NetId other = builder.op_or(both, builder.b(1), "other");
  std::vector<NetId> outputs(16, builder.constant(false));
  outputs[2] = both;
  outputs[5] = chain;
  outputs[9] = other;
  return builder.finish(outputs, false);
}

std::vector<std::string> names(const Netlist& netlist, const std::vector<NetId>& nets) {
  std::vector<std::string> result;
  for (const NetId net : nets) result.push_back(netlist.nets[net].name);
  return result;
}

TEST(Explain, a_stem_with_its_neighbours_and_levels) {
  const Netlist netlist = small_circuit();
  const auto site = explain_site(netlist, parse_site(netlist, "both"), kAllKinds);
  EXPECT_EQ(site.expression, "A[0] & B[0]");
  EXPECT_THAT(names(netlist, site.fan_in), ElementsAre("A[0]", "B[0]"));
  EXPECT_THAT(names(netlist, site.operand_bits), ElementsAre("A[0]", "B[0]"));
  ASSERT_EQ(site.fan_out.size(), 3u);
  EXPECT_EQ(site.fan_out.back().output_bit, 2);
  EXPECT_EQ(site.level, 1);
  EXPECT_EQ(site.levels_to_output, 2);
  EXPECT_EQ(site.depth, 3);
  EXPECT_EQ(site.num_gates_before, 1u);
  EXPECT_EQ(site.num_gates_behind, 3u);
  EXPECT_EQ(site.reachable_outputs, 1u << 2 | 1u << 5 | 1u << 9);
  EXPECT_DOUBLE_EQ(site.one_percent, 25.0);
}

TEST(Explain, a_branch_reaches_what_its_pin_reaches) {
  const Netlist netlist = small_circuit();
  const auto site = explain_site(netlist, parse_site(netlist, "other/A"), kAllKinds);
  EXPECT_THAT(names(netlist, site.fan_in), ElementsAre("both"));
  ASSERT_EQ(site.fan_out.size(), 1u);
  EXPECT_EQ(site.num_gates_behind, 1u);
  EXPECT_EQ(site.levels_to_output, 1);
  EXPECT_EQ(site.reachable_outputs, 1u << 9);
  // Stuck-at-1 on an OR input is stuck-at-1 on its output.
  std::vector<std::string> equivalents;
  for (const auto& fault : site.faults[1].equivalents) {
    equivalents.push_back(fault_name(netlist, fault));
  }
  EXPECT_THAT(equivalents, UnorderedElementsAre("other.sa1", "B[1].sa1"));
  EXPECT_EQ(site.faults[1].effect.changed_outputs, 1u << 9);
}

TEST(Explain, the_worst_pair_shows_the_largest_error_and_equivalents_the_same_table) {
  for (const bool is_signed : {false, true}) {
    Netlist netlist = redundant_multiplier();
    netlist.is_signed = is_signed;
    const auto golden = product_table(netlist);
    const auto sites = enumerate_sites(netlist);
    // Some of all of them, and one with a fault that no operands show.
    std::vector<Site> chosen;
    for (std::size_t i = 0; i < sites.size(); i += sites.size() / 5) chosen.push_back(sites[i]);
    const auto universe = collapse_stuck_at_faults(netlist);
    const auto hidden =
        std::find(universe.class_of.begin(), universe.class_of.end(), FaultUniverse::kUndetectable);
    ASSERT_NE(hidden, universe.class_of.end());
    chosen.push_back(
        universe.faults[static_cast<std::size_t>(hidden - universe.class_of.begin())].site);
    std::size_t num_undetectable = 0;
    for (const Site& site : chosen) {
      const auto explained = explain_site(netlist, site, kAllKinds);
      for (const ExplainedFault& fault : explained.faults) {
        SCOPED_TRACE(fault_name(netlist, fault.fault));
        const auto faulty = product_table(netlist, {&fault.fault, 1});
        EXPECT_EQ(fault.golden_product, golden.at(fault.worst_a, fault.worst_b));
        EXPECT_EQ(fault.faulty_product, faulty.at(fault.worst_a, fault.worst_b));
        EXPECT_EQ(std::abs(fault.faulty_product - fault.golden_product), fault.effect.wce);
        EXPECT_EQ(fault.is_undetectable, faulty == golden);
        EXPECT_EQ(fault.effect.changed_outputs & ~explained.reachable_outputs, 0);
        num_undetectable += fault.is_undetectable ? 1 : 0;
        for (const NetFault& other : fault.equivalents) {
          EXPECT_FALSE(other == fault.fault);
          EXPECT_EQ(product_table(netlist, {&other, 1}), faulty) << fault_name(netlist, other);
        }
      }
    }
    EXPECT_GT(num_undetectable, 0u);
  }
}

TEST(Explain, equivalents_are_all_that_the_universe_has) {
  const Netlist netlist = redundant_multiplier();
  const auto universe = collapse_stuck_at_faults(netlist);
  const auto largest = std::max_element(
      universe.classes.begin(), universe.classes.end(),
      [](const auto& x, const auto& y) { return x.members.size() < y.members.size(); });
  ASSERT_GT(largest->members.size(), 1u);
  const NetFault& fault = universe.faults[largest->members.front()];
  const auto explained = explain_site(netlist, fault.site, {fault.kind});
  ASSERT_EQ(explained.faults.size(), 1u);
  EXPECT_EQ(explained.faults[0].equivalents.size(), largest->members.size() - 1);
}

TEST(Explain, a_net_that_nothing_reads_leads_nowhere) {
  NetlistBuilder builder("unread");
  builder.op_and(builder.a(0), builder.b(0), "unread");
  const Netlist netlist =
      builder.finish(std::vector<NetId>(16, builder.op_or(builder.a(1), builder.b(1))), false);
  const auto site = explain_site(netlist, parse_site(netlist, "unread"), kAllKinds);
  EXPECT_EQ(site.levels_to_output, -1);
  EXPECT_EQ(site.reachable_outputs, 0);
  EXPECT_TRUE(site.fan_out.empty());
  for (const auto& fault : site.faults) EXPECT_TRUE(fault.is_undetectable);
}

}  // namespace
}  // namespace faultwave::netlist
