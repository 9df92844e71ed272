#include "campaign/query_results.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "base/error.hpp"
#include "base/suggest.hpp"
#include "campaign/query_keys.hpp"
#include "campaign/sqlite_database.hpp"
#include "campaign/stored_config.hpp"

namespace faultwave::campaign {
namespace {

struct Figure {
  const char* name;
  double (*value)(const QueryGroup&);
};
constexpr Figure kFigures[] = {
    {"trials", [](const QueryGroup& g) { return static_cast<double>(g.trials); }},
    {"accuracy", [](const QueryGroup& g) { return g.accuracy; }},
    {"loss", [](const QueryGroup& g) { return g.loss_points; }},
    {"max_loss", [](const QueryGroup& g) { return g.max_loss_points; }},
    {"masked", [](const QueryGroup& g) { return g.masked; }},
    {"benign", [](const QueryGroup& g) { return g.benign; }},
    {"sdc1", [](const QueryGroup& g) { return g.sdc1; }},
    {"sdc5", [](const QueryGroup& g) { return g.sdc5; }},
    {"critical", [](const QueryGroup& g) { return g.critical.value; }}};

/// Sums over the trials of one group in one stratum of one cell.
struct Part {
  int64_t cell = 0;
  std::string stratum;
  uint64_t trials = 0;
  double weight = 0;
  double weight_squares = 0;
  /// Weighted sums.
  double accuracy = 0;
  double loss_points = 0;
  double masked = 0;
  double benign = 0;
  double sdc1 = 0;
  double sdc5 = 0;
  double critical = 0;
  double max_loss_points = 0;
};

struct KeyOrder {
  bool operator()(const std::vector<KeyValue>& a, const std::vector<KeyValue>& b) const {
    return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end());
  }
};
using PartsByGroup = std::map<std::vector<KeyValue>, std::vector<Part>, KeyOrder>;

std::vector<std::string> distinct(Database& database, const char* sql) {
  std::vector<std::string> values;
  Statement rows(database, sql);
  while (rows.step()) values.push_back(rows.text(0));
  return values;
}

/// The keys asked for, and those without which figures of unlike things would be mixed.
std::vector<std::string> complete_keys(Database& database, const QueryOptions& options) {
  std::vector<std::string> keys = options.by;
  if (keys.empty()) keys = {"mitigation"};
  const auto has = [&](const char* name) {
    return std::find(keys.begin(), keys.end(), name) != keys.end();
  };
  for (const std::string& name : keys) {
    find_query_key(name);
    if (std::count(keys.begin(), keys.end(), name) > 1) {
      throw UsageError(fmt::format("the key '{}' is there twice\n  fix: name it once", name));
    }
  }
  if (options.members && !has("fault")) {
    throw UsageError("members of classes need the key 'fault'\n  fix: add --by fault");
  }
  const auto multipliers = distinct(database, "SELECT DISTINCT multiplier FROM cell");
  if ((has("fault") || has("net")) && multipliers.size() > 1 && !has("multiplier") &&
      !has("cell")) {
    keys.insert(keys.begin(), "multiplier");
  }
  const auto mitigations =
      distinct(database, "SELECT DISTINCT mitigation FROM result ORDER BY mitigation");
  if (options.mitigation) {
    if (std::find(mitigations.begin(), mitigations.end(), *options.mitigation) ==
        mitigations.end()) {
      throw UsageError(fmt::format("no results with mitigation '{}'\n  fix: {}",
                                   *options.mitigation,
                                   suggestion(*options.mitigation, mitigations)));
    }
  } else if (mitigations.size() > 1 && !has("mitigation")) {
    keys.push_back("mitigation");
  }
  return keys;
}

/// Every trial with every mitigation of its cell: one that was not tried changes nothing.
std::string results_in_use(const StoredConfig& config) {
  if (!config.mitigates_critical_only) return "result";
  const char* mitigations =
      config.has_own_mitigations
          ? "SELECT DISTINCT cell,mitigation FROM result JOIN trial USING(trial)"
          : "SELECT cell,mitigation FROM cell,(SELECT DISTINCT mitigation FROM result)";
  return fmt::format(
      "(SELECT trial,mitigation,correct,masked,benign,sdc1,sdc5 FROM result UNION ALL"
      " SELECT o.trial,m.mitigation,o.correct,o.masked,o.benign,o.sdc1,o.sdc5"
      " FROM result o JOIN trial USING(trial) JOIN ({}) m USING(cell)"
      " WHERE o.mitigation='none' AND NOT EXISTS"
      " (SELECT 1 FROM result t WHERE t.trial=o.trial AND t.mitigation=m.mitigation))",
      mitigations);
}

KeyValue read_key(const Statement& row, int column, bool is_number) {
  if (row.is_null(column)) return {};
  if (is_number) return {KeyValue::Kind::kNumber, row.real(column), row.text(column)};
  return {KeyValue::Kind::kText, 0, row.text(column)};
}

PartsByGroup read_parts(Database& database, const std::vector<std::string>& keys,
                        const QueryOptions& options, const std::string& results) {
  std::string columns;
  for (const std::string& name : keys) {
    const bool is_member = options.members && name == "fault";
    columns += is_member ? "coalesce(m.name,f.name)" : find_query_key(name).expression;
    columns += ",";
  }
  const std::string loss = "100.0*(c.golden_correct-r.correct)/c.images";
  std::string groups;
  for (std::size_t i = 1; i <= keys.size() + 2; ++i)
    groups += (i > 1 ? "," : "") + std::to_string(i);
  std::string sql = "SELECT " + columns + "t.cell,t.stratum,count(*),total(t.weight)," +
                    "total(t.weight*t.weight)";
  for (const char* share : {"correct", "masked", "benign", "sdc1", "sdc5"}) {
    sql += fmt::format(",total(t.weight*r.{}/c.images)", share);
  }
  sql += fmt::format(",total(t.weight*{0}),max({0}),total(t.weight*({0}>?))", loss);
  sql += " FROM trial t JOIN " + results +
         " r ON r.trial=t.trial JOIN cell c ON c.cell=t.cell"
         " LEFT JOIN fault f ON f.fault=t.fault";
  if (options.members) sql += " LEFT JOIN fault_member m ON m.fault=t.fault";
  if (options.mitigation) sql += " WHERE r.mitigation=?";
  sql += " GROUP BY " + groups + " ORDER BY " + groups;

  Statement rows(database, sql);
  rows.bind(0, options.critical_points);
  if (options.mitigation) rows.bind(1, std::string_view(*options.mitigation));
  PartsByGroup parts;
  while (rows.step()) {
    std::vector<KeyValue> values;
    for (std::size_t i = 0; i < keys.size(); ++i) {
      values.push_back(read_key(rows, static_cast<int>(i), find_query_key(keys[i]).is_number));
    }
    int column = static_cast<int>(keys.size());
    Part part;
    part.cell = rows.integer(column++);
    part.stratum = rows.text(column++);
    part.trials = static_cast<uint64_t>(rows.integer(column++));
    for (double* sum :
         {&part.weight, &part.weight_squares, &part.accuracy, &part.masked, &part.benign,
          &part.sdc1, &part.sdc5, &part.loss_points, &part.max_loss_points, &part.critical}) {
      *sum = rows.real(column++);
    }
    parts[values].push_back(std::move(part));
  }
  return parts;
}

using Populations = std::map<std::pair<int64_t, std::string>, uint64_t>;

/// Populations of all strata that trials belong to; empty when one of them is not recorded.
Populations read_populations(Database& database) {
  const bool is_incomplete =
      !distinct(database,
                "SELECT 1 FROM trial LEFT JOIN stratum USING(cell,stratum) WHERE population IS "
                "NULL LIMIT 1")
           .empty();
  Populations populations;
  if (is_incomplete) return populations;
  Statement rows(database, "SELECT cell,stratum,population FROM stratum");
  while (rows.step()) {
    populations[{rows.integer(0), rows.text(1)}] = static_cast<uint64_t>(rows.integer(2));
  }
  return populations;
}

/// Weight of all trials per stratum; a trial counts once, whatever its mitigations.
std::map<std::pair<int64_t, std::string>, double> read_stratum_weights(Database& database) {
  std::map<std::pair<int64_t, std::string>, double> weights;
  Statement rows(database, "SELECT cell,stratum,total(weight) FROM trial GROUP BY 1,2");
  while (rows.step()) weights[{rows.integer(0), rows.text(1)}] = rows.real(2);
  return weights;
}

/// A weighted sample of `population`. Trials with weight w tell of w members, so that the sample is
/// everybody when the weights add up to the population.
StratumSample weighted_sample(double share, double mean, double weight, double weight_squares,
                              uint64_t population) {
  StratumSample sample{.weight = share, .mean = std::clamp(mean, 0.0, 1.0)};
  sample.num_samples = effective_sample_size(weight, weight_squares);
  if (population == 0) return sample;
  const auto size = static_cast<double>(population);
  if (weight >= size * (1 - 1e-12)) {
    sample.num_samples = size;
    sample.population = population;
  } else {
    // Wilson's interval takes the correction as a larger sample.
    sample.num_samples *= (size - 1) / (size - weight);
  }
  return sample;
}

class GroupMaker {
 public:
  GroupMaker(const ResultsStore& store, const std::vector<std::string>& keys,
             const QueryOptions& options)
      : options_(options),
        populations_(read_populations(store.database())),
        stratum_weights_(read_stratum_weights(store.database())),
        total_population_(store.info().population.value_or(0)),
        num_finished_(store.num_finished()) {
    has_whole_strata_ = std::all_of(keys.begin(), keys.end(), [](const std::string& name) {
      return find_query_key(name).is_of_cells;
    });
    is_by_stratum_ = std::find(keys.begin(), keys.end(), "stratum") != keys.end();
  }

  QueryGroup make(const std::vector<KeyValue>& keys, const std::vector<Part>& parts) const {
    QueryGroup group;
    group.keys = keys;
    group.max_loss_points = parts.front().max_loss_points;
    double weight = 0;
    for (const Part& part : parts) {
      const double scale = scale_of(part);
      weight += scale * part.weight;
      group.trials += part.trials;
      group.accuracy += scale * part.accuracy;
      group.loss_points += scale * part.loss_points;
      group.masked += scale * part.masked;
      group.benign += scale * part.benign;
      group.sdc1 += scale * part.sdc1;
      group.sdc5 += scale * part.sdc5;
      group.max_loss_points = std::max(group.max_loss_points, part.max_loss_points);
    }
    for (double* mean : {&group.accuracy, &group.loss_points, &group.masked, &group.benign,
                         &group.sdc1, &group.sdc5}) {
      *mean /= weight;
    }
    group.critical = stratified_proportion(
        has_whole_strata_ && !populations_.empty() ? by_strata(parts) : as_one(parts, group.trials),
        options_.confidence);
    return group;
  }

 private:
  /// What brings a stratum's weights to its population.
  double scale_of(const Part& part) const {
    if (populations_.empty()) return 1;
    const std::pair key(part.cell, part.stratum);
    return static_cast<double>(populations_.at(key)) / stratum_weights_.at(key);
  }

  std::vector<StratumSample> by_strata(const std::vector<Part>& parts) const {
    std::vector<StratumSample> samples;
    std::set<int64_t> cells;
    std::set<std::pair<int64_t, std::string>> sampled;
    for (const Part& part : parts) {
      const std::pair key(part.cell, part.stratum);
      const uint64_t population = populations_.at(key);
      samples.push_back(weighted_sample(static_cast<double>(population),
                                        part.critical / part.weight, part.weight,
                                        part.weight_squares, population));
      cells.insert(part.cell);
      sampled.insert(key);
    }
    if (is_by_stratum_) return samples;
    for (const auto& [key, population] : populations_) {
      if (cells.count(key.first) != 0 && sampled.count(key) == 0) {
        samples.push_back({.weight = static_cast<double>(population)});
      }
    }
    return samples;
  }

  std::vector<StratumSample> as_one(const std::vector<Part>& parts, uint64_t trials) const {
    double weight = 0;
    double weight_squares = 0;
    double critical = 0;
    for (const Part& part : parts) {
      const double scale = scale_of(part);
      weight += scale * part.weight;
      weight_squares += scale * scale * part.weight_squares;
      critical += scale * part.critical;
    }
    // The population of a part of all trials is not known.
    const bool is_everything = has_whole_strata_ && trials == num_finished_;
    return {weighted_sample(1, critical / weight, weight, weight_squares,
                            is_everything ? total_population_ : 0)};
  }

  const QueryOptions& options_;
  Populations populations_;
  std::map<std::pair<int64_t, std::string>, double> stratum_weights_;
  uint64_t total_population_;
  uint64_t num_finished_;
  bool has_whole_strata_ = false;
  bool is_by_stratum_ = false;
};

void sort_groups(QueryResult& result) {
  const std::string& sort = result.options.sort;
  if (sort.empty()) return;
  const auto colon = sort.find(':');
  const std::string name = sort.substr(0, colon);
  const std::string direction = colon == std::string::npos ? "" : sort.substr(colon + 1);
  if (!direction.empty() && direction != "asc" && direction != "desc") {
    throw UsageError(
        fmt::format("'{}' is no order\n  fix: {}:asc or {}:desc", direction, name, name));
  }
  const auto key = std::find(result.key_names.begin(), result.key_names.end(), name);
  if (key != result.key_names.end()) {
    const auto index = static_cast<std::size_t>(key - result.key_names.begin());
    std::stable_sort(result.groups.begin(), result.groups.end(),
                     [&](const QueryGroup& a, const QueryGroup& b) {
                       return direction == "desc" ? b.keys[index] < a.keys[index]
                                                  : a.keys[index] < b.keys[index];
                     });
    return;
  }
  for (const Figure& figure : kFigures) {
    if (figure.name != name) continue;
    std::stable_sort(result.groups.begin(), result.groups.end(),
                     [&](const QueryGroup& a, const QueryGroup& b) {
                       return direction == "asc" ? figure.value(a) < figure.value(b)
                                                 : figure.value(b) < figure.value(a);
                     });
    return;
  }
  auto known = result.key_names;
  for (const std::string& figure : query_figures()) known.push_back(figure);
  throw UsageError(fmt::format("cannot sort by '{}'\n  fix: {}", name, suggestion(name, known)));
}

}  // namespace

std::vector<std::string> query_figures() {
  std::vector<std::string> names;
  for (const Figure& figure : kFigures) names.emplace_back(figure.name);
  return names;
}

QueryResult query_results(const ResultsStore& store, const QueryOptions& options) {
  if (!(options.confidence > 0 && options.confidence < 1)) {
    throw UsageError(
        fmt::format("confidence {} is not between 0 and 1\n  fix: --confidence 0.95, for example",
                    options.confidence));
  }
  QueryResult result;
  result.options = options;
  result.info = store.info();
  result.num_finished = store.num_finished();
  result.key_names = complete_keys(store.database(), options);
  const StoredConfig config = read_stored_config(store.info());
  result.mitigates_critical_only = config.mitigates_critical_only;
  const GroupMaker maker(store, result.key_names, options);
  for (const auto& [keys, parts] :
       read_parts(store.database(), result.key_names, options, results_in_use(config))) {
    result.groups.push_back(maker.make(keys, parts));
  }
  sort_groups(result);
  result.num_groups = result.groups.size();
  if (options.limit != 0 && result.groups.size() > options.limit) {
    result.groups.resize(options.limit);
  }
  return result;
}

}  // namespace faultwave::campaign
