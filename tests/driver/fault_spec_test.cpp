#include "driver/fault_spec.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "support/multipliers.hpp"

namespace faultwave::driver {
namespace {

fault::PeSpace array(int side) { return fault::PeSpace::array(side, side); }

FaultSpec target(const std::string& text, double rate) {
  FaultSpec spec;
  spec.target = text;
  spec.rate = rate;
  spec.place = {"run.yaml", 7, 5};
  return spec;
}

TEST(FaultSpec, a_site_is_one_fault) {
  const auto multiplier = test_support::array_multiplier();
  FaultSpec spec;
  spec.site = "pe[3][7].mult.O[4].sa1";
  const auto faults = expand_fault_specs({spec}, multiplier, array(16), 1);
  ASSERT_EQ(faults.size(), 1u);
  EXPECT_EQ(faults[0].pe, 3 * 16 + 7);
  EXPECT_EQ(faults[0].site.net, multiplier.port_o[4]);
}

TEST(FaultSpec, a_rate_gives_its_share_of_pes_the_same_fault) {
  const auto multiplier = test_support::array_multiplier();
  const auto faults = expand_fault_specs({target("weight[6].sa1", 0.25)}, multiplier, array(8), 3);
  EXPECT_EQ(faults.size(), 16u);
  std::set<int> loci;
  for (const auto& fault : faults) {
    EXPECT_EQ(fault.unit, fault::Unit::kWeight);
    EXPECT_EQ(fault.bit, 6);
    loci.insert(fault.pe);
  }
  EXPECT_EQ(loci.size(), 16u);
}

TEST(FaultSpec, a_higher_rate_keeps_the_faults_of_a_lower_one) {
  const auto multiplier = test_support::array_multiplier();
  for (const char* kind : {"random_net", "random_output", "random_register"}) {
    const auto few = expand_fault_specs({target(kind, 0.1)}, multiplier, array(16), 5);
    const auto many = expand_fault_specs({target(kind, 0.5)}, multiplier, array(16), 5);
    ASSERT_FALSE(few.empty());
    for (const auto& fault : few) {
      EXPECT_NE(std::find(many.begin(), many.end(), fault), many.end()) << kind;
    }
  }
}

TEST(FaultSpec, draws_depend_on_the_seed_and_on_nothing_else) {
  const auto multiplier = test_support::array_multiplier();
  const auto spec = target("random_net", 0.3);
  EXPECT_EQ(expand_fault_specs({spec}, multiplier, array(9), 5),
            expand_fault_specs({spec}, multiplier, array(9), 5));
  EXPECT_NE(expand_fault_specs({spec}, multiplier, array(9), 5),
            expand_fault_specs({spec}, multiplier, array(9), 6));
  FaultSpec seeded = spec;
  seeded.seed = 5;
  EXPECT_EQ(expand_fault_specs({seeded}, multiplier, array(9), 99),
            expand_fault_specs({spec}, multiplier, array(9), 5));
}

TEST(FaultSpec, random_targets_reach_sites_outputs_and_registers) {
  const auto multiplier = test_support::array_multiplier();
  std::set<fault::Unit> units;
  for (const auto& f :
       expand_fault_specs({target("random_register", 1)}, multiplier, array(16), 2)) {
    units.insert(f.unit);
    EXPECT_LT(f.bit, f.unit == fault::Unit::kPartialSum ? 32 : 8);
  }
  EXPECT_EQ(units.size(), 3u);
  for (const auto& f : expand_fault_specs({target("random_output", 1)}, multiplier, array(16), 2)) {
    EXPECT_NE(std::find(multiplier.port_o.begin(), multiplier.port_o.end(), f.site.net),
              multiplier.port_o.end());
  }
  bool any_branch = false;
  std::set<netlist::FaultKind> kinds;
  for (const auto& f : expand_fault_specs({target("random_net", 1)}, multiplier, array(16), 2)) {
    any_branch = any_branch || !f.site.is_stem();
    kinds.insert(f.kind);
  }
  EXPECT_TRUE(any_branch);
  EXPECT_EQ(kinds.size(), 2u);
}

TEST(FaultSpec, windows_of_map_entries_reach_every_fault) {
  const auto multiplier = test_support::array_multiplier();
  auto spec = target("psum[3].inv", 1);
  spec.window = {10, 20};
  const auto faults = expand_fault_specs({spec}, multiplier, array(2), 1);
  ASSERT_EQ(faults.size(), 4u);
  for (const auto& f : faults) {
    EXPECT_EQ(f.window, (fault::Window{10, 20}));
  }
}

TEST(FaultSpec, an_unknown_site_is_reported_at_its_entry) {
  const auto multiplier = test_support::array_multiplier();
  for (const auto& spec : {target("mult.pp_9_9.sa1", 1), target("weight[8].sa1", 1)}) {
    try {
      expand_fault_specs({spec}, multiplier, array(4), 1);
      FAIL() << "no exception";
    } catch (const ConfigError& error) {
      EXPECT_THAT(error.what(), ::testing::StartsWith("run.yaml:7:5: "));
    }
  }
}

}  // namespace
}  // namespace faultwave::driver
