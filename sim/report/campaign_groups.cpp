#include "report/campaign_groups.hpp"

#include <algorithm>
#include <cstring>
#include <functional>
#include <map>
#include <numeric>

#include "report/loss_tally.hpp"

namespace faultwave::report {
namespace {

bool is_recorded(const TrialTable& table, std::size_t mitigation, std::size_t trial) {
  return table.outcomes[mitigation].correct[trial] >= 0;
}

/// Calls `visit(mitigation, trial)` for every result.
template <typename Visit>
void for_each_result(const TrialTable& table, const Visit& visit) {
  for (std::size_t m = 0; m < table.mitigations.size(); ++m) {
    for (std::size_t i = 0; i < table.size(); ++i) {
      if (is_recorded(table, m, i)) visit(m, i);
    }
  }
}

void add_means(Json& row, const LossTally& tally, const campaign::Interval& interval) {
  const LossFigures means = tally.means();
  row["trials"] = tally.num_trials();
  row["accuracy"] = rounded(means.accuracy, 6);
  row["loss"] = rounded(means.loss_points);
  row["lower"] = rounded(interval.lower);
  row["upper"] = rounded(interval.upper);
  row["worst"] = rounded(tally.worst_loss_points());
  row["masked"] = rounded(means.masked, 6);
  row["benign"] = rounded(means.benign, 6);
  row["sdc1"] = rounded(means.sdc1, 6);
  row["sdc5"] = rounded(means.sdc5, 6);
}

/// Rows by cell, mitigation and whatever `key_of` says of a trial (null: not in a group).
template <typename KeyOf>
Json rows_by(const TrialTable& table, const GroupOptions& options,
             const std::vector<std::string>& names, const KeyOf& key_of) {
  using Key = std::vector<Json>;
  std::map<std::pair<std::pair<int32_t, std::size_t>, Key>, LossTally> groups;
  for_each_result(table, [&](std::size_t m, std::size_t i) {
    Key key = key_of(i);
    if (key.empty()) return;
    groups[{{table.cell[i], m}, std::move(key)}].add(table.scaled_weight[i],
                                                     figures_of(table, m, i));
  });
  Json rows = Json::array();
  for (const auto& [key, tally] : groups) {
    if (tally.weight() <= 0) continue;
    Json row = {{"cell", key.first.first}, {"mitigation", key.first.second}};
    for (std::size_t k = 0; k < names.size(); ++k) row[names[k]] = key.second[k];
    add_means(row, tally, mean_loss_interval(tally, options.confidence, options.tried_share));
    rows.push_back(std::move(row));
  }
  return rows;
}

const campaign::FaultRow* fault_of(const TrialTable& table, std::size_t trial) {
  return table.fault[trial] < 0 ? nullptr
                                : &table.faults[static_cast<std::size_t>(table.fault[trial])];
}

/// Joins strata of whose populations we know.
campaign::Interval stratified_interval(const TrialTable& table,
                                       const std::map<int32_t, LossTally>& strata,
                                       double confidence) {
  std::vector<campaign::StratumSample> samples;
  for (const auto& [stratum, tally] : strata) {
    const double population = table.strata_sizes[static_cast<std::size_t>(stratum)];
    samples.push_back({.weight = population,
                       .num_samples = tally.effective_size(),
                       .mean = tally.means().loss_points,
                       .variance = tally.loss_variance(),
                       .population = static_cast<uint64_t>(population)});
  }
  return campaign::stratified_mean(samples, confidence).interval;
}

}  // namespace

Json summary_rows(const TrialTable& table, const GroupOptions& options) {
  std::map<std::pair<int32_t, std::size_t>, std::map<int32_t, LossTally>> groups;
  std::map<std::pair<int32_t, std::size_t>, LossTally> wholes;
  for_each_result(table, [&](std::size_t m, std::size_t i) {
    const LossFigures figures = figures_of(table, m, i);
    const std::pair key(table.cell[i], m);
    groups[key][table.stratum[i]].add(table.scaled_weight[i], figures);
    wholes[key].add(table.scaled_weight[i], figures);
  });
  Json rows = Json::array();
  for (const auto& [key, whole] : wholes) {
    if (whole.weight() <= 0) continue;
    const auto& strata = groups.at(key);
    const auto interval = strata.size() > 1 && !table.strata_sizes.empty()
                              ? stratified_interval(table, strata, options.confidence)
                              : mean_loss_interval(whole, options.confidence, options.tried_share);
    Json row = {{"cell", key.first}, {"mitigation", key.second}};
    add_means(row, whole, interval);
    rows.push_back(std::move(row));
  }
  return rows;
}

Json bit_rows(const TrialTable& table, const GroupOptions& options) {
  return rows_by(table, options, {"bit", "kind"}, [&](std::size_t i) -> std::vector<Json> {
    const auto* fault = fault_of(table, i);
    if (fault == nullptr || !fault->highest_output_bit) return {};
    return {*fault->highest_output_bit, fault->kind};
  });
}

Json level_rows(const TrialTable& table, const GroupOptions& options) {
  return rows_by(table, options, {"level", "kind"}, [&](std::size_t i) -> std::vector<Json> {
    const auto* fault = fault_of(table, i);
    if (fault == nullptr || !fault->level) return {};
    return {*fault->level, fault->kind};
  });
}

Json layer_rows(const TrialTable& table, const GroupOptions& options) {
  return rows_by(table, options, {"layer"}, [&](std::size_t i) -> std::vector<Json> {
    if (table.layer[i] < 0) return {};
    return {table.layer[i]};
  });
}

Json rate_rows(const TrialTable& table, const GroupOptions& options) {
  return rows_by(table, options, {"rate"}, [&](std::size_t i) -> std::vector<Json> {
    if (table.rate[i] < 0) return {};
    return {table.rate[i]};
  });
}

Json exceedance_curves(const TrialTable& table) {
  std::map<std::pair<int32_t, std::size_t>, std::map<double, double, std::greater<>>> groups;
  for_each_result(table, [&](std::size_t m, std::size_t i) {
    groups[{table.cell[i], m}][figures_of(table, m, i).loss_points] += table.scaled_weight[i];
  });
  Json curves = Json::array();
  for (const auto& [key, weights] : groups) {
    double total = 0;
    for (const auto& [loss, weight] : weights) total += weight;
    if (total <= 0) continue;
    Json curve = {{"cell", key.first}, {"mitigation", key.second}};
    double sum = 0;
    for (const auto& [loss, weight] : weights) {
      sum += weight;
      curve["loss"].push_back(rounded(loss));
      curve["share"].push_back(rounded(sum / total, 6));
    }
    curves.push_back(std::move(curve));
  }
  return curves;
}

Json fault_columns(const TrialTable& table, const GroupOptions& options) {
  const bool names_faults =
      std::any_of(table.fault.begin(), table.fault.end(), [](int32_t fault) { return fault >= 0; });
  if (!names_faults) return {};
  Json columns;
  std::map<int64_t, std::size_t> cells;
  for (std::size_t i = 0; i < table.cells.size(); ++i) cells[table.cells[i].cell] = i;
  const auto optional = [](const auto& value, int decimals) {
    return value ? rounded(static_cast<double>(*value), decimals) : Json();
  };
  for (const auto& fault : table.faults) {
    columns["cell"].push_back(cells.at(fault.cell));
    columns["name"].push_back(fault.name);
    columns["unit"].push_back(fault.unit);
    columns["net"].push_back(fault.net);
    columns["kind"].push_back(fault.kind);
    columns["lowest_bit"].push_back(optional(fault.lowest_output_bit, 0));
    columns["highest_bit"].push_back(optional(fault.highest_output_bit, 0));
    columns["level"].push_back(optional(fault.level, 0));
    columns["weight"].push_back(fault.weight);
    columns["mae"].push_back(optional(fault.mae, 2));
    columns["wce"].push_back(optional(fault.wce, 0));
    columns["error_probability"].push_back(optional(fault.error_probability, 6));
    columns["mean_error"].push_back(optional(fault.mean_error, 2));
    columns["members"].push_back(fault.members);
  }
  for (std::size_t m = 0; m < table.mitigations.size(); ++m) {
    std::vector<LossTally> tallies(table.faults.size());
    std::vector<double> critical(table.faults.size(), 0);
    for (std::size_t i = 0; i < table.size(); ++i) {
      if (table.fault[i] < 0 || !is_recorded(table, m, i)) continue;
      const auto fault = static_cast<std::size_t>(table.fault[i]);
      const auto figures = figures_of(table, m, i);
      tallies[fault].add(table.scaled_weight[i], figures);
      if (figures.loss_points > options.critical_points) critical[fault] += table.scaled_weight[i];
    }
    Json by_fault;
    for (std::size_t f = 0; f < tallies.size(); ++f) {
      const bool is_tried = tallies[f].weight() > 0;
      const auto means = is_tried ? tallies[f].means() : LossFigures();
      by_fault["trials"].push_back(tallies[f].num_trials());
      by_fault["loss"].push_back(is_tried ? rounded(means.loss_points) : Json());
      by_fault["worst"].push_back(is_tried ? rounded(tallies[f].worst_loss_points()) : Json());
      by_fault["critical"].push_back(is_tried ? rounded(critical[f] / tallies[f].weight(), 6)
                                              : Json());
      by_fault["sdc1"].push_back(is_tried ? rounded(means.sdc1, 6) : Json());
    }
    columns["by_mitigation"].push_back(std::move(by_fault));
  }
  return columns;
}

Json pe_rows(const TrialTable& table) {
  std::map<std::pair<int32_t, std::size_t>, std::map<int32_t, LossTally>> groups;
  for_each_result(table, [&](std::size_t m, std::size_t i) {
    if (table.pe[i] < 0) return;
    groups[{table.cell[i], m}][table.pe[i]].add(table.scaled_weight[i], figures_of(table, m, i));
  });
  Json rows = Json::array();
  for (const auto& [key, pes] : groups) {
    Json row = {{"cell", key.first}, {"mitigation", key.second}};
    for (const auto& [pe, tally] : pes) {
      if (tally.weight() <= 0) continue;
      row["pe"].push_back(table.pes[static_cast<std::size_t>(pe)]);
      row["trials"].push_back(tally.num_trials());
      row["loss"].push_back(rounded(tally.means().loss_points));
    }
    if (row.contains("pe")) rows.push_back(std::move(row));
  }
  return rows;
}

Json trial_columns(const TrialTable& table) {
  Json columns = {{"trial", table.trial}, {"cell", table.cell}};
  const auto add_index = [&](const char* name, const std::vector<int32_t>& indices) {
    if (std::any_of(indices.begin(), indices.end(), [](int32_t index) { return index >= 0; })) {
      columns[name] = indices;
    }
  };
  add_index("fault", table.fault);
  add_index("pe", table.pe);
  add_index("layer", table.layer);
  if (std::any_of(table.rate.begin(), table.rate.end(), [](double rate) { return rate >= 0; })) {
    columns["rate"] = table.rate;
    columns["faulty_pes"] = table.num_faulty_pes;
  }
  columns["pes"] = table.pes;
  for (const auto& outcomes : table.outcomes) {
    columns["results"].push_back(
        {{"correct", outcomes.correct}, {"masked", outcomes.masked}, {"sdc1", outcomes.sdc1}});
  }
  return columns;
}

}  // namespace faultwave::report
