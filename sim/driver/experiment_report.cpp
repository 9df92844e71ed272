#include "driver/experiment_report.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/version.hpp"
#include "driver/cycle_table.hpp"

namespace faultwave::driver {
namespace {

using Json = nlohmann::ordered_json;

std::string format_count(int64_t value) {
  std::string digits = std::to_string(value);
  for (int place = static_cast<int>(digits.size()) - 3; place > 0; place -= 3) {
    digits.insert(static_cast<std::size_t>(place), ",");
  }
  return digits;
}

std::string format_energy(double energy_pj) {
  if (energy_pj >= 1e9) return fmt::format("{:.2f} mJ", energy_pj * 1e-9);
  if (energy_pj >= 1e6) return fmt::format("{:.2f} uJ", energy_pj * 1e-6);
  return fmt::format("{:.2f} nJ", energy_pj * 1e-3);
}

/// Points with a sign; what rounds to nothing is "0.00".
std::string format_points(double points) {
  const std::string text = fmt::format("{:+.2f}", points);
  return text == "-0.00" || text == "+0.00" ? "0.00" : text;
}

/// Rows of equal length as aligned columns; the first column to the left, the others to the right.
std::string align(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths(rows.front().size(), 0);
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  for (const auto& row : rows) {
    std::string line = fmt::format("{:<{}}", row[0], widths[0]);
    for (std::size_t i = 1; i < row.size(); ++i) line += fmt::format("  {:>{}}", row[i], widths[i]);
    text += "  " + line + "\n";
  }
  return text;
}

std::string heading(const RunConfig& config, const Experiment& experiment) {
  const auto& first = experiment.rows.front();
  std::string text =
      fmt::format("{} on {} {} images of '{}'\n{}, multiplier {}, {}\n",
                  config.network.stem().string(), format_count(first.score.images),
                  config.data.split, config.data.name, description(config.accelerator),
                  experiment.rows.back().multiplier, netlist::to_string(config.multiplier.format));
  if (experiment.num_faults == 0) return text + "no fault\n";
  const std::string seeds =
      experiment.fault_seeds.empty()
          ? ""
          : fmt::format(" (seed {})", fmt::join(experiment.fault_seeds, ", "));
  text += fmt::format("{} fault{} in {} of {} {}{}: {}", experiment.num_faults,
                      experiment.num_faults == 1 ? "" : "s", experiment.num_faulty_pes,
                      pe_space(config.accelerator).size(), pe_noun(config.accelerator), seeds,
                      experiment.fault_names[0]);
  if (experiment.num_faults > 1) text += ", ...";
  return text + "\n";
}

std::string result_table(const Experiment& experiment) {
  std::vector<std::vector<std::string>> rows = {
      {"run", "accuracy", "top-5", "loss", "vs exact", "SDC-1", "cycles", "utilisation", "energy"}};
  for (const auto& row : experiment.rows) {
    const bool has_cycles = row.result.cycles.total > 0;
    rows.push_back(
        {row.name, fmt::format("{:.2f} %", 100 * row.score.accuracy()),
         fmt::format("{:.2f} %", 100 * row.score.top5_accuracy()),
         row.is_faulty ? format_points(-row.loss_points) : "-",
         format_points(-row.loss_vs_exact_points),
         row.is_faulty ? fmt::format("{:.2f} %", 100 * row.outcomes.sdc1_rate()) : "-",
         has_cycles ? format_count(row.result.cycles.total) : "-",
         has_cycles ? fmt::format("{:.1f} %", 100 * row.result.cycles.utilisation()) : "-",
         has_cycles ? format_energy(row.energy_pj) : "-"});
  }
  return align(rows);
}

std::string layer_table(const ExperimentRow& row, const std::vector<accel::Cause>& causes) {
  const bool has_occupancy = row.result.cycles.warp_slots > 0;
  std::vector<std::vector<std::string>> rows = {{"layer", "kind", "M x N x K", "cycles"}};
  for (const accel::Cause cause : causes) rows.front().push_back(accel::to_string(cause));
  rows.front().push_back("utilisation");
  if (has_occupancy) rows.front().push_back("occupancy");
  for (const auto& layer : row.result.layers) {
    const auto& c = layer.cycles;
    std::vector<std::string> cells = {
        layer.name, layer.kind,
        layer.k == 0 ? "" : fmt::format("{} x {} x {}", layer.m, layer.n, layer.k),
        format_count(c.total)};
    for (const accel::Cause cause : causes) {
      cells.push_back(format_count(cycles_per_unit(c, cause)));
    }
    cells.push_back(c.total == 0 ? "" : fmt::format("{:.1f} %", 100 * c.utilisation()));
    if (has_occupancy) {
      cells.push_back(c.total == 0 ? "" : fmt::format("{:.1f} %", 100 * c.occupancy()));
    }
    rows.push_back(std::move(cells));
  }
  return align(rows);
}

Json cycles_json(const accel::CycleReport& cycles, const std::vector<accel::Cause>& causes) {
  Json json = {{"cycles", cycles.total},
               {"cycles_by_cause", cycles_by_cause_json(cycles, causes)},
               {"units", cycles.num_units},
               {"multiplications", cycles.multiplications},
               {"utilisation", cycles.utilisation()}};
  if (cycles.warp_slots > 0) json["occupancy"] = cycles.occupancy();
  return json;
}

Json row_json(const ExperimentRow& row, const std::vector<accel::Cause>& causes) {
  Json layers = Json::array();
  for (const auto& layer : row.result.layers) {
    Json entry = {
        {"name", layer.name}, {"kind", layer.kind}, {"m", layer.m}, {"n", layer.n}, {"k", layer.k}};
    entry.update(cycles_json(layer.cycles, causes));
    layers.push_back(std::move(entry));
  }
  Json json = {{"name", row.name},
               {"multiplier", row.multiplier},
               {"mitigation", row.mitigation},
               {"faulty", row.is_faulty},
               {"accuracy", row.score.accuracy()},
               {"correct", row.score.correct},
               {"images", row.score.images},
               {"top5", row.score.top5_accuracy()},
               {"loss_points", row.loss_points},
               {"loss_vs_exact_points", row.loss_vs_exact_points},
               {"sdc1", row.outcomes.sdc1_rate()},
               {"outcomes",
                {{"masked", row.outcomes.masked},
                 {"benign", row.outcomes.benign},
                 {"sdc1", row.outcomes.sdc1},
                 {"sdc5", row.outcomes.sdc5}}},
               {"retuned_weights", row.num_retuned},
               {"energy_pj", row.energy_pj},
               {"logits_sha256", row.logits_sha256}};
  json.update(cycles_json(row.result.cycles, causes));
  json["layers"] = std::move(layers);
  return json;
}

Json energy_json(const EnergyFigure& energy) {
  return {
      {"energy_pj", energy.energy_pj}, {"delay_ns", energy.delay_ns}, {"source", energy.source}};
}

Json document_of(const RunConfig& config, const Experiment& experiment) {
  Json runs = Json::array();
  for (const auto& row : experiment.rows) runs.push_back(row_json(row, experiment.causes));
  return {{"runs", std::move(runs)},
          {"faults",
           {{"count", experiment.num_faults},
            {"faulty_pes", experiment.num_faulty_pes},
            {"seeds", experiment.fault_seeds},
            {"first", experiment.fault_names}}},
          {"multiplication",
           {{"multiplier", energy_json(experiment.energy)},
            {"exact", energy_json(experiment.exact_energy)}}},
          {"notes", experiment.notes},
          {"provenance",
           {{"version", version()},
            {"git", git_revision()},
            {"seed", config.seed},
            {"netlist", experiment.netlist_path},
            {"netlist_sha256", experiment.netlist_sha256},
            {"table_sha256", experiment.table_sha256},
            {"config", config.text}}}};
}

std::string dump(const Json& document) {
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

std::string experiment_text(const RunConfig& config, const Experiment& experiment) {
  std::string text = heading(config, experiment) + "\n" + result_table(experiment);
  text +=
      "\n  loss: points against the fault-free run of the same multiplier; vs exact: against the "
      "exact one\n";
  const auto& base = *std::find_if(experiment.rows.rbegin(), experiment.rows.rend(),
                                   [](const ExperimentRow& row) { return !row.is_faulty; });
  const int64_t units = base.result.cycles.num_units;
  if (base.result.cycles.total == 0) {
    for (const auto& note : experiment.notes) text += "note: " + note + "\n";
    return text;
  }
  text += fmt::format("\ncycles by layer and cause ({}{})\n\n", base.name,
                      units == 1 ? "" : fmt::format(", mean of {} warp schedulers", units)) +
          layer_table(base, experiment.causes);
  text += fmt::format("\nenergy: {:.3f} pJ per multiplication ({}), {:.3f} pJ exact ({})\n",
                      experiment.energy.energy_pj, experiment.energy.source,
                      experiment.exact_energy.energy_pj, experiment.exact_energy.source);
  for (const auto& note : experiment.notes) text += "note: " + note + "\n";
  return text;
}

std::string experiment_json(const RunConfig& config, const Experiment& experiment) {
  return dump(document_of(config, experiment));
}

std::string variants_json(const std::vector<RunConfig>& configs,
                          const std::vector<Experiment>& experiments) {
  Json variants = Json::array();
  for (std::size_t i = 0; i < configs.size(); ++i) {
    Json entry = {{"name", configs[i].variant}};
    entry.update(document_of(configs[i], experiments[i]));
    variants.push_back(std::move(entry));
  }
  return dump({{"variants", std::move(variants)}});
}

std::string comparison_text(const std::vector<RunConfig>& configs,
                            const std::vector<Experiment>& experiments) {
  std::vector<std::vector<std::string>> rows = {
      {"run", "variant", "accuracy", "loss", "images touched", "SDC-1", "cycles"}};
  std::vector<std::string> names;
  for (const auto& experiment : experiments) {
    for (const auto& row : experiment.rows) {
      if (std::find(names.begin(), names.end(), row.name) == names.end()) names.push_back(row.name);
    }
  }
  for (const auto& name : names) {
    for (std::size_t i = 0; i < experiments.size(); ++i) {
      for (const auto& row : experiments[i].rows) {
        if (row.name != name) continue;
        const double touched =
            1 - static_cast<double>(row.outcomes.masked) / static_cast<double>(row.score.images);
        rows.push_back(
            {name, configs[i].variant, fmt::format("{:.2f} %", 100 * row.score.accuracy()),
             row.is_faulty ? format_points(-row.loss_points) : "-",
             row.is_faulty ? fmt::format("{:.2f} %", 100 * touched) : "-",
             row.is_faulty ? fmt::format("{:.2f} %", 100 * row.outcomes.sdc1_rate()) : "-",
             format_count(row.result.cycles.total)});
      }
    }
  }
  return "variants side by side\n\n" + align(rows) +
         "\n  images touched: logits differ from the fault-free run of the same multiplier\n";
}

}  // namespace faultwave::driver
