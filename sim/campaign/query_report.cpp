// Results of a query as a table, as CSV and as JSON.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/csv.hpp"
#include "base/error.hpp"
#include "campaign/query_results.hpp"

namespace faultwave::campaign {
namespace {

struct Column {
  const char* heading;  ///< in the table
  const char* name;     ///< in CSV and JSON
  bool is_share;        ///< 0 to 1, percent in the table
  double (*value)(const QueryGroup&);
};
constexpr Column kColumns[] = {
    {"accuracy", "accuracy_frac", true, [](const QueryGroup& g) { return g.accuracy; }},
    {"loss", "loss_points", false, [](const QueryGroup& g) { return g.loss_points; }},
    {"max loss", "max_loss_points", false, [](const QueryGroup& g) { return g.max_loss_points; }},
    {"masked", "masked_frac", true, [](const QueryGroup& g) { return g.masked; }},
    {"benign", "benign_frac", true, [](const QueryGroup& g) { return g.benign; }},
    {"SDC-1", "sdc1_frac", true, [](const QueryGroup& g) { return g.sdc1; }},
    {"SDC-5", "sdc5_frac", true, [](const QueryGroup& g) { return g.sdc5; }},
    {"critical", "critical_frac", true, [](const QueryGroup& g) { return g.critical.value; }},
    {"from", "critical_lower_frac", true,
     [](const QueryGroup& g) { return g.critical.interval.lower; }},
    {"to", "critical_upper_frac", true,
     [](const QueryGroup& g) { return g.critical.interval.upper; }}};

std::string table_cell(const Column& column, const QueryGroup& group) {
  const double value = column.value(group);
  if (column.is_share) return fmt::format("{:.2f} %", 100 * value);
  const std::string text = fmt::format("{:.2f}", value);
  return text == "-0.00" ? "0.00" : text;
}

/// Columns of keys to the left, figures to the right.
std::string align(const std::vector<std::vector<std::string>>& rows, std::size_t num_keys) {
  std::vector<std::size_t> widths(rows.front().size(), 0);
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  for (const auto& row : rows) {
    std::string line = " ";
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += i < num_keys ? fmt::format(" {:<{}} ", row[i], widths[i])
                           : fmt::format("  {:>{}}", row[i], widths[i]);
    }
    text += line + "\n";
  }
  return text;
}

}  // namespace

std::string query_text(const QueryResult& result) {
  std::string text =
      fmt::format("{}: {} of {} trials; critical: more than {} points lost, {} % interval\n\n",
                  result.info.name, result.num_finished, result.info.num_trials,
                  result.options.critical_points, 100 * result.options.confidence);
  std::vector<std::vector<std::string>> rows = {result.key_names};
  rows.front().push_back("trials");
  for (const Column& column : kColumns) rows.front().push_back(column.heading);
  for (const QueryGroup& group : result.groups) {
    std::vector<std::string> row;
    for (const KeyValue& key : group.keys) {
      row.push_back(key.kind == KeyValue::Kind::kNone ? "-" : key.text);
    }
    row.push_back(std::to_string(group.trials));
    for (const Column& column : kColumns) row.push_back(table_cell(column, group));
    rows.push_back(std::move(row));
  }
  text += align(rows, result.key_names.size());
  if (result.groups.size() < result.num_groups) {
    text += fmt::format("  ... {} more (--limit 0 for all)\n",
                        result.num_groups - result.groups.size());
  }
  if (result.mitigates_critical_only) {
    text +=
        "  mitigations were tried in critical trials only; others count as without mitigation\n";
  }
  return text;
}

std::string query_csv(const QueryResult& result) {
  std::string text = fmt::format("{},trials", fmt::join(result.key_names, ","));
  for (const Column& column : kColumns) text += fmt::format(",{}", column.name);
  text += "\n";
  for (const QueryGroup& group : result.groups) {
    for (const KeyValue& key : group.keys) text += csv_field(key.text) + ",";
    text += std::to_string(group.trials);
    for (const Column& column : kColumns) text += fmt::format(",{}", column.value(group));
    text += "\n";
  }
  return text;
}

std::string query_json(const QueryResult& result) {
  using Json = nlohmann::ordered_json;
  Json root;
  root["campaign"] = {{"name", result.info.name},
                      {"seed", result.info.seed},
                      {"version", result.info.version},
                      {"revision", result.info.revision},
                      {"plan_sha256", result.info.plan_sha256},
                      {"num_trials", result.info.num_trials},
                      {"num_finished", result.num_finished}};
  root["critical_points"] = result.options.critical_points;
  root["confidence"] = result.options.confidence;
  root["mitigate"] = result.mitigates_critical_only ? "critical" : "all";
  root["by"] = result.key_names;
  root["groups"] = Json::array();
  for (const QueryGroup& group : result.groups) {
    Json entry = Json::object();
    for (std::size_t i = 0; i < group.keys.size(); ++i) {
      const KeyValue& key = group.keys[i];
      Json& value = entry[result.key_names[i]];
      if (key.kind == KeyValue::Kind::kText) value = key.text;
      if (key.kind != KeyValue::Kind::kNumber) continue;
      const auto whole = static_cast<int64_t>(key.number);
      static_cast<double>(whole) == key.number ? value = whole : value = key.number;
    }
    entry["trials"] = group.trials;
    for (const Column& column : kColumns) entry[column.name] = column.value(group);
    root["groups"].push_back(std::move(entry));
  }
  return root.dump(1) + "\n";
}

}  // namespace faultwave::campaign
