#include "driver/run_config.hpp"

#include <fmt/ranges.h>

#include <algorithm>

#include "base/suggest.hpp"
#include "base/tree.hpp"
#include "driver/accelerator_reader.hpp"
#include "driver/yaml_reader.hpp"
#include "mitigation/mitigation.hpp"
#include "nn/dataset.hpp"

namespace faultwave::driver {
namespace {

constexpr int64_t kMaxImages = 1'000'000;

/// First existing of: absolute, beside the configuration, in the current folder, in the
/// installation; empty when there is none.
std::filesystem::path find_file(const std::filesystem::path& name,
                                const std::filesystem::path& config_file) {
  for (const auto& folder : {config_file.parent_path(), std::filesystem::path(), tree_root()}) {
    const auto candidate = name.is_absolute() ? name : folder / name;
    if (std::filesystem::is_regular_file(candidate)) return candidate;
  }
  return {};
}

std::filesystem::path read_network(YamlMap& root, const std::filesystem::path& config_file) {
  const std::string name = root.text("network");
  if (auto path = find_file(name, config_file); !path.empty()) return path;
  const auto shipped = tree_root() / "models" / (name + ".onnx");
  if (std::filesystem::is_regular_file(shipped)) return shipped;
  root.fail("network", fmt::format("no file and no shipped network '{}'", name),
            suggestion(name, shipped_networks()));
}

DataConfig read_data(YamlMap map) {
  DataConfig data;
  data.name = map.choice("name", nn::known_datasets());
  data.split = map.choice("split", {"train", "test", "calib"}, "test");
  data.first = map.integer("first", 0, kMaxImages, 0);
  data.limit = map.integer("limit", 0, kMaxImages, 0);
  YamlMap calibration = map.map("calibration");
  data.calibration_split = calibration.choice("split", {"train", "test", "calib"},
                                              data.name == "strokes" ? "calib" : "train");
  data.calibration_images = calibration.integer("images", 1, 10'000, 200);
  calibration.finish();
  map.finish();
  return data;
}

std::optional<double> optional_number(YamlMap& map, const std::string& key) {
  if (!map.has(key)) return std::nullopt;
  return map.number(key, 1e-6, 1e6);
}

/// A file relative to the configuration, or a name for find_netlist.
std::string resolve(const std::string& name, const std::filesystem::path& config_file) {
  const auto path = find_file(name, config_file);
  return path.empty() ? name : path.string();
}

MultiplierConfig read_multiplier(YamlMap map, const std::filesystem::path& config_file) {
  MultiplierConfig multiplier;
  multiplier.name = resolve(map.text("netlist"), config_file);
  multiplier.format = netlist::parse_number_format(
      map.choice("number_format", {"affine_u8", "sign_magnitude", "int8"}, "affine_u8"));
  const bool is_signed = multiplier.format == netlist::NumberFormat::kInt8;
  multiplier.exact = resolve(map.text("exact", is_signed ? "fw8s_bw" : "fw8u_dadda"), config_file);
  multiplier.weight_on_port_a = map.choice("weight_port", {"A", "B"}, "A") == "A";
  multiplier.power_mw = optional_number(map, "power_mw");
  multiplier.delay_ns = optional_number(map, "delay_ns");
  map.finish();
  return multiplier;
}

fault::Window read_window(YamlMap& map) {
  fault::Window window;
  window.begin_cycle = static_cast<uint64_t>(map.integer("from_cycle", 0, INT64_MAX, 0));
  if (map.has("to_cycle")) {
    window.end_cycle = static_cast<uint64_t>(map.integer("to_cycle", 0, INT64_MAX));
    if (window.end_cycle <= window.begin_cycle) {
      map.fail("to_cycle", "is not after from_cycle", "the window is [from_cycle, to_cycle)");
    }
  }
  return window;
}

FaultSpec read_fault_map(YamlMap map, const SourcePlace& place) {
  FaultSpec spec;
  spec.place = place;
  spec.target = map.text("target");
  spec.kind = map.choice("kind", {"any", "sa0", "sa1", "inv"}, "any");
  const bool is_random = spec.target.starts_with("random_");
  if (is_random && spec.target != "random_net" && spec.target != "random_output" &&
      spec.target != "random_register") {
    map.fail("target", fmt::format("unknown random target '{}'", spec.target),
             suggestion(spec.target, {"random_net", "random_output", "random_register"}));
  }
  if (!is_random && map.has("kind")) {
    map.fail("kind", "goes with random targets only", "write the kind into target: mult.O[7].sa1");
  }
  spec.rate = map.number("rate", 0, 1);
  if (map.has("seed")) spec.seed = static_cast<uint64_t>(map.integer("seed", 0, INT64_MAX));
  spec.window = read_window(map);
  map.finish();
  return spec;
}

std::vector<FaultSpec> read_faults(const YamlDocument& document, YamlMap& root) {
  std::vector<FaultSpec> specs;
  for (const auto& [item, path] : root.items("faults", true)) {
    const SourcePlace place = document.place(item, path);
    if (item.IsScalar()) {
      FaultSpec spec;
      spec.site = item.Scalar();
      spec.place = place;
      specs.push_back(spec);
    } else {
      specs.push_back(read_fault_map(YamlMap(document, item, path), place));
    }
  }
  return specs;
}

std::vector<std::string> read_mitigations(YamlMap& root) {
  mitigation::register_builtin_mitigations();
  std::vector<std::string> known;
  for (const auto& [name, summary] : mitigation::known_mitigations()) known.push_back(name);
  const std::string one = fmt::format("({})", fmt::join(known, "|"));
  const auto names = root.text_list("mitigations", {"none", "fap", "fal_retune"},
                                    fmt::format("^{0}(\\+{0})*$", one));
  for (const auto& name : names) {
    // "mapping+other" names two.
    for (std::size_t first = 0; first <= name.size();) {
      const std::size_t last = std::min(name.find('+', first), name.size());
      const std::string part = name.substr(first, last - first);
      if (std::find(known.begin(), known.end(), part) == known.end()) {
        root.fail("mitigations", fmt::format("unknown mitigation '{}'", part),
                  suggestion(part, known));
      }
      first = last + 1;
    }
    try {
      mitigation::make_mitigation(name);
    } catch (const UsageError& error) {
      root.fail("mitigations", fmt::format("'{}': {}", name, error.what()), "");
    }
  }
  return names;
}

RunConfig read_config(const YamlDocument& document, const std::filesystem::path& path,
                      const ReadOptions& options) {
  YamlMap root(document, document.root(), "");
  for (const auto& key : options.extra_keys) root.has(key);

  RunConfig config;
  config.file = path.string();
  config.text = document.to_text();
  config.network = read_network(root, path);
  config.data = read_data(root.map("data"));
  config.accelerator = read_accelerator(root.map("accelerator"), &config.batch_images);
  const char* default_engine = options.default_engine == Engine::kGate ? "gate" : "table";
  config.engine = root.choice("engine", {"gate", "table"}, default_engine) == "gate"
                      ? Engine::kGate
                      : Engine::kTable;
  config.multiplier = read_multiplier(root.map("multiplier"), path);
  config.faults = read_faults(document, root);
  const auto on_exact = root.choice("fault_on_exact", {"auto", "yes", "no"}, "auto");
  config.fault_on_exact = on_exact == "auto"  ? FaultOnExact::kAuto
                          : on_exact == "yes" ? FaultOnExact::kYes
                                              : FaultOnExact::kNo;
  config.mitigations = read_mitigations(root);
  config.retune_healthy = root.flag("retune_healthy", false);
  config.seed = static_cast<uint64_t>(root.integer("seed", 0, INT64_MAX, 1));
  YamlMap output = root.map("output");
  config.json_path = output.text("json", "");
  output.finish();
  root.finish();
  return config;
}

}  // namespace

std::vector<std::string> shipped_networks() {
  std::vector<std::string> names;
  const auto folder = tree_root() / "models";
  if (!std::filesystem::is_directory(folder)) return names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".onnx") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<RunConfig> load_run_configs(const std::filesystem::path& path,
                                        const std::vector<std::string>& overrides) {
  auto document = YamlDocument::from_file(path);
  for (const auto& assignment : overrides) document.set(assignment);
  if (YamlMap root(document, document.root(), ""); root.has("campaign")) {
    root.fail("campaign", "this configuration describes a campaign",
              fmt::format("faultwave campaign {} --out results.sqlite; a run is described by the "
                          "same file without this section",
                          path.string()));
  }
  return read_run_configs(document, path);
}

std::vector<RunConfig> read_run_configs(const YamlDocument& document,
                                        const std::filesystem::path& path,
                                        const ReadOptions& options) {
  std::vector<RunConfig> configs;
  for (const auto& [name, variant] : document.variants()) {
    configs.push_back(read_config(variant, path, options));
    configs.back().variant = name;
  }
  return configs;
}

RunConfig load_run_config(const std::filesystem::path& path,
                          const std::vector<std::string>& overrides) {
  auto configs = load_run_configs(path, overrides);
  if (!configs.front().variant.empty()) {
    throw ConfigError({path.string()}, "has variants, one configuration is needed");
  }
  return std::move(configs.front());
}

}  // namespace faultwave::driver
