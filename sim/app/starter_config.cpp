#include "app/starter_config.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/suggest.hpp"
#include "base/tree.hpp"
#include "campaign/campaign_config.hpp"
#include "driver/experiment.hpp"
#include "driver/multiplier.hpp"
#include "mitigation/mitigation.hpp"
#include "netlist/front_end.hpp"
#include "nn/dataset.hpp"
#include "systemc/gpu_config.hpp"
#include "systemc/tpu_config.hpp"

namespace faultwave::app {
namespace {

namespace fs = std::filesystem;

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// A scalar that YAML reads as this text.
std::string quoted(const std::string& text) {
  const bool is_plain = !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '_' || c == '-' || c == '.' || c == '/' || c == '+';
  });
  if (is_plain && text.front() != '-') return text;
  std::string result = "'";
  for (const char c : text) result += c == '\'' ? std::string("''") : std::string(1, c);
  return result + "'";
}

std::string run_part(const StarterConfig& starter) {
  const std::string place = starter.type == "tpu" ? "pe[3][7]" : "sm[0].sub[0].lane[3]";
  return fmt::format(
      "# One output bit of the multiplier in one PE, stuck at 1. Others:\n"
      "#   {0}.weight[6].sa0                               a register bit\n"
      "#   {{target: random_net, kind: any, rate: 0.05, seed: 1}}   a random net in 5 % of the "
      "PEs\n"
      "# 'faultwave sites {1}' shows all nets.\n"
      "faults:\n  - {0}.mult.O[12].sa1\n",
      place, starter.multiplier);
}

constexpr const char* kCampaignPart =
    "# A sample of all stuck-at faults in all PEs, as many as a margin of 5 points at 95 % "
    "confidence needs.\n"
    "campaign:\n"
    "  faults:\n"
    "    universe: nets         # or output_bits, registers, file\n"
    "    kinds: [sa0, sa1]      # inv: inverted\n"
    "  sample:\n"
    "    margin: 0.05\n"
    "    confidence: 0.95\n"
    "  critical_points: 1       # a fault is critical when it costs more accuracy than that, in "
    "points\n";

}  // namespace

std::string data_set_of(const std::string& network) {
  const auto shipped = driver::shipped_networks();
  if (!contains(shipped, network)) {
    if (fs::is_regular_file(network)) return {};
    throw UsageError(fmt::format("no file and no shipped network '{}'\n  fix: {}", network,
                                 suggestion(network, shipped)));
  }
  const fs::path results = tree_root() / "models" / "results.json";
  const auto figures = nlohmann::json::parse(read_file(results), nullptr, false);
  if (!figures.is_object() || !figures.contains(network)) return {};
  return figures[network].value("data_set", "");
}

void check_data_set(const std::string& name) {
  const auto known = nn::known_datasets();
  if (contains(known, name)) return;
  throw UsageError(fmt::format("unknown data set '{}'\n  fix: {}", name, suggestion(name, known)));
}

void set_multiplier(StarterConfig& starter, const std::string& multiplier) {
  const auto netlist = netlist::load_netlist(netlist::find_netlist(multiplier));
  starter.multiplier = multiplier;
  starter.number_format = netlist.is_signed ? "int8" : "affine_u8";
}

void set_preset(StarterConfig& starter, const std::string& preset) {
  auto known = systemc::tpu_preset_names();
  starter.type = contains(known, preset) ? "tpu" : "gpu_sm";
  for (const auto& name : systemc::gpu_preset_names()) known.push_back(name);
  if (!contains(known, preset)) {
    throw UsageError(
        fmt::format("unknown accelerator '{}'\n  fix: {}", preset, suggestion(preset, known)));
  }
  starter.preset = preset;
}

void set_mitigations(StarterConfig& starter, std::vector<std::string> names) {
  mitigation::register_builtin_mitigations();
  for (const auto& name : names) mitigation::make_mitigation(name);
  if (names.empty()) names = {"none"};
  starter.mitigations = std::move(names);
}

std::string starter_yaml(const StarterConfig& starter, const std::string& file) {
  std::string text;
  const fs::path schema = tree_root() / "configs" / "schema.json";
  if (fs::is_regular_file(schema)) {
    text += fmt::format("# yaml-language-server: $schema={}\n", schema.string());
  }
  text += fmt::format(
      "# Written by 'faultwave init'. Every key: docs/configuration.md. Start it with\n# faultwave "
      "{}\n",
      starter.is_campaign ? fmt::format("campaign {} --out results.sqlite", file) : "run " + file);
  text += fmt::format("network: {}\n\ndata:\n  name: {}\n", quoted(starter.network), starter.data);
  if (starter.limit > 0)
    text += fmt::format("  limit: {}               # images; 0: all\n", starter.limit);
  if (contains(starter.mitigations, "joint_retune")) {
    text += "  calibration: {images: 1000}\n";
  }
  text += fmt::format("\naccelerator:\n  type: {}\n  preset: {}\n", starter.type, starter.preset);
  if (starter.type == "gpu_sm")
    text += "  sms: 1                   # the preset has more, which share the work\n";
  text += fmt::format(
      "\nmultiplier:\n  netlist: {}\n  number_format: {}   # affine_u8 and sign_magnitude are "
      "unsigned, int8 is signed\n",
      quoted(starter.multiplier), starter.number_format);
  text += fmt::format(
      "\n# 'faultwave list mitigations' says what they do.\nmitigations: [{}]\n\nseed: 1\n\n",
      fmt::join(starter.mitigations, ", "));
  return text + (starter.is_campaign ? std::string(kCampaignPart) : run_part(starter));
}

void check_starter(const StarterConfig& starter, const std::string& text, const std::string& file) {
  const TemporaryDirectory folder("faultwave-init");
  // Relative paths count from the current folder: the file is read from beside its final place.
  const fs::path draft = folder.path() / fs::path(file).filename();
  write_file_atomically(draft, text);
  if (starter.is_campaign) {
    campaign::load_campaign_config(draft);
  } else {
    driver::check_experiment(driver::load_run_config(draft));
  }
}

}  // namespace faultwave::app
