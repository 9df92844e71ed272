#include "campaign/plan.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "campaign/campaign_fixture.hpp"
#include "campaign/cell_inputs.hpp"
#include "campaign/statistics.hpp"
#include "fault/fault.hpp"

namespace faultwave::campaign {
namespace {

CampaignPlan plan_of(const CampaignConfig& config) { return {config, all_cell_facts(config)}; }

std::vector<TrialSpec> specs_of(const CampaignPlan& plan) {
  std::vector<TrialSpec> specs;
  for (uint64_t trial = 0; trial < plan.num_trials(); ++trial) specs.push_back(plan.spec(trial));
  return specs;
}

TEST(Permutation, holds_every_value_once_and_depends_on_seed_and_stream) {
  for (const uint64_t size : {1, 2, 3, 4, 5, 16, 17, 1000, 4097}) {
    const Permutation permutation(size, 7, 1);
    std::set<uint64_t> seen;
    for (uint64_t i = 0; i < size; ++i) seen.insert(permutation.at(i));
    EXPECT_EQ(seen.size(), size);
    EXPECT_EQ(*seen.rbegin(), size - 1);
  }
  const Permutation a(1000, 7, 1), b(1000, 8, 1), c(1000, 7, 2);
  int same_b = 0, same_c = 0;
  for (uint64_t i = 0; i < 1000; ++i) {
    same_b += a.at(i) == b.at(i) ? 1 : 0;
    same_c += a.at(i) == c.at(i) ? 1 : 0;
  }
  EXPECT_LT(same_b, 20);
  EXPECT_LT(same_c, 20);
}

TEST(Permutation, spreads_beginnings_evenly) {
  // Chi-squared over ten parts, 9 degrees of freedom: 27.9 has probability 0.001.
  const Permutation permutation(1'000'000'007, 3, 1);
  int counts[10] = {};
  for (uint64_t i = 0; i < 10'000; ++i) ++counts[permutation.at(i) * 10 / 1'000'000'007];
  double chi_squared = 0;
  for (const int count : counts) chi_squared += (count - 1000.0) * (count - 1000.0) / 1000;
  EXPECT_LT(chi_squared, 27.9);
}

TEST(Plan, exhaustive_classes_stand_for_the_whole_universe) {
  const CampaignFolder folder;
  const auto config = folder.config(small_yaml("  faults: {universe: nets}\n"));
  const auto plan = plan_of(config);
  const auto& faults = plan.faults(0);
  EXPECT_EQ(plan.num_trials(), faults.classes.size());
  EXPECT_LT(faults.classes.size(), faults.size());
  EXPECT_EQ(plan.population(), faults.size() * 32);
  double weight = 0;
  std::set<uint32_t> classes;
  std::set<int> pes;
  for (const auto& spec : specs_of(plan)) {
    weight += spec.weight;
    classes.insert(*spec.fault_class);
    pes.insert(*spec.pe);
  }
  EXPECT_EQ(weight, static_cast<double>(faults.size()));
  EXPECT_EQ(classes.size(), faults.classes.size());
  EXPECT_GT(pes.size(), 25u) << "32 PEs, drawn";
  std::size_t members = 0;
  for (const auto& row : plan.fault_rows(0)) members += row.members.size();
  EXPECT_EQ(members, faults.size());
}

TEST(Plan, a_sweep_tries_every_fault_in_every_pe) {
  const CampaignFolder folder;
  const auto config =
      folder.config(small_yaml("  faults: {universe: output_bits, kinds: [sa1], collapse: false}\n"
                               "  pes: [all]\n"));
  const auto plan = plan_of(config);
  EXPECT_EQ(plan.num_trials(), 16u * 32);
  std::set<std::pair<uint32_t, int>> seen;
  for (const auto& spec : specs_of(plan)) seen.emplace(*spec.fault_class, *spec.pe);
  EXPECT_EQ(seen.size(), 16u * 32);
}

TEST(Plan, layers_one_at_a_time_multiply_the_trials) {
  const CampaignFolder folder;
  const auto all = plan_of(folder.config(small_yaml("  faults: {universe: output_bits}\n")));
  const auto config = folder.config(
      small_yaml("  faults: {universe: output_bits}\n  layers: [each]\n  pes: ['pe[3][2]']\n"));
  const auto plan = plan_of(config);
  EXPECT_EQ(plan.num_trials() % all.num_trials(), 0u);
  EXPECT_GE(plan.num_trials() / all.num_trials(), 2u);
  for (const auto& spec : specs_of(plan)) {
    EXPECT_TRUE(spec.layer.has_value());
    EXPECT_EQ(*spec.pe, 3 * 4 + 2);
  }
}

TEST(Plan, samples_draw_without_replacement_as_many_as_leveugle_asks_for) {
  const CampaignFolder folder;
  const auto config = folder.config(
      small_yaml("  faults: {universe: nets}\n  sample: {margin: 0.05, confidence: 0.95}\n"));
  const auto plan = plan_of(config);
  EXPECT_EQ(plan.num_trials(), sample_size(plan.population(), 0.05, 0.95));
  std::map<std::pair<uint32_t, int>, uint64_t> seen;
  for (const auto& spec : specs_of(plan)) {
    ++seen[{*spec.fault_class, *spec.pe}];
    EXPECT_EQ(spec.weight, 1);
  }
  // Members of one class in one PE are different members of the population.
  for (const auto& [member, count] : seen) {
    EXPECT_LE(count, plan.faults(0).classes[member.first].members.size());
  }
}

TEST(Plan, a_sample_of_everything_is_everything) {
  const CampaignFolder folder;
  const auto config = folder.config(small_yaml(
      "  faults: {universe: output_bits, collapse: false}\n  sample: {count: 100000}\n"));
  const auto plan = plan_of(config);
  EXPECT_EQ(plan.num_trials(), plan.population());
  std::set<std::pair<uint32_t, int>> seen;
  for (const auto& spec : specs_of(plan)) seen.emplace(*spec.fault_class, *spec.pe);
  EXPECT_EQ(seen.size(), plan.population());
}

TEST(Plan, strata_share_the_sample_in_proportion_at_every_stage) {
  const CampaignFolder folder;
  const auto config = folder.config(
      small_yaml("  faults: {universe: nets}\n  sample: {count: 400, strata: output_bit}\n"));
  const auto plan = plan_of(config);
  const auto strata = plan.strata();
  EXPECT_GT(strata.size(), 8u);
  uint64_t population = 0;
  for (const auto& row : strata) population += row.population;
  EXPECT_EQ(population, plan.population());
  std::map<std::string, double> totals;
  for (const auto& spec : specs_of(plan)) {
    const auto& tried = plan.faults(0).classes[*spec.fault_class];
    EXPECT_EQ(spec.stratum, stratum_of(tried, Strata::kOutputBit));
    ++totals[spec.stratum];
  }
  for (const auto& row : strata) {
    const double share =
        400 * static_cast<double>(row.population) / static_cast<double>(population);
    EXPECT_NEAR(totals[row.stratum], std::max(2.0, share), 1) << row.stratum;
  }
  std::map<std::string, double> counts;
  double trial = 0;
  for (const auto& spec : specs_of(plan)) {
    ++counts[spec.stratum];
    ++trial;
    for (const auto& [stratum, total] : totals) {
      EXPECT_NEAR(counts[stratum], trial * total / static_cast<double>(plan.num_trials()),
                  static_cast<double>(totals.size()) / 2)
          << stratum << " after " << trial;
    }
  }
}

TEST(Plan, rates_of_one_draw_are_nested) {
  const CampaignFolder folder;
  const auto config =
      folder.config(small_yaml("  faults: {universe: nets}\n  rates: [0.03125, 0.25, 0.5]\n"
                               "  trials_per_rate: 4\n"));
  const auto plan = plan_of(config);
  ASSERT_EQ(plan.num_trials(), 12u);
  EXPECT_EQ(plan.population(), 0u);
  const auto specs = specs_of(plan);
  const auto loci = [](const TrialSpec& spec) {
    return fault::sample_loci(32, *spec.rate, spec.seed);
  };
  for (std::size_t draw = 0; draw < 4; ++draw) {
    const auto one = loci(specs[3 * draw]), quarter = loci(specs[3 * draw + 1]),
               half = loci(specs[3 * draw + 2]);
    EXPECT_EQ(one.size(), 1u);
    EXPECT_EQ(half.size(), 16u);
    EXPECT_TRUE(std::includes(quarter.begin(), quarter.end(), one.begin(), one.end()));
    EXPECT_TRUE(std::includes(half.begin(), half.end(), quarter.begin(), quarter.end()));
    // The faults of a PE do not depend on the rate either.
    std::map<int, fault::Fault> of_half;
    for (const auto& fault : faults_of(plan, specs[3 * draw + 2], 32, 0, 0)) {
      of_half.emplace(fault.pe, fault);
    }
    for (const auto& fault : faults_of(plan, specs[3 * draw + 1], 32, 0, 0)) {
      EXPECT_EQ(of_half.at(fault.pe), fault);
    }
  }
}

TEST(Plan, trials_of_two_cells_are_paired) {
  const CampaignFolder folder;
  const auto config = folder.config(small_yaml(
      "  faults: {universe: output_bits, collapse: false}\n", "fw8u_trunc6", "affine_u8",
      "{type: tpu, rows: 8, cols: 4}",
      "mitigations: [none]\nvariants:\n"
      "  - {name: exact, multiplier: {netlist: fw8u_dadda, number_format: affine_u8}}\n"
      "  - {name: same, multiplier: {netlist: fw8u_array, number_format: affine_u8}}\n"));
  const auto plan = plan_of(config);
  ASSERT_EQ(plan.num_cells(), 2u);
  ASSERT_EQ(plan.first_trial(1), plan.num_trials() - plan.first_trial(1));
  for (uint64_t trial = 0; trial < plan.first_trial(1); ++trial) {
    const auto a = plan.spec(trial);
    const auto b = plan.spec(trial + plan.first_trial(1));
    EXPECT_EQ(b.cell, 1u);
    EXPECT_EQ(a.seed, b.seed);
    EXPECT_EQ(a.pe, b.pe);
  }
}

TEST(Plan, its_hash_tells_campaigns_apart) {
  const CampaignFolder folder;
  const auto sha = [&](const std::string& yaml) {
    const auto config = folder.config(yaml);
    return plan_of(config).sha256();
  };
  const auto base = sha(small_yaml("  faults: {universe: output_bits}\n"));
  EXPECT_EQ(sha(small_yaml("  faults: {universe: output_bits}\n  memory_mib: 64\n")), base);
  EXPECT_NE(sha(small_yaml("  faults: {universe: nets}\n")), base);
  EXPECT_NE(sha(small_yaml("  faults: {universe: output_bits}\n", "fw8u_trunc4")), base);
}

}  // namespace
}  // namespace faultwave::campaign
