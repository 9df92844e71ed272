// `faultwave list`: what can be used by name.

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "app/commands.hpp"
#include "app/list_multipliers.hpp"
#include "app/options.hpp"
#include "app/text_table.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "base/suggest.hpp"
#include "base/tree.hpp"
#include "driver/accelerator.hpp"
#include "driver/run_config.hpp"
#include "mitigation/mitigation.hpp"
#include "nn/dataset.hpp"

namespace faultwave::app {
namespace {

namespace fs = std::filesystem;
namespace po = boost::program_options;

/// Networks of models/, with the figures of models/results.json where it has them.
TextTable list_models() {
  TextTable table;
  table.columns = {
      {"name"}, {"data_set"}, {"accuracy_percent", true}, {"parameters", true}, {"topology"}};
  const fs::path results = tree_root() / "models" / "results.json";
  const auto figures = fs::is_regular_file(results)
                           ? nlohmann::json::parse(read_file(results), nullptr, false)
                           : nlohmann::json::object();
  if (!figures.is_object()) throw InputError({results.string()}, "is no JSON object");
  for (const auto& name : driver::shipped_networks()) {
    const auto entry = figures.value(name, nlohmann::json::object());
    table.rows.push_back({name, entry.value("data_set", ""),
                          entry.contains("accuracy")
                              ? fmt::format("{:.2f}", 100 * entry["accuracy"].get<double>())
                              : "",
                          entry.contains("parameters") ? entry["parameters"].dump() : "",
                          entry.value("topology", "")});
  }
  return table;
}

TextTable list_datasets() {
  TextTable table;
  table.columns = {{"name"}, {"test_images", true}, {"image"}, {"place"}};
  for (const auto& name : nn::known_datasets()) {
    try {
      const auto data = nn::load_dataset(name, "test");
      const auto place = name == "strokes" ? std::string("ships with Faultwave")
                                           : (data_root() / "datasets" / name).string();
      table.rows.push_back(
          {name, fmt::format("{}", data.num_images()),
           fmt::format("{}x{}x{}", data.shape.channels, data.shape.height, data.shape.width),
           place});
    } catch (const InputError&) {
      table.rows.push_back(
          {name, "", "", fmt::format("not here: {}, or set FAULTWAVE_DATA", fetch_command(name))});
    }
  }
  return table;
}

std::vector<std::string> accelerator_row(const std::string& type, const std::string& preset,
                                         const driver::AcceleratorConfig& config) {
  const int pes = driver::pe_space(config).size();
  return {preset,
          type,
          fmt::format("{}", pes),
          fmt::format("{:g}", driver::clock_mhz(config)),
          fmt::format("{:.4g}", 2e-6 * pes * driver::clock_mhz(config)),
          driver::description(config)};
}

/// Presets; `type` is "tpu", "gpu_sm" or empty for both.
TextTable list_accelerators(const std::string& type) {
  TextTable table;
  table.columns = {{"preset"},          {"type"},       {"pes", true}, {"clock_mhz", true},
                   {"peak_tops", true}, {"description"}};
  if (type != "gpu_sm") {
    for (const auto& name : systemc::tpu_preset_names()) {
      table.rows.push_back(accelerator_row("tpu", name, systemc::tpu_preset(name)));
    }
  }
  if (type != "tpu") {
    for (const auto& name : systemc::gpu_preset_names()) {
      table.rows.push_back(accelerator_row("gpu_sm", name, systemc::gpu_preset(name)));
    }
  }
  return table;
}

TextTable list_mitigations() {
  mitigation::register_builtin_mitigations();
  TextTable table;
  table.columns = {{"name"}, {"what_it_does"}};
  for (const auto& [name, summary] : mitigation::known_mitigations()) {
    table.rows.push_back({name, summary});
  }
  return table;
}

/// The first sentence of the comment at the head of a configuration, without commands and editors'
/// hints.
std::string head_comment(const std::string& text) {
  std::string result;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line) && line.starts_with('#');) {
    if (line.starts_with("# yaml-language-server:")) continue;
    const auto begin = line.find_first_not_of("# ");
    if (begin == std::string::npos) continue;
    result += (result.empty() ? "" : " ") + line.substr(begin);
  }
  // The command is in the column before.
  const auto command = result.find("faultwave ");
  if (command == 0) {
    const auto end = result.find(": ");
    result = end == std::string::npos ? "" : result.substr(end + 2);
  } else if (command != std::string::npos && command >= 2 &&
             result.substr(command - 2, 2) == ": ") {
    result.resize(command - 2);
  }
  // The first sentence.
  for (auto end = result.find_first_of(".?"); end != std::string::npos;
       end = result.find_first_of(".?", end + 1)) {
    if (end + 1 == result.size() || result[end + 1] == ' ') {
      result.resize(result[end] == '.' ? end : end + 1);
    }
  }
  return result;
}

/// "run", "campaign" or "mma", by the section that only this command reads.
std::string command_of(const std::string& text) {
  if (("\n" + text).find("\ncampaign:") != std::string::npos) return "campaign";
  return ("\n" + text).find("\nmma:") != std::string::npos ? "mma" : "run";
}

TextTable list_configs() {
  TextTable table;
  table.columns = {{"file"}, {"command"}, {"what_it_asks"}};
  const fs::path folder = tree_root() / "configs";
  std::set<fs::path> files;
  if (fs::is_directory(folder)) {
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
      if (entry.path().extension() == ".yaml") files.insert(entry.path());
    }
  }
  for (const auto& file : files) {
    const std::string text = read_file(file);
    table.rows.push_back({file.lexically_relative(folder.parent_path()).string(), command_of(text),
                          head_comment(text)});
  }
  return table;
}

TextTable make_table(const std::string& kind, const std::string& type) {
  if (kind == "multipliers") return list_multipliers();
  if (kind == "models") return list_models();
  if (kind == "datasets") return list_datasets();
  if (kind == "accelerators") return list_accelerators(type);
  if (kind == "mitigations") return list_mitigations();
  return list_configs();
}

}  // namespace

CommandLine describe_list() {
  po::options_description options;
  // clang-format off
  options.add_options()
      ("kind", po::value<std::string>()->required()
           ->value_name("multipliers|models|datasets|accelerators|mitigations|configs"),
       "what to list")
      ("format", po::value<std::string>()->value_name("table|csv|json")->default_value("table"),
       "of the output")
      ("names", "only the names, one per line")
      ("type", po::value<std::string>()->value_name("tpu|gpu_sm"), "accelerators: only those of this type")
      ("out", po::value<std::string>()->value_name("FILE")->default_value("-"),
       "file to write instead of stdout");
  // clang-format on
  return {"list {multipliers|models|datasets|accelerators|mitigations|configs} [options]",
          "What can be used by name: circuits of the catalogs, networks, data sets and how to get "
          "them, presets of "
          "accelerators, mitigations, and the configurations that ship with Faultwave.",
          {{"options", options}},
          {"kind"}};
}

int run_list_command(const Arguments& arguments) {
  po::variables_map values;
  if (!parse_options(describe_list(), arguments, values)) return 0;
  const auto kind = values["kind"].as<std::string>();
  std::string type;
  if (values.count("type") != 0) {
    if (kind != "accelerators") throw UsageError("--type goes with accelerators only");
    type = values["type"].as<std::string>();
  }
  const bool only_names = values.count("names") != 0;
  if (only_names && !values["format"].defaulted()) {
    throw UsageError("--names and --format exclude each other");
  }
  const auto table = make_table(kind, type);
  std::string text;
  if (only_names) {
    for (const auto& row : table.rows) text += row.front() + "\n";
  } else {
    text = to_text(table, values["format"].as<std::string>());
  }
  write_output(values["out"].as<std::string>(), text);
  return 0;
}

}  // namespace faultwave::app
