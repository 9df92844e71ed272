#include "campaign/query_results.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/file.hpp"
#include "campaign/small_campaign.hpp"

namespace faultwave::campaign {
namespace {

using ::testing::HasSubstr;

/// The group of one result of one trial, worked out from the records and not from the file.
using GroupOf = std::function<std::string(const TrialRecord&, const FaultRow*, const CellRow&)>;

struct Expected {
  uint64_t trials = 0;
  double weight = 0;
  double weight_squares = 0;
  double accuracy = 0;
  double loss = 0;
  double max_loss = -1e9;
  double masked = 0;
  double sdc1 = 0;
  double sdc5 = 0;
  double critical = 0;
};

class QueryResults : public ::testing::Test {
 protected:
  TemporaryDirectory folder_;
  std::filesystem::path path_ = folder_.path() / "results.sqlite";
  std::vector<CellRow> cells_ = small_cells();
  std::vector<FaultRow> faults_ = small_faults();
  std::vector<TrialRecord> trials_ = small_trials();

  ResultsStore stored(const std::vector<StratumRow>& strata = {},
                      const CampaignInfo& info = small_info()) {
    auto store = ResultsStore::create(path_, info);
    store.add_cells(cells_);
    store.add_faults(faults_);
    store.add_strata(strata);
    store.commit(trials_);
    return store;
  }

  std::map<std::string, Expected> expected(const std::string& mitigation, const GroupOf& group_of,
                                           double critical_points = 1) const {
    std::map<std::string, Expected> groups;
    for (const TrialRecord& trial : trials_) {
      const CellRow& cell = cells_[static_cast<std::size_t>(trial.cell)];
      const FaultRow* fault =
          trial.fault ? &faults_[static_cast<std::size_t>(*trial.fault)] : nullptr;
      for (const TrialResult& result : trial.results) {
        if (result.mitigation != mitigation) continue;
        Expected& group = groups[group_of(trial, fault, cell)];
        const double loss = 100.0 * static_cast<double>(cell.golden_correct - result.correct) /
                            static_cast<double>(cell.images);
        const auto share = [&](int64_t count) {
          return trial.weight * static_cast<double>(count) / static_cast<double>(cell.images);
        };
        ++group.trials;
        group.weight += trial.weight;
        group.weight_squares += trial.weight * trial.weight;
        group.accuracy += share(result.correct);
        group.loss += trial.weight * loss;
        group.max_loss = std::max(group.max_loss, loss);
        group.masked += share(result.masked);
        group.sdc1 += share(result.sdc1);
        group.sdc5 += share(result.sdc5);
        group.critical += loss > critical_points ? trial.weight : 0;
      }
    }
    return groups;
  }
};

std::string joined(const std::vector<KeyValue>& keys) {
  std::string text;
  for (const KeyValue& key : keys) text += (text.empty() ? "" : "|") + key.text;
  return text;
}

TEST_F(QueryResults, every_key_gives_the_weighted_figures_of_its_trials) {
  const auto store = stored();
  using T = const TrialRecord&;
  using F = const FaultRow*;
  using C = const CellRow&;
  const auto number = [](const std::optional<int64_t>& value) {
    return value ? std::to_string(*value) : std::string();
  };
  const std::vector<std::pair<std::string, GroupOf>> keys = {
      {"mitigation", [](T, F, C) { return "none"; }},
      {"network", [](T, F, C cell) { return cell.network; }},
      {"multiplier", [](T, F, C cell) { return cell.multiplier; }},
      {"format", [](T, F, C cell) { return cell.number_format; }},
      {"accelerator", [](T, F, C cell) { return cell.accelerator; }},
      {"cell", [](T, F, C cell) { return cell.name; }},
      {"stratum", [](T trial, F, C) { return trial.stratum; }},
      {"fault",
       [](T, F fault, C cell) { return cell.multiplier + "|" + (fault ? fault->name : ""); }},
      {"net", [](T, F fault, C cell) { return cell.multiplier + "|" + (fault ? fault->net : ""); }},
      {"unit", [](T, F fault, C) { return fault ? fault->unit : ""; }},
      {"kind", [](T, F fault, C) { return fault ? fault->kind : ""; }},
      {"bit", [&](T, F fault, C) { return fault ? number(fault->highest_output_bit) : ""; }},
      {"level", [&](T, F fault, C) { return fault ? number(fault->level) : ""; }},
      {"pe", [](T trial, F, C) { return trial.pe.value_or(""); }},
      {"layer", [](T trial, F, C) { return trial.layer.value_or(""); }},
      {"rate", [](T trial, F, C) { return trial.rate ? fmt::format("{}", *trial.rate) : ""; }},
      {"trial", [](T trial, F, C) { return std::to_string(trial.trial); }}};
  EXPECT_EQ(keys.size(), query_keys().size());
  for (const auto& [key, group_of] : keys) {
    for (const double critical_points : {1.0, 4.0}) {
      const auto result = query_results(
          store, {.by = {key}, .mitigation = "none", .critical_points = critical_points});
      auto groups = expected("none", group_of, critical_points);
      EXPECT_EQ(result.groups.size(), groups.size()) << key;
      for (const QueryGroup& group : result.groups) {
        SCOPED_TRACE(key + " " + joined(group.keys));
        ASSERT_EQ(groups.count(joined(group.keys)), 1u);
        const Expected& e = groups[joined(group.keys)];
        EXPECT_EQ(group.trials, e.trials);
        EXPECT_NEAR(group.accuracy, e.accuracy / e.weight, 1e-12);
        EXPECT_NEAR(group.loss_points, e.loss / e.weight, 1e-12);
        EXPECT_NEAR(group.max_loss_points, e.max_loss, 1e-12);
        EXPECT_NEAR(group.masked, e.masked / e.weight, 1e-12);
        EXPECT_NEAR(group.sdc1, e.sdc1 / e.weight, 1e-12);
        EXPECT_NEAR(group.sdc5, e.sdc5 / e.weight, 1e-12);
        EXPECT_NEAR(group.masked + group.benign + group.sdc1, 1, 1e-12);
        EXPECT_NEAR(group.critical.value, e.critical / e.weight, 1e-12);
        if (key != "mitigation" && key != "network" && key != "format" && key != "accelerator") {
          const auto interval =
              wilson_interval(group.critical.value, e.weight * e.weight / e.weight_squares, 0.95);
          EXPECT_NEAR(group.critical.interval.lower, interval.lower, 1e-9);
          EXPECT_NEAR(group.critical.interval.upper, interval.upper, 1e-9);
        }
      }
    }
  }
}

TEST_F(QueryResults, unlike_things_are_never_mixed) {
  const auto store = stored();
  EXPECT_EQ(query_results(store, {.by = {"bit"}}).key_names,
            (std::vector<std::string>{"bit", "mitigation"}));
  EXPECT_EQ(query_results(store, {.by = {"fault"}, .mitigation = "fap"}).key_names,
            (std::vector<std::string>{"multiplier", "fault"}));
  EXPECT_EQ(query_results(store, {.by = {"cell", "net"}, .mitigation = "fap"}).key_names,
            (std::vector<std::string>{"cell", "net"}));
  EXPECT_EQ(query_results(store, {}).groups.size(), 2u);
}

TEST_F(QueryResults, members_of_a_class_have_the_figures_of_their_class) {
  const auto store = stored();
  const auto classes = query_results(store, {.by = {"fault"}, .mitigation = "none"});
  const auto members =
      query_results(store, {.by = {"fault"}, .mitigation = "none", .members = true});
  std::map<std::string, const QueryGroup*> by_name;
  for (const QueryGroup& group : members.groups) by_name[joined(group.keys)] = &group;
  std::size_t num_members = 0;
  for (const QueryGroup& group : classes.groups) {
    if (group.keys[1].kind == KeyValue::Kind::kNone) {
      ++num_members;
      continue;
    }
    const auto fault = std::find_if(faults_.begin(), faults_.end(), [&](const FaultRow& row) {
      return row.name == group.keys[1].text &&
             cells_[static_cast<std::size_t>(row.cell)].multiplier == group.keys[0].text;
    });
    ASSERT_NE(fault, faults_.end());
    for (const std::string& member : fault->members) {
      const auto found = by_name.find(group.keys[0].text + "|" + member);
      ASSERT_NE(found, by_name.end()) << member;
      EXPECT_EQ(found->second->trials, group.trials);
      EXPECT_NEAR(found->second->loss_points, group.loss_points, 1e-12);
      ++num_members;
    }
  }
  EXPECT_EQ(members.groups.size(), num_members);
}

/// Trials that count the same, of the first cell only.
std::vector<TrialRecord> uniform_trials(uint64_t count) {
  std::vector<TrialRecord> trials;
  for (uint64_t i = 0; i < count; ++i) {
    TrialRecord trial = small_trial(i);
    trial.cell = 0;
    trial.fault = std::nullopt;
    trial.weight = 1;
    trial.stratum = "";
    trials.push_back(std::move(trial));
  }
  return trials;
}

TEST_F(QueryResults, intervals_know_the_population_that_the_file_records) {
  trials_ = uniform_trials(40);
  const auto critical_of = [&](const std::vector<StratumRow>& strata, uint64_t population) {
    auto info = small_info();
    info.population = population;
    if (population == 0) info.population.reset();
    std::filesystem::remove(path_);
    const auto store = stored(strata, info);
    return query_results(store, {.mitigation = "none"}).groups.at(0).critical;
  };
  const double share = critical_of({}, 0).value;
  ASSERT_GT(share, 0.1);
  ASSERT_LT(share, 0.95);
  EXPECT_NEAR(critical_of({}, 0).interval.upper, wilson_interval(share, 40, 0.95).upper, 1e-12);
  for (const uint64_t population : {41u, 100u, 100000u}) {
    const auto interval = wilson_interval(share, 40, 0.95, population);
    for (const Estimate& estimate :
         {critical_of({}, population), critical_of({{0, "", population}}, 0)}) {
      EXPECT_NEAR(estimate.value, share, 1e-12);
      EXPECT_NEAR(estimate.interval.lower, interval.lower, 1e-12) << population;
      EXPECT_NEAR(estimate.interval.upper, interval.upper, 1e-12) << population;
    }
  }
  // Everybody was asked.
  EXPECT_NEAR(critical_of({{0, "", 40}}, 0).interval.half_width(), 0, 1e-12);
}

TEST_F(QueryResults, a_class_stands_for_all_its_members) {
  // Four classes of 10, 20, 30 and 40 faults in one place each: nothing is left to chance.
  trials_ = uniform_trials(4);
  for (std::size_t i = 0; i < 4; ++i) trials_[i].weight = 10.0 * static_cast<double>(i + 1);
  double critical = 0;
  for (const TrialRecord& trial : trials_) {
    critical += trial.results[1].correct < 47 ? trial.weight / 100 : 0;
  }
  ASSERT_GT(critical, 0);
  ASSERT_LT(critical, 1);
  const auto store = stored({{0, "", 100}});
  const auto estimate =
      query_results(store, {.mitigation = "none", .critical_points = 2}).groups.at(0).critical;
  EXPECT_NEAR(estimate.value, critical, 1e-12);
  EXPECT_NEAR(estimate.interval.half_width(), 0, 1e-12);
}

TEST_F(QueryResults, strata_count_by_their_population_and_not_by_how_often_they_were_tried) {
  trials_ = uniform_trials(60);
  for (std::size_t i = 0; i < 60; ++i) trials_[i].stratum = i < 50 ? "low" : "high";
  double loss[2] = {0, 0};
  double critical[2] = {0, 0};
  for (std::size_t i = 0; i < 60; ++i) {
    const double points = 100.0 * static_cast<double>(48 - trials_[i].results[1].correct) / 50;
    const int stratum = i < 50 ? 0 : 1;
    loss[stratum] += points / (stratum == 0 ? 50 : 10);
    critical[stratum] += points > 1 ? 1.0 / (stratum == 0 ? 50 : 10) : 0;
  }
  const auto store = stored({{0, "low", 1000}, {0, "high", 3000}});
  const auto group = query_results(store, {.mitigation = "none"}).groups.at(0);
  EXPECT_NEAR(group.loss_points, 0.25 * loss[0] + 0.75 * loss[1], 1e-12);
  const StratumSample samples[] = {
      {.weight = 1, .num_samples = 50, .mean = critical[0], .population = 1000},
      {.weight = 3, .num_samples = 10, .mean = critical[1], .population = 3000}};
  const auto estimate = stratified_proportion(samples, 0.95);
  EXPECT_NEAR(group.critical.value, estimate.value, 1e-12);
  EXPECT_NEAR(group.critical.interval.lower, estimate.interval.lower, 1e-9);
  EXPECT_NEAR(group.critical.interval.upper, estimate.interval.upper, 1e-9);
}

TEST_F(QueryResults, a_stratum_without_trials_widens_the_interval) {
  trials_ = uniform_trials(40);
  const auto with = stored({{0, "", 500}, {0, "untried", 500}});
  const auto group = query_results(with, {.mitigation = "none"}).groups.at(0);
  EXPECT_GT(group.critical.interval.half_width(), 0.2);
}

TEST_F(QueryResults, keys_sort_by_number_and_figures_from_the_largest) {
  const auto store = stored();
  const auto first_key = [&](const QueryOptions& options) {
    std::vector<std::string> keys;
    for (const QueryGroup& group : query_results(store, options).groups) {
      keys.push_back(group.keys[0].text);
    }
    return keys;
  };
  EXPECT_EQ(first_key({.by = {"bit"}, .mitigation = "none"}),
            (std::vector<std::string>{"", "0", "3", "4", "7", "8"}));
  EXPECT_EQ(first_key({.by = {"bit"}, .mitigation = "none", .sort = "bit:desc", .limit = 2}),
            (std::vector<std::string>{"8", "7"}));
  EXPECT_EQ(first_key({.by = {"rate"}, .mitigation = "none"}),
            (std::vector<std::string>{"", "0.125", "0.25", "0.375"}));
  const auto pes = first_key({.by = {"pe"}, .mitigation = "none"});
  EXPECT_LT(std::find(pes.begin(), pes.end(), trials_[0].pe), pes.end());
  int previous = -1;
  for (std::size_t i = 1; i < pes.size(); ++i) {
    int row = 0;
    int col = 0;
    ASSERT_EQ(std::sscanf(pes[i].c_str(), "pe[%d][%d]", &row, &col), 2) << pes[i];
    EXPECT_GT(100 * row + col, previous);
    previous = 100 * row + col;
  }
  const auto sorted =
      query_results(store, {.by = {"trial"}, .mitigation = "none", .sort = "loss"}).groups;
  for (std::size_t i = 1; i < sorted.size(); ++i) {
    EXPECT_GE(sorted[i - 1].loss_points, sorted[i].loss_points);
  }
}

TEST_F(QueryResults, csv_quotes_what_separates_and_keeps_every_digit) {
  const auto store = stored();
  const auto result = query_results(store, {.by = {"net"}, .mitigation = "none"});
  const std::string csv = query_csv(result);
  EXPECT_THAT(csv, HasSubstr("multiplier,net,trials,accuracy_frac,loss_points,"));
  EXPECT_THAT(csv, HasSubstr("fw8u_array,\"sig, \"\"odd\"\"\","));
  EXPECT_THAT(csv, HasSubstr("fw8u_array,,"));  // several faults: no net
  const auto json = nlohmann::json::parse(query_json(result));
  ASSERT_EQ(json["groups"].size(), result.groups.size());
  EXPECT_TRUE(json["groups"][0]["net"].is_null());
  for (std::size_t i = 0; i < result.groups.size(); ++i) {
    EXPECT_EQ(json["groups"][i]["loss_points"].get<double>(), result.groups[i].loss_points);
    EXPECT_THAT(csv, HasSubstr(fmt::format(",{},", result.groups[i].loss_points)));
  }
  EXPECT_EQ(json["campaign"]["seed"].get<uint64_t>(), UINT64_MAX);
}

TEST_F(QueryResults, a_file_without_trials_gives_no_groups) {
  trials_.clear();
  const auto store = stored();
  const auto result = query_results(store, {.by = {"bit"}});
  EXPECT_TRUE(result.groups.empty());
  EXPECT_THAT(query_text(result), HasSubstr("0 of 60 trials"));
}

TEST_F(QueryResults, wrong_names_are_usage_errors_with_the_nearest_name) {
  const auto store = stored();
  const auto message = [&](const QueryOptions& options) -> std::string {
    try {
      query_results(store, options);
    } catch (const UsageError& error) {
      return error.what();
    }
    return "nothing was thrown";
  };
  EXPECT_THAT(message({.by = {"mitigaton"}}), HasSubstr("did you mean 'mitigation'"));
  EXPECT_THAT(message({.mitigation = "fpa"}), HasSubstr("no results with mitigation 'fpa'"));
  EXPECT_THAT(message({.sort = "acuracy"}), HasSubstr("did you mean 'accuracy'"));
  EXPECT_THAT(message({.sort = "accuracy:down"}), HasSubstr("accuracy:desc"));
  EXPECT_THAT(message({.by = {"bit", "bit"}}), HasSubstr("twice"));
  EXPECT_THAT(message({.by = {"bit"}, .members = true}), HasSubstr("--by fault"));
  EXPECT_THAT(message({.confidence = 95}), HasSubstr("confidence 95"));
}

TEST_F(QueryResults, mitigations_that_a_variant_does_not_have_have_no_results) {
  // Cell 0 has `none` only.
  for (auto& trial : trials_) {
    if (trial.cell == 0) trial.results.erase(trial.results.begin());
  }
  QueryOptions options;
  options.by = {"cell", "mitigation"};
  EXPECT_EQ(query_results(stored(), options).groups.size(), 3u);
  CampaignInfo info = small_info();
  info.config =
      "variants: [{name: a, mitigations: [none]}, {name: b}]\ncampaign: {mitigate: critical}\n";
  std::filesystem::remove(path_);
  EXPECT_EQ(query_results(stored({}, info), options).groups.size(), 3u);
}

TEST_F(QueryResults, trials_that_were_not_mitigated_count_as_they_are) {
  const std::vector<StratumRow> strata = {
      {0, "low", 700}, {0, "high", 1300}, {1, "low", 400}, {1, "high", 600}};
  const std::vector<std::vector<std::string>> keys = {
      {"mitigation"}, {"cell"}, {"fault"}, {"rate"}, {"trial"}};
  for (int i = 0; i < 10; ++i) {
    QueryOptions options;
    options.by = keys[static_cast<std::size_t>(i / 2)];
    if (i % 2 == 1) options.mitigation.emplace("fap");
    const auto result_of = [&](bool copies) {
      std::filesystem::remove(path_);
      trials_ = small_mitigated_trials(copies);
      return query_results(stored(strata, copies ? small_info() : small_mitigated_info()), options);
    };
    const auto result = result_of(false);
    const auto expected = result_of(true);
    EXPECT_TRUE(result.mitigates_critical_only);
    EXPECT_FALSE(expected.mitigates_critical_only);
    EXPECT_THAT(query_text(result), HasSubstr("critical trials only"));
    ASSERT_EQ(result.groups.size(), expected.groups.size());
    for (std::size_t g = 0; g < result.groups.size(); ++g) {
      const QueryGroup& group = result.groups[g];
      const QueryGroup& like = expected.groups[g];
      EXPECT_EQ(group.trials, like.trials);
      EXPECT_NEAR(group.accuracy, like.accuracy, 1e-12);
      EXPECT_NEAR(group.loss_points, like.loss_points, 1e-12);
      EXPECT_EQ(group.max_loss_points, like.max_loss_points);
      EXPECT_NEAR(group.sdc1, like.sdc1, 1e-12);
      EXPECT_NEAR(group.critical.value, like.critical.value, 1e-12);
      EXPECT_NEAR(group.critical.interval.upper, like.critical.interval.upper, 1e-12);
    }
  }
}

}  // namespace
}  // namespace faultwave::campaign
