// Figures of a report against `faultwave query`, which computes them in SQL, and against sums done
// here.
#include "report/campaign_data.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "base/error.hpp"
#include "campaign/campaign_fixture.hpp"
#include "campaign/query_results.hpp"
#include "campaign/small_campaign.hpp"
#include "report/trial_table.hpp"

namespace faultwave::report {
namespace {

using ::testing::HasSubstr;

class CampaignData : public ::testing::Test {
 protected:
  std::filesystem::path path(const std::string& name = "r.sqlite") const {
    return folder_.path() / name;
  }

  /// Two cells, two mitigations, 60 trials; with or without populations of strata.
  void make_small(bool has_strata) const {
    auto store = campaign::create_small(path());
    if (has_strata) {
      store.add_strata(std::vector<campaign::StratumRow>{
          {0, "low", 700}, {0, "high", 1300}, {1, "low", 400}, {1, "high", 600}});
    }
    store.commit(campaign::small_trials());
  }

  /// {keys as text, "mitigation": figures} of a query.
  using Groups = std::map<std::vector<std::string>, campaign::QueryGroup>;
  Groups query(const std::vector<std::string>& by) const {
    campaign::QueryOptions options;
    options.by = by;
    Groups groups;
    const auto store = campaign::ResultsStore::open_read_only(path());
    for (const auto& group : campaign::query_results(store, options).groups) {
      std::vector<std::string> keys;
      for (const auto& key : group.keys) keys.push_back(key.text);
      groups[keys] = group;
    }
    return groups;
  }

  static std::string cell_name(const Json& data, const Json& row) {
    return data["cells"][row["cell"].get<std::size_t>()]["name"];
  }
  static std::string mitigation_name(const Json& data, const Json& row) {
    return data["mitigations"][row["mitigation"].get<std::size_t>()];
  }

  static void expect_equal(const Json& row, const campaign::QueryGroup& group) {
    EXPECT_EQ(row["trials"].get<uint64_t>(), group.trials) << row.dump();
    EXPECT_NEAR(row["loss"].get<double>(), group.loss_points, 1e-4) << row.dump();
    EXPECT_NEAR(row["worst"].get<double>(), group.max_loss_points, 1e-4) << row.dump();
    EXPECT_NEAR(row["accuracy"].get<double>(), group.accuracy, 1e-6) << row.dump();
    EXPECT_NEAR(row["masked"].get<double>(), group.masked, 1e-6) << row.dump();
    EXPECT_NEAR(row["sdc1"].get<double>(), group.sdc1, 1e-6) << row.dump();
    EXPECT_NEAR(row["sdc5"].get<double>(), group.sdc5, 1e-6) << row.dump();
  }

  /// Rows of `part`, keyed by `keys` beside cell and mitigation, say what a query by them says.
  void expect_rows_of_query(const Json& data, const char* part,
                            const std::vector<std::string>& keys) const {
    std::vector<std::string> by = {"cell", "mitigation"};
    by.insert(by.end(), keys.begin(), keys.end());
    auto groups = query(by);
    // A query has a group for trials without the key, too.
    std::erase_if(groups, [](const auto& group) {
      return std::any_of(group.first.begin(), group.first.end(),
                         [](const std::string& key) { return key.empty(); });
    });
    ASSERT_FALSE(groups.empty()) << part;
    ASSERT_EQ(data[part].size(), groups.size()) << part;
    for (const auto& row : data[part]) {
      std::vector<std::string> values = {cell_name(data, row), mitigation_name(data, row)};
      for (const auto& key : keys) {
        const bool is_layer = key == "layer";
        values.push_back(is_layer ? data["layers"][row[key].get<std::size_t>()].get<std::string>()
                         : row[key].is_string() ? row[key].get<std::string>()
                                                : row[key].dump());
      }
      ASSERT_TRUE(groups.count(values)) << part << " " << row.dump();
      expect_equal(row, groups.at(values));
    }
  }

 private:
  TemporaryDirectory folder_;
};

TEST_F(CampaignData, figures_are_those_of_a_query_by_the_same_keys) {
  for (const bool has_strata : {false, true}) {
    SCOPED_TRACE(has_strata);
    std::filesystem::remove(path());
    make_small(has_strata);
    const Json data = campaign_data(path(), {});
    expect_rows_of_query(data, "summary", {});
    expect_rows_of_query(data, "bits", {"bit", "kind"});
    expect_rows_of_query(data, "levels", {"level", "kind"});
    expect_rows_of_query(data, "layer_losses", {"layer"});
    expect_rows_of_query(data, "rates", {"rate"});
  }
}

TEST_F(CampaignData, trials_that_were_not_mitigated_count_as_a_query_counts_them) {
  auto store = campaign::create_small(path(), campaign::small_mitigated_info());
  const auto trials = campaign::small_mitigated_trials(false);
  store.commit(trials);
  const Json data = campaign_data(path(), {});
  expect_rows_of_query(data, "summary", {});
  expect_rows_of_query(data, "bits", {"bit", "kind"});
  expect_rows_of_query(data, "rates", {"rate"});
  EXPECT_THAT(data["remarks"].dump(), HasSubstr("critical trials only"));
  // The table of single trials shows what was done.
  const auto num_untried = std::count_if(
      trials.begin(), trials.end(), [](const auto& trial) { return trial.results.size() == 1; });
  EXPECT_GT(num_untried, 0);
  const auto& correct = data["trials"]["results"][1]["correct"];
  EXPECT_EQ(std::count(correct.begin(), correct.end(), Json(-1)), num_untried);
}

TEST_F(CampaignData, critical_shares_and_their_intervals_are_those_of_a_query) {
  make_small(true);
  const Json data = campaign_data(path(), {});
  const auto groups = query({"cell", "mitigation"});
  for (const auto& row : data["summary"]) {
    const auto& critical = groups.at({cell_name(data, row), mitigation_name(data, row)}).critical;
    EXPECT_NEAR(row["critical"].get<double>(), critical.value, 1e-6);
    EXPECT_NEAR(row["critical_lower"].get<double>(), critical.interval.lower, 1e-6);
    EXPECT_NEAR(row["critical_upper"].get<double>(), critical.interval.upper, 1e-6);
    EXPECT_LE(row["lower"].get<double>(), row["loss"].get<double>());
    EXPECT_GE(row["upper"].get<double>(), row["loss"].get<double>());
  }
}

TEST_F(CampaignData, faults_have_the_figures_of_a_query_by_fault) {
  make_small(false);
  const Json data = campaign_data(path(), {});
  const auto groups = query({"cell", "mitigation", "fault"});
  const auto& faults = data["faults"];
  ASSERT_EQ(faults["name"].size(), campaign::small_faults().size());
  std::size_t num_tried = 0;
  for (std::size_t m = 0; m < data["mitigations"].size(); ++m) {
    const auto& stats = faults["by_mitigation"][m];
    for (std::size_t f = 0; f < faults["name"].size(); ++f) {
      const auto found =
          groups.find({data["cells"][faults["cell"][f].get<std::size_t>()]["name"],
                       data["mitigations"][m], faults["name"][f].get<std::string>()});
      EXPECT_EQ(stats["loss"][f].is_null(), found == groups.end());
      if (found == groups.end()) continue;
      ++num_tried;
      EXPECT_EQ(stats["trials"][f].get<uint64_t>(), found->second.trials);
      EXPECT_NEAR(stats["loss"][f].get<double>(), found->second.loss_points, 1e-4);
      EXPECT_NEAR(stats["worst"][f].get<double>(), found->second.max_loss_points, 1e-4);
      EXPECT_NEAR(stats["critical"][f].get<double>(), found->second.critical.value, 1e-6);
      EXPECT_NEAR(stats["sdc1"][f].get<double>(), found->second.sdc1, 1e-6);
    }
  }
  EXPECT_GT(num_tried, 10u);
}

TEST_F(CampaignData, trials_are_all_there_and_say_what_was_recorded) {
  make_small(false);
  const Json data = campaign_data(path(), {});
  const auto& columns = data["trials"];
  ASSERT_EQ(columns["trial"].size(), static_cast<std::size_t>(campaign::kSmallTrials));
  for (std::size_t i = 0; i < columns["trial"].size(); ++i) {
    const auto trial = campaign::small_trial(i);
    EXPECT_EQ(columns["trial"][i], trial.trial);
    EXPECT_EQ(columns["cell"][i].get<int64_t>(), trial.cell);
    EXPECT_EQ(columns["fault"][i].get<int64_t>(), trial.fault.value_or(-1));
    EXPECT_EQ(columns["rate"][i].get<double>(), trial.rate.value_or(-1));
    EXPECT_EQ(columns["layer"][i].get<int>() < 0, !trial.layer);
    if (trial.pe) {
      EXPECT_EQ(columns["pes"][columns["pe"][i].get<std::size_t>()], *trial.pe);
    }
    for (const auto& result : trial.results) {
      const std::size_t m = result.mitigation == "none" ? 0 : 1;
      EXPECT_EQ(data["mitigations"][m], result.mitigation);
      EXPECT_EQ(columns["results"][m]["correct"][i].get<int64_t>(), result.correct);
      EXPECT_EQ(columns["results"][m]["sdc1"][i].get<int64_t>(), result.sdc1);
    }
  }
}

TEST_F(CampaignData, exceedance_is_the_weighted_share_of_trials_with_that_loss_or_more) {
  make_small(false);
  const Json data = campaign_data(path(), {});
  ASSERT_EQ(data["exceedance"].size(), 4u);
  for (const auto& curve : data["exceedance"]) {
    const auto& cell = data["cells"][curve["cell"].get<std::size_t>()];
    for (std::size_t k = 0; k < curve["loss"].size(); ++k) {
      double all = 0;
      double above = 0;
      for (const auto& trial : campaign::small_trials()) {
        if (trial.cell != curve["cell"].get<int64_t>()) continue;
        for (const auto& result : trial.results) {
          if (result.mitigation != mitigation_name(data, curve)) continue;
          const double loss =
              100.0 * (cell["golden_correct"].get<double>() - static_cast<double>(result.correct)) /
              campaign::kSmallImages;
          all += trial.weight;
          if (loss >= curve["loss"][k].get<double>() - 1e-9) above += trial.weight;
        }
      }
      EXPECT_NEAR(curve["share"][k].get<double>(), above / all, 1e-6);
    }
  }
}

TEST_F(CampaignData, more_trials_than_wanted_leave_the_table_out_and_say_so) {
  make_small(false);
  ReportOptions options;
  options.max_trials = campaign::kSmallTrials;
  EXPECT_TRUE(campaign_data(path(), options).contains("trials"));
  options.max_trials = campaign::kSmallTrials - 1;
  const Json data = campaign_data(path(), options);
  EXPECT_FALSE(data.contains("trials"));
  EXPECT_THAT(data["remarks"].dump(), HasSubstr("--max-trials"));
}

TEST_F(CampaignData, critical_points_come_from_the_option_else_from_the_configuration) {
  auto info = campaign::small_info();
  info.config = "campaign: {critical_points: 3.5}\n";
  {
    auto store = campaign::create_small(path(), info);
    store.commit(campaign::small_trials());
  }
  EXPECT_EQ(campaign_data(path(), {})["critical_points"], 3.5);
  ReportOptions options;
  options.critical_points = 2;
  EXPECT_EQ(campaign_data(path(), options)["critical_points"], 2);
}

TEST_F(CampaignData, a_file_without_trials_is_an_error_with_advice) {
  campaign::create_small(path());
  try {
    campaign_data(path(), {});
    FAIL();
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("no finished trial"));
  }
}

/// A real campaign over all output bits and PEs: the map, the schematic and the front.
TEST_F(CampaignData, a_campaign_over_all_pes_has_its_map_its_netlist_and_its_front) {
  const campaign::CampaignFolder folder;
  const std::string more =
      "mitigations: [none, fap]\n"
      "variants:\n"
      "  - {name: truncated, multiplier: {netlist: fw8u_trunc6, number_format: affine_u8}}\n"
      "  - {name: exact, multiplier: {netlist: fw8u_dadda, number_format: affine_u8}}\n";
  std::string yaml =
      campaign::small_yaml("  faults: {universe: output_bits, kinds: [sa1]}\n  pes: [all]\n",
                           "fw8u_trunc6", "affine_u8", "{type: tpu, rows: 2, cols: 3}", more);
  // Variants bring the multiplier.
  yaml.erase(yaml.find("multiplier: {netlist"),
             yaml.find("seed:") - yaml.find("multiplier: {netlist"));
  campaign::run_to(folder.config(yaml), path());
  const Json data = campaign_data(path(), {});

  const auto by_pe = query({"cell", "mitigation", "pe"});
  ASSERT_EQ(data["pe_losses"].size(), 4u);
  for (const auto& row : data["pe_losses"]) {
    EXPECT_EQ(row["grid"]["rows"], 2);
    EXPECT_EQ(row["grid"]["columns"], 3);
    ASSERT_EQ(row["pe"].size(), 6u);
    for (std::size_t i = 0; i < row["pe"].size(); ++i) {
      const auto& group =
          by_pe.at({cell_name(data, row), mitigation_name(data, row), row["pe"][i]});
      EXPECT_NEAR(row["loss"][i].get<double>(), group.loss_points, 1e-4);
      EXPECT_EQ(row["trials"][i].get<uint64_t>(), group.trials);
    }
  }
  // Everybody was tried: nothing is uncertain.
  EXPECT_EQ(data["tried_share"], 1.0);
  for (const auto& row : data["summary"]) EXPECT_EQ(row["lower"], row["upper"]);

  ASSERT_EQ(data["schematics"].size(), 2u);
  for (const auto& cell : data["cells"]) {
    EXPECT_EQ(data["schematics"][cell["schematic"].get<std::size_t>()]["name"], cell["multiplier"]);
  }
  // The truncated one is cheaper: both ends of the front are cells' own best mitigations.
  std::set<std::string> front;
  for (const auto& point : data["energy"]) {
    if (point["front"]) front.insert(cell_name(data, point));
  }
  EXPECT_TRUE(front.count("truncated"));
}

TEST_F(CampaignData, a_gpu_has_a_panel_per_sub_core) {
  const campaign::CampaignFolder folder;
  campaign::run_to(
      folder.config(campaign::small_yaml(
          "  faults: {universe: output_bits, kinds: [sa1]}\n  pes: [\"sm[0].sub[1].lane[30]\"]\n",
          "fw8u_trunc6", "affine_u8", "{type: gpu_sm, preset: turing, sms: 1}",
          "mitigations: [none]\n")),
      path());
  const Json data = campaign_data(path(), {});
  const auto& grid = data["pe_losses"][0]["grid"];
  EXPECT_EQ(grid["panel_rows"], 1);
  EXPECT_EQ(grid["panel_columns"], 4);
  EXPECT_EQ(grid["rows"], 32);  // 8x4 dot-product units of 8 lanes
  EXPECT_EQ(grid["columns"], 8);
}

}  // namespace
}  // namespace faultwave::report
