#include "netlist/fault_site.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "netlist/circuits_fixture.hpp"
#include "netlist/front_end.hpp"

namespace faultwave::netlist {
namespace {

using testing::HasSubstr;

std::string message_of(const Netlist& netlist, const std::string& text) {
  try {
    parse_net_fault(netlist, text);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(FaultSite, names_round_trip_for_every_site_and_kind) {
  for (const auto& netlist : {exact_array_multiplier(), redundant_multiplier(),
                              random_netlist(1, 150), load_netlist(circuit_file("cells_at_end.v")),
                              load_netlist(circuit_file("every_standard_cell.v"))}) {
    const auto sites = enumerate_sites(netlist);
    std::set<std::string> names;
    for (std::size_t i = 0; i < sites.size(); ++i) {
      const auto name = site_name(netlist, sites[i]);
      EXPECT_TRUE(names.insert(name).second) << name;
      ASSERT_EQ(parse_site(netlist, name), sites[i]) << name;
      ASSERT_EQ(site_index(sites, sites[i]), static_cast<int>(i));
      for (const auto kind : {FaultKind::kStuckAt0, FaultKind::kStuckAt1, FaultKind::kInvert}) {
        const NetFault fault{sites[i], kind};
        ASSERT_EQ(parse_net_fault(netlist, fault_name(netlist, fault)), fault);
      }
    }
  }
}

TEST(FaultSite, sites_are_all_stems_then_the_pins_of_nets_with_several_readers) {
  const auto netlist = exact_array_multiplier();
  const auto sites = enumerate_sites(netlist);
  const auto fanouts = netlist.fanouts();
  std::size_t branches = 0;
  for (const Gate& gate : netlist.gates) {
    for (int i = 0; i < num_inputs(gate.kind); ++i) {
      branches += fanouts[gate.in[static_cast<std::size_t>(i)]] > 1 ? 1 : 0;
    }
  }
  ASSERT_EQ(sites.size(), netlist.nets.size() + branches);
  for (std::size_t i = 0; i < netlist.nets.size(); ++i) {
    EXPECT_TRUE(sites[i].is_stem());
    EXPECT_EQ(sites[i].net, i);
  }
  EXPECT_EQ(enumerate_stuck_at_faults(netlist).size(), 2 * sites.size());
}

TEST(FaultSite, every_alias_names_the_stem) {
  const auto netlist = load_netlist(circuit_file("cells_at_end.v"));
  int aliases = 0;
  for (std::size_t net = 0; net < netlist.nets.size(); ++net) {
    for (const auto& alias : netlist.nets[net].aliases) {
      EXPECT_EQ(parse_site(netlist, alias).net, net) << alias;
      ++aliases;
    }
  }
  EXPECT_GT(aliases, 400);
}

TEST(FaultSite, branch_of_a_net_with_one_reader_is_its_stem) {
  const auto netlist = exact_array_multiplier();
  // s_1_0_s reads pp_1_0 and pp_0_1, which its half adder's AND reads too; pp_0_0 is an output.
  const auto fanouts = netlist.fanouts();
  for (const Gate& gate : netlist.gates) {
    if (num_inputs(gate.kind) != 2 || fanouts[gate.in[0]] != 1) continue;
    EXPECT_EQ(parse_site(netlist, netlist.nets[gate.out].name + "/A"), (Site{gate.in[0], -1, -1}));
  }
}

TEST(FaultSite, errors_say_what_exists) {
  const auto netlist = exact_array_multiplier();
  EXPECT_THAT(message_of(netlist, "pp_0_9.sa0"), HasSubstr("did you mean 'pp_0_"));
  EXPECT_THAT(message_of(netlist, "pp_0_0"), HasSubstr("the kind is missing"));
  EXPECT_THAT(message_of(netlist, "pp_0_0.sa2"), HasSubstr("sa0 (stuck-at-0), sa1"));
  EXPECT_THAT(message_of(netlist, "pp_0_0/C.sa0"), HasSubstr("no input pin 'C'"));
  EXPECT_THAT(message_of(netlist, "A[0]/A.sa0"), HasSubstr("no gate drives it"));
  EXPECT_THAT(message_of(netlist, "nothing_like_it/A.sa0"), HasSubstr("has no net"));
  EXPECT_THAT(message_of(netlist, ""), HasSubstr("the kind is missing"));
  EXPECT_THAT(message_of(netlist, ".sa0"), HasSubstr("has no net ''"));
}

}  // namespace
}  // namespace faultwave::netlist
