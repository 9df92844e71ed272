#include "campaign/config_reference.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/suggest.hpp"
#include "campaign/campaign_config.hpp"
#include "campaign/key_meanings.hpp"
#include "driver/mma_benchmark.hpp"
#include "driver/run_config.hpp"
#include "driver/yaml_reader.hpp"
#include "nn/dataset.hpp"

namespace faultwave::campaign {
namespace {

using driver::ConfigKey;
using driver::KeyRecorder;
using driver::YamlDocument;
using nlohmann::ordered_json;
using Type = ConfigKey::Type;

/// Documents that lead the readers past every key.
constexpr const char* kRun = R"(network: strokes_mlp
data: {name: strokes}
multiplier: {netlist: fw8u_dadda, power_mw: 1, delay_ns: 1}
mitigations: [none]
)";
constexpr const char* kFaults =
    "faults: [{target: random_net, rate: 0.5, seed: 1, from_cycle: 0, to_cycle: 1}]\n"
    "variants: [{name: a}]\n";
constexpr const char* kCampaign = "campaign: {sample: {}, stop: {}}\n";
constexpr const char* kMma = "mma: [{published_cycles: 1, published_fma_per_cycle: 1}]\n";

YamlDocument recorded(const std::string& text, KeyRecorder& recorder) {
  auto document = YamlDocument::from_text(text, "reference.yaml");
  document.record(recorder);
  return document;
}

ConfigKey accelerator_keys(const std::string& type, const std::string& preset) {
  KeyRecorder recorder;
  const std::string accelerator =
      fmt::format("accelerator: {{type: {}, preset: {}}}\n", type, preset);
  driver::read_run_configs(recorded(kRun + accelerator, recorder), "reference.yaml");
  return *recorder.root().find("accelerator");
}

ConfigKey& child(ConfigKey& key, const std::string& name) {
  const auto found = std::find_if(key.keys.begin(), key.keys.end(),
                                  [&](const ConfigKey& other) { return other.name == name; });
  FAULTWAVE_CHECK(found != key.keys.end(), "no key '{}'", name);
  return *found;
}

/// What the keys below `key` mean, path by path. `prefix` is its own path.
void for_each_key(const ConfigKey& key, const std::string& prefix,
                  const std::function<void(const std::string&, const ConfigKey&)>& use) {
  for (const ConfigKey& entry : key.keys) {
    if (entry.type == Type::kAsked) continue;
    const std::string path = prefix.empty() ? entry.name : prefix + "." + entry.name;
    use(path, entry);
    for_each_key(entry, path, use);
    for (const ConfigKey& item : entry.items) for_each_key(item, path + "[]", use);
  }
}

std::string meaning_of(const std::string& path) {
  const auto& meanings = key_meanings();
  auto found = meanings.find(path);
  // What both accelerators have is described once.
  if (found == meanings.end()) {
    const auto begin = path.find('(');
    const auto end = path.find(')');
    if (begin != std::string::npos && end != std::string::npos) {
      found = meanings.find(path.substr(0, begin) + path.substr(end + 1));
    }
  }
  FAULTWAVE_CHECK(found != meanings.end(), "the key '{}' has no meaning in key_meanings.cpp", path);
  return found->second;
}

ordered_json schema_of(const ConfigKey& key, const std::string& path);

/// A map is needed when something in it is.
bool is_needed(const ConfigKey& key) {
  if (key.is_asked_for || key.type != Type::kMap) return key.is_required;
  return std::any_of(key.keys.begin(), key.keys.end(), is_needed);
}

/// An object of exactly these keys.
ordered_json object_schema(const ConfigKey& key, const std::string& path) {
  ordered_json schema = {{"type", "object"}, {"additionalProperties", false}};
  auto properties = ordered_json::object();
  auto required = ordered_json::array();
  for (const ConfigKey& entry : key.keys) {
    if (entry.type == Type::kAsked) continue;
    const std::string entry_path = path.empty() ? entry.name : path + "." + entry.name;
    auto described = schema_of(entry, entry_path);
    ordered_json property = {{"description", meaning_of(entry_path)}};
    property.update(described);
    properties[entry.name] = std::move(property);
    if (is_needed(entry)) required.push_back(entry.name);
  }
  schema["properties"] = std::move(properties);
  if (!required.empty()) schema["required"] = std::move(required);
  return schema;
}

/// A default in the type of its key.
ordered_json default_value(const ConfigKey& key) {
  if (key.type == Type::kText) return key.fallback;
  return ordered_json::parse(key.fallback);
}

ordered_json schema_of(const ConfigKey& key, const std::string& path) {
  ordered_json schema;
  switch (key.type) {
    case Type::kAsked:
      return schema;
    case Type::kText:
      schema["type"] = "string";
      if (!key.choices.empty()) schema["enum"] = key.choices;
      if (!key.pattern.empty()) schema["pattern"] = key.pattern;
      break;
    case Type::kInteger:
      schema = {{"type", "integer"}, {"minimum", key.low}, {"maximum", key.high}};
      break;
    case Type::kNumber:
      schema["type"] = "number";
      schema[key.excludes_low ? "exclusiveMinimum" : "minimum"] = key.low_number;
      schema["maximum"] = key.high_number;
      break;
    case Type::kFlag:
      schema["type"] = "boolean";
      break;
    case Type::kMap:
      return object_schema(key, path);
    case Type::kList: {
      schema["type"] = "array";
      auto items = ordered_json::array();
      for (const ConfigKey& item : key.items) items.push_back(schema_of(item, path + "[]"));
      if (items.size() == 1) schema["items"] = items.front();
      if (items.size() > 1) schema["items"] = {{"anyOf", items}};
      return schema;
    }
  }
  if (!key.fallback.empty()) schema["default"] = default_value(key);
  return schema;
}

/// `key` is in the document or in all of its variants.
ordered_json given_somewhere(const std::string& key) {
  const ordered_json required = {{"required", {key}}};
  return {{"anyOf",
           {required,
            {{"required", {"variants"}}, {"properties", {{"variants", {{"items", required}}}}}}}}};
}

std::string type_text(const ConfigKey& key) {
  switch (key.type) {
    case Type::kText: {
      if (key.choices.empty()) return "text";
      std::string text;
      for (const auto& choice : key.choices)
        text += fmt::format("{}`{}`", text.empty() ? "" : ", ", choice);
      return text;
    }
    case Type::kInteger:
      if (key.high >= int64_t{1} << 24) {
        return key.low == 0 ? "integer" : fmt::format("integer, at least {}", key.low);
      }
      return fmt::format("{} to {}", key.low, key.high);
    case Type::kNumber:
      if (key.high_number >= 1e5) return "number";
      return fmt::format("{:g} to {:g}", key.low_number, key.high_number);
    case Type::kFlag:
      return "flag";
    case Type::kMap:
      return "map";
    case Type::kList:
      if (!key.items.empty() && !key.items.front().choices.empty()) {
        return fmt::format("list of `{}`", fmt::join(key.items.front().choices, "`, `"));
      }
      if (!key.items.empty() && key.items.front().type == Type::kNumber) {
        return fmt::format("list of numbers in ({:g}, {:g}]", key.items.front().low_number,
                           key.items.front().high_number);
      }
      return "list";
    case Type::kAsked:
      break;
  }
  return "";
}

/// The defaults of a key in all presets, when they differ.
std::string fallbacks(const std::vector<ConfigKey>& presets, const std::vector<std::string>& path) {
  std::vector<std::string> values;
  for (const ConfigKey& preset : presets) {
    const ConfigKey* key = &preset;
    for (const auto& name : path) key = key == nullptr ? nullptr : key->find(name);
    if (key != nullptr) values.push_back(key->fallback);
  }
  if (std::all_of(values.begin(), values.end(),
                  [&](const auto& value) { return value == values.front(); })) {
    values.resize(std::min<std::size_t>(values.size(), 1));
  }
  return fmt::format("{}", fmt::join(values, ", "));
}

std::string table_of(const ConfigKey& map, const std::string& path,
                     const std::vector<ConfigKey>& presets,
                     const std::function<bool(const std::string&)>& is_left_out) {
  std::string text = "| key | type; default | meaning |\n|---|---|---|\n";
  for_each_key(map, path, [&](const std::string& key_path, const ConfigKey& key) {
    const std::string name = path.empty() ? key_path : key_path.substr(path.size() + 1);
    // The keys of a map have rows of their own, unless another table has them.
    const bool is_elsewhere = std::none_of(
        key.keys.begin(), key.keys.end(),
        [&](const ConfigKey& child_key) { return !is_left_out(name + "." + child_key.name); });
    if (is_left_out(name) || (key.type == Type::kMap && !is_elsewhere)) return;
    std::string fallback = key.fallback;
    if (!presets.empty()) {
      std::vector<std::string> parts;
      for (std::size_t begin = 0; begin < name.size();) {
        const auto end = std::min(name.find('.', begin), name.size());
        parts.push_back(name.substr(begin, end - begin));
        begin = end + 1;
      }
      fallback = fallbacks(presets, parts);
    }
    const std::string type = type_text(key);
    text += fmt::format("| `{}` | {}{} | {} |\n", name, type,
                        is_needed(key)     ? "; *required*"
                        : fallback.empty() ? std::string()
                                           : fmt::format("; `{}`", fallback),
                        meaning_of(key_path));
  });
  return text;
}

}  // namespace

ConfigKeys config_keys() {
  ConfigKeys keys;
  KeyRecorder run;
  driver::read_run_configs(recorded(std::string(kRun) + kFaults, run), "reference.yaml",
                           {.extra_keys = {"campaign"}});
  KeyRecorder campaign;
  read_campaign_config(recorded(std::string(kRun) + kCampaign, campaign), "reference.yaml");
  KeyRecorder mma;
  driver::read_mma_config(recorded(fmt::format("accelerator: {{type: gpu_sm}}\n{}", kMma), mma));
  keys.root = run.root();
  child(keys.root, "campaign") = *campaign.root().find("campaign");
  child(keys.root, "campaign").is_required = false;
  child(keys.root, "accelerator").keys.clear();
  keys.mma = *mma.root().find("mma");
  for (const auto& preset : systemc::tpu_preset_names()) {
    keys.tpu_presets.push_back(accelerator_keys("tpu", preset));
  }
  for (const auto& preset : systemc::gpu_preset_names()) {
    keys.gpu_presets.push_back(accelerator_keys("gpu_sm", preset));
  }
  keys.tpu = keys.tpu_presets.front();
  keys.gpu = accelerator_keys("gpu_sm", "ampere_a100");
  return keys;
}

std::string config_schema() {
  const ConfigKeys keys = config_keys();
  ordered_json root = object_schema(keys.root, "");
  ordered_json accelerator = {{"description", meaning_of("accelerator")}};
  accelerator.update(
      {{"if", {{"properties", {{"type", {{"const", "gpu_sm"}}}}}, {"required", {"type"}}}},
       {"then", object_schema(keys.gpu, "accelerator(gpu_sm)")},
       {"else", object_schema(keys.tpu, "accelerator(tpu)")}});
  root["properties"]["accelerator"] = {{"$ref", "#/$defs/accelerator"}};
  ordered_json& items = root["properties"]["variants"]["items"];
  for (const auto& [name, property] : root["properties"].items()) {
    const bool is_of_file =
        name == "variants" || name == "output" || name == "campaign" || name == "seed";
    if (!is_of_file) items["properties"][name] = {{"$ref", "#/$defs/run/properties/" + name}};
  }
  items["properties"]["seed"] = {{"$ref", "#/$defs/run/properties/seed"}};
  items["properties"]["campaign"] = {{"$ref", "#/$defs/run/properties/campaign"}};
  root["properties"]["variants"]["minItems"] = 1;
  const auto required = root["required"];
  root.erase("required");
  root["allOf"] = ordered_json::array();
  for (const auto& name : required)
    root["allOf"].push_back(given_somewhere(name.get<std::string>()));
  // A campaign makes its own faults.
  root["allOf"].push_back({{"if", {{"required", {"campaign"}}}},
                           {"then", {{"properties", {{"faults", {{"maxItems", 0}}}}}}}});
  ordered_json mma = {{"type", "object"},
                      {"additionalProperties", false},
                      {"required", {"accelerator", "mma"}},
                      {"properties", ordered_json::object()}};
  mma["properties"]["accelerator"] = {{"$ref", "#/$defs/accelerator"}};
  mma["properties"]["mma"] = {{"description", meaning_of("mma")}};
  mma["properties"]["mma"].update(schema_of(keys.mma, "mma"));
  mma["properties"]["mma"]["minItems"] = 1;
  ordered_json schema = {
      {"$schema", "https://json-schema.org/draft/2020-12/schema"},
      {"title", "Configuration of Faultwave"},
      {"description",
       "What 'faultwave run', 'faultwave campaign' and 'faultwave mma' read. Written by 'faultwave "
       "docs schema': do not edit."},
      {"if", {{"required", {"mma"}}}},
      {"then", {{"$ref", "#/$defs/mma"}}},
      {"else", {{"$ref", "#/$defs/run"}}}};
  schema["$defs"] = {
      {"run", std::move(root)}, {"mma", std::move(mma)}, {"accelerator", std::move(accelerator)}};
  return schema.dump(2) + "\n";
}

std::vector<std::string> key_table_names() {
  return {"run", "data", "tpu", "gpu_sm", "multiplier", "faults", "campaign", "mma"};
}

std::string key_table(const std::string& name) {
  const ConfigKeys keys = config_keys();
  const auto none = [](const std::string&) { return false; };
  if (name == "run") {
    return table_of(keys.root, "", {}, [](const std::string& path) {
      return path.starts_with("data.") || path.starts_with("multiplier.") ||
             path.starts_with("faults[") || path.starts_with("campaign");
    });
  }
  if (name == "tpu") return table_of(keys.tpu, "accelerator(tpu)", keys.tpu_presets, none);
  if (name == "gpu_sm") return table_of(keys.gpu, "accelerator(gpu_sm)", keys.gpu_presets, none);
  if (name == "mma") return table_of(keys.mma.items.front(), "mma[]", {}, none);
  if (name == "faults") {
    for (const ConfigKey& item : keys.root.find("faults")->items) {
      if (item.type == Type::kMap) return table_of(item, "faults[]", {}, none);
    }
  }
  if (const auto* part = keys.root.find(name); part != nullptr && part->type == Type::kMap) {
    return table_of(*part, name, {}, none);
  }
  throw UsageError(fmt::format("unknown part '{}' of the configuration\n  fix: {}", name,
                               suggestion(name, key_table_names())));
}

std::vector<std::string> config_key_paths() {
  const ConfigKeys keys = config_keys();
  std::vector<std::string> paths;
  const auto add = [&paths](const std::string& path, const ConfigKey&) { paths.push_back(path); };
  for_each_key(keys.root, "", add);
  for_each_key(keys.tpu, "accelerator(tpu)", add);
  for_each_key(keys.gpu, "accelerator(gpu_sm)", add);
  paths.emplace_back("mma");
  for (const ConfigKey& item : keys.mma.items) for_each_key(item, "mma[]", add);
  return paths;
}

}  // namespace faultwave::campaign
