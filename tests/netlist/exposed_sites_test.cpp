#include "netlist/exposed_sites.hpp"

#include <gtest/gtest.h>

#include "netlist/circuits_fixture.hpp"
#include "netlist/evaluate.hpp"
#include "netlist/fault_simulator.hpp"

namespace faultwave::netlist {
namespace {

TEST(ExposedSites, a_fault_on_net_i_is_the_fault_on_site_i) {
  const Netlist netlist = random_netlist(7, 120);
  const Netlist exposed = expose_sites(netlist);
  const auto sites = enumerate_sites(netlist);
  FaultSimulator original(netlist);
  FaultSimulator copy(exposed);
  EXPECT_EQ(copy.golden_table().raw, original.golden_table().raw);
  for (std::size_t i = 0; i < sites.size(); ++i) {
    const NetId net = exposed.find(site_net_name(i));
    ASSERT_NE(net, kNoNet);
    for (const FaultKind kind : {FaultKind::kStuckAt0, FaultKind::kStuckAt1, FaultKind::kInvert}) {
      const NetFault fault{sites[i], kind};
      const NetFault forced{{net, -1, -1}, kind};
      original.simulate({&fault, 1});
      copy.simulate({&forced, 1});
      ASSERT_EQ(copy.table().raw, original.table().raw) << fault_name(netlist, fault);
    }
  }
}

TEST(ExposedSites, a_branch_feeds_one_pin_only) {
  const Netlist netlist = exact_array_multiplier();
  const Netlist exposed = expose_sites(netlist);
  const auto fanouts = exposed.fanouts();
  const auto sites = enumerate_sites(netlist);
  ASSERT_GT(sites.size(), netlist.nets.size());
  for (std::size_t i = netlist.nets.size(); i < sites.size(); ++i) {
    EXPECT_EQ(fanouts[exposed.find(site_net_name(i))], 1);
  }
}

}  // namespace
}  // namespace faultwave::netlist
