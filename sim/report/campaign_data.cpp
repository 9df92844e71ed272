#include "report/campaign_data.hpp"

#include <algorithm>
#include <map>

#include "base/error.hpp"
#include "base/sha256.hpp"
#include "campaign/query_results.hpp"
#include "campaign/stored_config.hpp"
#include "driver/yaml_reader.hpp"
#include "netlist/front_end.hpp"
#include "netlist/verilog_writer.hpp"
#include "report/campaign_groups.hpp"
#include "report/loss_tally.hpp"
#include "report/netlist_drawing.hpp"
#include "report/pe_grid.hpp"

namespace faultwave::report {
namespace {

class CampaignReader {
 public:
  CampaignReader(const std::filesystem::path& path, const ReportOptions& options)
      : path_(path),
        options_(options),
        store_(campaign::ResultsStore::open_read_only(path)),
        config_(campaign::read_stored_config(store_.info())),
        table_(read_trials(store_)) {
    if (table_.size() == 0) {
      throw InputError({path.string()}, "holds no finished trial yet",
                       "wait for the first ones, or run 'faultwave campaign' with --resume");
    }
    groups_.confidence = options.confidence;
    groups_.critical_points = options.critical_points.value_or(config_.critical_points);
    groups_.tried_share = tried_share();
  }

  Json read() {
    data_ = {{"kind", "campaign"}, {"name", store_.info().name}, {"file", path_.string()}};
    add_provenance();
    add_cells();
    data_["mitigations"] = table_.mitigations;
    data_["layers"] = table_.layers;
    data_["confidence"] = options_.confidence;
    data_["critical_points"] = groups_.critical_points;
    data_["tried_share"] = groups_.tried_share;
    add_trials();
    if (config_.mitigates_critical_only) {
      fill_unmitigated(table_, config_.has_own_mitigations);
      note("Mitigations were tried in critical trials only; other trials count as without.");
    }
    data_["summary"] = summary_rows(table_, groups_);
    add_critical_shares();
    add_part("bits", bit_rows(table_, groups_));
    add_part("levels", level_rows(table_, groups_));
    add_part("layer_losses", layer_rows(table_, groups_));
    add_part("rates", rate_rows(table_, groups_));
    data_["exceedance"] = exceedance_curves(table_);
    add_part("faults", fault_columns(table_, groups_));
    add_part("energy", energy_points());
    add_part("pe_losses", pe_losses());
    add_schematics();
    data_["remarks"] = remarks_;
    return std::move(data_);
  }

 private:
  void note(std::string text) { remarks_.push_back(std::move(text)); }

  void add_part(const char* name, Json part) {
    if (!part.empty()) data_[name] = std::move(part);
  }

  /// Of the population of faults, PEs and layers; 0 when it is unknown or infinite.
  double tried_share() const {
    if (!store_.info().population || *store_.info().population == 0) return 0;
    double weight = 0;
    for (const double of_trial : table_.weight) weight += of_trial;
    return std::min(1.0, weight / static_cast<double>(*store_.info().population));
  }

  void add_trials() {
    if (table_.size() <= options_.max_trials) {
      data_["trials"] = trial_columns(table_);
    } else {
      note(fmt::format("The table of single trials is left out: {} trials, --max-trials is {}.",
                       table_.size(), options_.max_trials));
    }
  }

  void add_provenance() {
    const auto& info = store_.info();
    data_["provenance"] = {{"version", info.version},
                           {"revision", info.revision},
                           {"seed", std::to_string(info.seed)},
                           {"plan_sha256", info.plan_sha256},
                           {"content_sha256", store_.content_sha256()},
                           {"config", info.config}};
    data_["planned"] = info.num_trials;
    data_["finished"] = table_.size();
    data_["population"] = info.population ? Json(*info.population) : Json();
    Json notes = Json::object();
    for (const auto& [key, value] : store_.notes()) notes[key] = value;
    data_["notes"] = std::move(notes);
    const auto verifications = store_.verifications();
    data_["verified"] = verifications.size();
    data_["disagreements"] = std::count_if(verifications.begin(), verifications.end(),
                                           [](const auto& row) { return !row.agrees; });
  }

  void add_cells() {
    for (const auto& cell : table_.cells) {
      data_["cells"].push_back({{"name", cell.name},
                                {"network", cell.network},
                                {"dataset", cell.dataset},
                                {"first_image", cell.first_image},
                                {"images", cell.images},
                                {"multiplier", cell.multiplier},
                                {"number_format", cell.number_format},
                                {"accelerator", cell.accelerator},
                                {"num_pes", cell.num_pes},
                                {"energy_pj", rounded(cell.energy_pj, 6)},
                                {"exact_correct", cell.exact_correct},
                                {"golden_correct", cell.golden_correct},
                                {"netlist_sha256", cell.netlist_sha256},
                                {"table_sha256", cell.table_sha256}});
    }
  }

  /// Shares of critical trials with their intervals, as `faultwave query` has them.
  void add_critical_shares() {
    campaign::QueryOptions query;
    query.by = {"cell", "mitigation"};
    query.critical_points = groups_.critical_points;
    query.confidence = options_.confidence;
    std::map<std::pair<std::string, std::string>, campaign::Estimate> estimates;
    for (const auto& group : campaign::query_results(store_, query).groups) {
      estimates[{group.keys[0].text, group.keys[1].text}] = group.critical;
    }
    for (auto& row : data_["summary"]) {
      const auto& cell = table_.cells[row["cell"].get<std::size_t>()];
      const auto& estimate =
          estimates.at({cell.name, table_.mitigations[row["mitigation"].get<std::size_t>()]});
      row["critical"] = rounded(estimate.value, 6);
      row["critical_lower"] = rounded(estimate.interval.lower, 6);
      row["critical_upper"] = rounded(estimate.interval.upper, 6);
    }
  }

  /// Only with several cells: energy of a multiplication against accuracy under faults. A point is
  /// on the front among those of the same network and images.
  Json energy_points() const {
    std::map<double, int> energies;
    for (const auto& cell : table_.cells) ++energies[cell.energy_pj];
    if (energies.size() < 2) return {};
    std::map<std::string, std::vector<Json>> tasks;
    for (const auto& row : data_["summary"]) {
      const auto& cell = table_.cells[row["cell"].get<std::size_t>()];
      const auto task = fmt::format("{} on {} images of {}, from {} on", cell.network, cell.images,
                                    cell.dataset, cell.first_image);
      tasks[task].push_back({{"task", task},
                             {"cell", row["cell"]},
                             {"mitigation", row["mitigation"]},
                             {"energy_pj", rounded(cell.energy_pj, 6)},
                             {"accuracy", row["accuracy"]}});
    }
    Json points = Json::array();
    for (auto& [task, members] : tasks) {
      std::vector<double> cost;
      std::vector<double> gain;
      for (const auto& point : members) {
        cost.push_back(point["energy_pj"]);
        gain.push_back(point["accuracy"]);
      }
      const auto is_front = pareto_front(cost, gain);
      for (std::size_t i = 0; i < members.size(); ++i) {
        members[i]["front"] = static_cast<bool>(is_front[i]);
        points.push_back(std::move(members[i]));
      }
    }
    return points;
  }

  Json pe_losses() {
    Json rows = pe_rows(table_);
    if (rows.empty()) return rows;
    try {
      const auto spaces = pe_spaces_of_config(store_.info().config, path_.string());
      if (spaces.size() != table_.cells.size()) {
        note("The map of PEs is left out: the configuration has another number of variants.");
        return {};
      }
      for (auto& row : rows) {
        const PeGrid grid = make_pe_grid(spaces[row["cell"].get<std::size_t>()]);
        row["grid"] = {{"panel_rows", grid.num_panel_rows},
                       {"panel_columns", grid.num_panel_columns},
                       {"rows", grid.num_rows},
                       {"columns", grid.num_columns},
                       {"row_name", grid.row_name},
                       {"column_name", grid.column_name},
                       {"panel_row_name", grid.panel_row_name},
                       {"panel_column_name", grid.panel_column_name}};
      }
    } catch (const ConfigError& error) {
      note(fmt::format("The map of PEs is left out: {}", error.what()));
      return {};
    }
    return rows;
  }

  /// Names and paths of multipliers in the configuration, also relative to the results file.
  std::vector<std::string> configured_netlists() const {
    std::vector<std::string> names;
    try {
      const auto document = driver::YamlDocument::from_text(store_.info().config, path_.string());
      for (const auto& [variant, configuration] : document.variants()) {
        const YAML::Node multiplier = configuration.root()["multiplier"];
        if (!multiplier.IsDefined() || !multiplier.IsMap()) continue;
        const YAML::Node name = multiplier["netlist"];
        if (!name.IsDefined() || !name.IsScalar()) continue;
        names.push_back(name.Scalar());
        names.push_back((path_.parent_path() / name.Scalar()).string());
      }
    } catch (const ConfigError&) {
      return {};  // The name that the cell records is left.
    }
    return names;
  }

  /// The netlist that the cell ran with, told by its hash; nothing when it is not to be found.
  std::optional<netlist::Netlist> netlist_of(const campaign::CellRow& cell) const {
    std::vector<std::string> names = configured_netlists();
    names.insert(names.begin(), cell.multiplier);
    for (const auto& name : names) {
      try {
        auto found = netlist::load_netlist(netlist::find_netlist(name));
        if (sha256_hex(netlist::write_scalar_verilog(found)) == cell.netlist_sha256) return found;
      } catch (const Error&) {
        continue;
      }
    }
    return std::nullopt;
  }

  void add_schematics() {
    const bool has_nets = std::any_of(table_.faults.begin(), table_.faults.end(),
                                      [](const auto& fault) { return fault.unit == "mult"; });
    if (!has_nets || !data_.contains("faults")) return;
    std::map<std::string, int> known;
    for (std::size_t i = 0; i < table_.cells.size(); ++i) {
      const auto& cell = table_.cells[i];
      const auto drawn = known.find(cell.netlist_sha256);
      if (drawn != known.end()) {
        data_["cells"][i]["schematic"] = drawn->second < 0 ? Json() : Json(drawn->second);
        continue;
      }
      const auto netlist = netlist_of(cell);
      known[cell.netlist_sha256] = netlist ? static_cast<int>(data_["schematics"].size()) : -1;
      if (!netlist) {
        note(fmt::format("The schematic is left out: no netlist '{}' with the recorded hash found.",
                         cell.multiplier));
        continue;
      }
      data_["cells"][i]["schematic"] = data_["schematics"].size();
      data_["schematics"].push_back(schematic_of(*netlist));
    }
  }

  static Json schematic_of(const netlist::Netlist& netlist) {
    const NetlistDrawing drawing = draw_netlist(netlist);
    Json nodes;
    for (const auto& node : drawing.nodes) {
      nodes["net"].push_back(node.net);
      nodes["function"].push_back(node.function);
      nodes["level"].push_back(node.level);
      nodes["column"].push_back(node.column);
      nodes["y"].push_back(rounded(node.y));
    }
    Json wires;
    for (const auto& wire : drawing.wires) {
      wires["from"].push_back(wire.from);
      wires["to"].push_back(wire.to);
      wires["pin"].push_back(wire.pin);
    }
    return {{"name", netlist.name},           {"gates", netlist.gates.size()},
            {"columns", drawing.num_columns}, {"rows", drawing.max_rows},
            {"nodes", std::move(nodes)},      {"wires", std::move(wires)}};
  }

  std::filesystem::path path_;
  const ReportOptions& options_;
  campaign::ResultsStore store_;
  campaign::StoredConfig config_;
  TrialTable table_;
  GroupOptions groups_;
  Json data_;
  std::vector<std::string> remarks_;
};

}  // namespace

Json campaign_data(const std::filesystem::path& path, const ReportOptions& options) {
  return CampaignReader(path, options).read();
}

}  // namespace faultwave::report
