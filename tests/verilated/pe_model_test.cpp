// What PE models compute: products, faults, independence. How they are built: pe_model_build_test.
#include "verilated/pe_model.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/rng.hpp"
#include "netlist/evaluate.hpp"
#include "netlist/front_end.hpp"
#include "support/multipliers.hpp"
#include "verilated/lane_check_fixture.hpp"

namespace faultwave::verilated {
namespace {

using netlist::FaultKind;
using netlist::NetFault;
using netlist::Netlist;

std::vector<std::filesystem::path> shipped_multipliers() {
  std::vector<std::filesystem::path> files;
  const std::filesystem::path folder = FAULTWAVE_SOURCE_DIR "/rtl/multipliers";
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".v") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::string test_name(const ::testing::TestParamInfo<std::filesystem::path>& info) {
  return info.param.stem().string();
}

Netlist shipped(const std::string& name) {
  return netlist::load_netlist(FAULTWAVE_SOURCE_DIR "/rtl/multipliers/" + name + ".v");
}

class ShippedMultiplier : public ::testing::TestWithParam<std::filesystem::path> {};

TEST_P(ShippedMultiplier, clean_model_equals_the_product_table_for_all_operands) {
  const Netlist netlist = netlist::load_netlist(GetParam());
  const auto model = shared_library().load(netlist, false);
  EXPECT_EQ(table_of_model(*model).raw, netlist::product_table(netlist).raw);
}

INSTANTIATE_TEST_SUITE_P(All, ShippedMultiplier, ::testing::ValuesIn(shipped_multipliers()),
                         test_name);

TEST(ShippedMultipliers, are_at_least_seven) { EXPECT_GE(shipped_multipliers().size(), 7u); }

/// Every single fault of the netlist, each in a lane of its own, over all operands.
void expect_every_single_fault(const Netlist& netlist) {
  const auto sites = netlist::enumerate_sites(netlist);
  const auto model = shared_library().load(netlist, true);
  ASSERT_EQ(model->num_sites(), static_cast<int>(sites.size()));
  EXPECT_EQ(table_of_model(*model).raw, netlist::product_table(netlist).raw) << "healthy masks";
  std::vector<NetFault> universe;
  for (const auto& site : sites) {
    for (const auto kind : {FaultKind::kStuckAt0, FaultKind::kStuckAt1, FaultKind::kInvert}) {
      universe.push_back({site, kind});
    }
  }
  for (std::size_t first = 0; first < universe.size(); first += 64) {
    LaneFaults faults;
    std::vector<netlist::ProductTable> expected;
    for (std::size_t i = first; i < std::min(first + 64, universe.size()); ++i) {
      faults.push_back({universe[i]});
      expected.push_back(netlist::product_table(netlist, {&universe[i], 1}));
    }
    SCOPED_TRACE("lane 0 is " + netlist::fault_name(netlist, universe[first]));
    set_masks(*model, sites, faults);
    expect_lanes_show(*model, expected);
    if (::testing::Test::HasFatalFailure()) return;
    clear_masks(*model, sites, faults);
  }
  EXPECT_EQ(table_of_model(*model).raw, netlist::product_table(netlist).raw) << "masks cleared";
}

TEST(EverySingleFault, shows_its_product_table_in_an_exact_multiplier) {
  expect_every_single_fault(shipped("fw8u_array"));
}

TEST(EverySingleFault, shows_its_product_table_in_an_exact_signed_multiplier) {
  expect_every_single_fault(shipped("fw8s_bw"));
}

TEST(EverySingleFault, shows_its_product_table_in_an_approximate_multiplier) {
  expect_every_single_fault(shipped("fw8u_drum4"));
}

TEST(EverySingleFault, shows_its_product_table_in_a_circuit_of_every_gate_kind) {
  expect_every_single_fault(every_gate_kind());
}

TEST(PeModel, random_circuits_equal_their_product_tables_with_and_without_faults) {
  SCOPED_TRACE(fmt::format("FAULTWAVE_TEST_SEED={}", test_seed()));
  const Netlist netlist = random_circuit(test_seed(), 120);
  EXPECT_EQ(table_of_model(*shared_library().load(netlist, false)).raw,
            netlist::product_table(netlist).raw);
  expect_every_single_fault(netlist);
}

TEST(PeModel, lanes_carry_any_number_of_faults_at_once) {
  SCOPED_TRACE(fmt::format("FAULTWAVE_TEST_SEED={}", test_seed()));
  const Netlist netlist = shipped("fw8u_array");
  const auto sites = netlist::enumerate_sites(netlist);
  const auto model = shared_library().load(netlist, true);
  CounterRng rng(test_seed(), 7);
  for (int round = 0; round < 4; ++round) {
    LaneFaults faults(64);
    std::vector<netlist::ProductTable> expected;
    for (std::size_t lane = 0; lane < 64; ++lane) {
      // Lane 0 is healthy, the others carry 1 to 6 faults, lane 63 one in every tenth site.
      const std::size_t count = lane == 63 ? sites.size() / 10 : lane == 0 ? 0 : 1 + rng.below(6);
      while (faults[lane].size() < count) {
        const auto& site = sites[rng.below(sites.size())];
        const auto same_site = [&](const NetFault& other) { return other.site == site; };
        if (std::any_of(faults[lane].begin(), faults[lane].end(), same_site)) continue;
        faults[lane].push_back({site, static_cast<FaultKind>(rng.below(3))});
      }
      expected.push_back(netlist::product_table(netlist, faults[lane]));
    }
    set_masks(*model, sites, faults);
    expect_lanes_show(*model, expected);
    if (HasFatalFailure()) return;
    clear_masks(*model, sites, faults);
  }
}

TEST(PeModel, clean_model_has_no_masks) {
  const auto model = shared_library().load(shipped("fw8u_array"), false);
  EXPECT_EQ(model->masks(), nullptr);
  EXPECT_EQ(model->num_sites(), 0);
}

TEST(PeModel, masks_are_healthy_after_construction) {
  const auto model = shared_library().load(every_gate_kind(), true);
  ASSERT_GT(model->num_sites(), 0);
  for (int site = 0; site < model->num_sites(); ++site) {
    EXPECT_EQ(model->masks()[site].keep, ~uint64_t{0});
    EXPECT_EQ(model->masks()[site].flip, 0u);
  }
}

TEST(PeModel, instances_do_not_share_masks_nor_state) {
  const Netlist netlist = every_gate_kind();
  const auto sites = netlist::enumerate_sites(netlist);
  const auto golden = netlist::product_table(netlist);
  const NetFault fault{sites[1], FaultKind::kInvert};
  const auto healthy = shared_library().load(netlist, true);
  auto faulty = shared_library().load(netlist, true);
  LaneFaults everywhere(64, {fault});
  set_masks(*faulty, sites, everywhere);
  EXPECT_NE(table_of_model(*faulty).raw, golden.raw);
  EXPECT_EQ(table_of_model(*healthy).raw, golden.raw);
  EXPECT_EQ(table_of_model(*faulty).raw, netlist::product_table(netlist, {&fault, 1}).raw);
  faulty.reset();
  EXPECT_EQ(table_of_model(*healthy).raw, golden.raw) << "after the other instance is gone";
}

TEST(PeModel, models_of_different_netlists_do_not_clash_in_one_process) {
  std::vector<Netlist> netlists = {shipped("fw8u_array"), every_gate_kind(), shipped("fw8s_bw")};
  // Two circuits of one name.
  netlists.push_back(test_support::array_multiplier());
  netlists.back().name = netlists.front().name;
  std::vector<std::unique_ptr<PeModel>> models;
  for (const auto& netlist : netlists) {
    models.push_back(shared_library().load(netlist, false));
    models.push_back(shared_library().load(netlist, true));
  }
  for (int round = 0; round < 2; ++round) {
    for (std::size_t i = 0; i < models.size(); ++i) {
      EXPECT_EQ(table_of_model(*models[i]).raw, netlist::product_table(netlists[i / 2]).raw) << i;
    }
  }
}

}  // namespace
}  // namespace faultwave::verilated
