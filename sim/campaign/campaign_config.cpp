#include "campaign/campaign_config.hpp"

#include <algorithm>
#include <set>

#include "driver/yaml_reader.hpp"
#include "mitigation/mitigation.hpp"

namespace faultwave::campaign {
namespace {

using driver::YamlMap;

constexpr int64_t kMaxTrials = 100'000'000;

Universe read_universe(YamlMap& map, CampaignConfig& config,
                       const std::filesystem::path& config_file) {
  const auto name = map.choice("universe", {"nets", "output_bits", "registers", "file"}, "nets");
  const std::filesystem::path file = map.text("file", "");
  if (name != "file") {
    if (!file.empty()) map.fail("file", "goes with universe: file only");
  } else {
    if (file.empty()) map.fail("file", "is missing", "the file that lists the faults");
    config.fault_file = file.is_absolute() ? file : config_file.parent_path() / file;
    if (!std::filesystem::is_regular_file(config.fault_file)) {
      map.fail("file", fmt::format("no such file '{}'", config.fault_file.string()),
               "one fault per line, such as mult.O[7].sa1 or pe[3][7].weight[6].sa0");
    }
    if (map.has("kinds")) map.fail("kinds", "the faults of a file have their kinds");
  }
  return name == "nets"          ? Universe::kNets
         : name == "output_bits" ? Universe::kOutputBits
         : name == "registers"   ? Universe::kRegisters
                                 : Universe::kFile;
}

/// Refuses lists that are empty or name something twice.
std::vector<std::string> read_set(YamlMap& map, const std::string& key,
                                  std::vector<std::string> fallback,
                                  const std::vector<std::string>& choices = {}) {
  auto items = choices.empty() ? map.text_list(key, std::move(fallback))
                               : map.choice_list(key, choices, std::move(fallback));
  if (map.has(key) && items.empty()) map.fail(key, "is empty");
  std::set<std::string> seen;
  for (const auto& item : items) {
    if (!seen.insert(item).second) map.fail(key, fmt::format("names '{}' twice", item));
  }
  return items;
}

void read_faults(YamlMap map, CampaignConfig& config, const std::filesystem::path& config_file) {
  config.universe = read_universe(map, config, config_file);
  for (const auto& kind : read_set(map, "kinds", {"sa0", "sa1"}, {"sa0", "sa1", "inv"})) {
    config.kinds.push_back(netlist::parse_fault_kind(kind));
  }
  config.collapse = map.flag("collapse", true);
  config.window_cycles = map.integer("window_cycles", 0, INT64_MAX, 0);
  map.finish();
}

/// The document without keys that no result depends on.
std::string identity_of(const driver::YamlDocument& document) {
  YAML::Node root = YAML::Clone(document.root());
  root.remove("output");
  YAML::Node section = root["campaign"];
  if (section.IsMap()) {
    section.remove("memory_mib");
    section.remove("verify_images");
    if (!section["stop"] && !section["mitigate"]) section.remove("critical_points");
  }
  YAML::Emitter emitter;
  emitter << root;
  return emitter.c_str();
}

std::optional<SampleConfig> read_sample(YamlMap& section) {
  if (!section.has("sample")) return std::nullopt;
  YamlMap map = section.map("sample");
  SampleConfig sample;
  sample.margin = map.number("margin", 1e-4, 0.5, sample.margin);
  sample.confidence = map.number("confidence", 0.5, 0.9999, sample.confidence);
  sample.count = map.integer("count", 0, kMaxTrials, 0);
  const auto strata = map.choice("strata", {"none", "output_bit", "level"}, "none");
  sample.strata = strata == "none"         ? Strata::kNone
                  : strata == "output_bit" ? Strata::kOutputBit
                                           : Strata::kLevel;
  map.finish();
  return sample;
}

std::optional<StopConfig> read_stop(YamlMap& section) {
  if (!section.has("stop")) return std::nullopt;
  YamlMap map = section.map("stop");
  StopConfig stop;
  stop.half_width = map.number("half_width", 1e-4, 0.5, stop.half_width);
  stop.confidence = map.number("confidence", 0.5, 0.9999, stop.confidence);
  stop.check_every = map.integer("check_every", 10, kMaxTrials, stop.check_every);
  map.finish();
  return stop;
}

void read_loci(YamlMap& section, CampaignConfig& config) {
  const auto pes = read_set(section, "pes", {"random"});
  if (pes == std::vector<std::string>{"random"}) {
    config.loci = Loci::kRandom;
  } else if (pes == std::vector<std::string>{"all"}) {
    config.loci = Loci::kAll;
  } else {
    config.loci = Loci::kListed;
    config.pes = pes;
  }
  config.trials_per_fault = section.integer("trials_per_fault", 1, kMaxTrials, 1);
  if (section.has("trials_per_fault") && config.loci != Loci::kRandom) {
    section.fail("trials_per_fault", "goes with pes: [random] only");
  }
}

void read_rates(YamlMap& section, CampaignConfig& config) {
  config.rates = section.number_list("rates", 0, 1);
  if (section.has("rates") && config.rates.empty()) section.fail("rates", "is empty");
  const std::set<double> different(config.rates.begin(), config.rates.end());
  if (different.size() != config.rates.size()) section.fail("rates", "names one rate twice");
  config.trials_per_rate = section.integer("trials_per_rate", 1, kMaxTrials, 20);
  config.same_fault = section.flag("same_fault", false);
  if (!config.rates.empty()) {
    for (const char* key : {"sample", "pes", "trials_per_fault", "stop"}) {
      if (section.has(key)) section.fail(key, "does not go with 'rates'");
    }
    return;
  }
  for (const char* key : {"trials_per_rate", "same_fault"}) {
    if (section.has(key)) section.fail(key, "goes with 'rates' only");
  }
}

void read_layers(YamlMap& section, CampaignConfig& config) {
  const auto layers = read_set(section, "layers", {});
  if (layers.empty()) return;
  config.each_layer = true;
  if (layers != std::vector<std::string>{"each"}) config.layers = layers;
}

void check_engine(YamlMap& section, const CampaignConfig& config) {
  mitigation::register_builtin_mitigations();
  for (const auto& cell : config.cells) {
    if (cell.seed != config.seed) {
      throw ConfigError({cell.file}, "variants have different seeds",
                        "one seed for the whole campaign");
    }
    for (const auto& name : mitigations_of(cell)) {
      if (!config.each_layer || !mitigation::make_mitigation(name)->needs_arriving_rows()) continue;
      section.fail("layers", fmt::format("'{}' looks at faults in the layers before, too", name),
                   "mitigations that retune layer by layer: fap, fal_retune, fal_retune_uniform, "
                   "bias_recalibration, fault_aware_mapping");
    }
    if (!cell.faults.empty()) {
      throw ConfigError({cell.file}, "has 'faults', a campaign makes its own",
                        "remove 'faults'; see the section 'campaign'");
    }
    if (config.window_cycles > 0 && cell.engine != driver::Engine::kGate) {
      throw ConfigError(section.place("faults"), "faults with a window need the gate engine",
                        "engine: gate");
    }
    if (config.window_cycles > 0 && mitigations_of(cell) != std::vector<std::string>{"none"}) {
      throw ConfigError({cell.file}, "retuning does not help against faults that come and go",
                        "mitigations: [none]");
    }
    if (config.window_cycles > 0 && config.each_layer) {
      section.fail("layers", "a window of cycles already says when the fault acts");
    }
  }
}

}  // namespace

std::vector<std::string> mitigations_of(const driver::RunConfig& config) {
  std::vector<std::string> names = {"none"};
  for (const auto& name : config.mitigations) {
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  return names;
}

CampaignConfig load_campaign_config(const std::filesystem::path& path,
                                    const std::vector<std::string>& overrides) {
  auto document = driver::YamlDocument::from_file(path);
  for (const auto& assignment : overrides) document.set(assignment);
  return read_campaign_config(document, path);
}

CampaignConfig read_campaign_config(const driver::YamlDocument& document,
                                    const std::filesystem::path& path) {
  CampaignConfig config;
  config.name = path.stem().string();
  config.text = document.to_text();
  config.identity = identity_of(document);
  config.cells = driver::read_run_configs(
      document, path, {.extra_keys = {"campaign"}, .default_engine = driver::Engine::kTable});
  config.seed = config.cells.front().seed;
  YamlMap root(document, document.root(), "");
  if (!root.has("campaign")) {
    throw ConfigError({path.string()}, "has no section 'campaign'",
                      "see docs/campaigns.md, or run it with 'faultwave run'");
  }
  YamlMap section = root.map("campaign");
  read_faults(section.map("faults"), config, path);
  config.sample = read_sample(section);
  read_loci(section, config);
  read_rates(section, config);
  read_layers(section, config);
  config.stop = read_stop(section);
  config.critical_points = section.number("critical_points", 0, 100, config.critical_points);
  config.mitigate_critical_only =
      section.choice("mitigate", {"all", "critical"}, "all") == "critical";
  config.verify_images = section.integer("verify_images", 1, 1'000'000, config.verify_images);
  config.memory_mib = section.integer("memory_mib", 16, int64_t{1} << 24, config.memory_mib);
  config.record_outcomes = section.flag("record_outcomes", false);
  if (config.stop && !config.sample) {
    section.fail("stop", "needs 'sample': an exhaustive campaign has nothing to estimate");
  }
  if (config.sample && config.loci == Loci::kRandom && section.has("trials_per_fault")) {
    section.fail("trials_per_fault", "does not go with 'sample', which draws PEs too");
  }
  check_engine(section, config);
  section.finish();
  return config;
}

}  // namespace faultwave::campaign
