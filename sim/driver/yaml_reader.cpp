#include "driver/yaml_reader.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/suggest.hpp"

namespace faultwave::driver {

YamlMap::YamlMap(const YamlDocument& document, YAML::Node node, std::string path)
    : document_(document), node_(std::move(node)), path_(std::move(path)) {
  if (node_.IsDefined() && !node_.IsNull() && !node_.IsMap()) {
    throw ConfigError(
        document_.place(node_, path_),
        fmt::format("{} is {}, a map of keys is needed",
                    path_.empty() ? "the document" : "'" + path_ + "'", type_name(node_)));
  }
}

std::string YamlMap::path_of(const std::string& key) const {
  return path_.empty() ? key : path_ + "." + key;
}

YAML::Node YamlMap::find(const std::string& key) {
  asked_.push_back(key);
  if (!node_.IsDefined() || !node_.IsMap()) return YAML::Node(YAML::NodeType::Undefined);
  const YAML::Node& constant = node_;
  return constant[key];
}

SourcePlace YamlMap::place(const std::string& key) const {
  if (node_.IsDefined() && node_.IsMap()) {
    const YAML::Node& constant = node_;
    const YAML::Node value = constant[key];
    if (value.IsDefined()) return document_.place(value, path_of(key));
  }
  return document_.place(node_, path_of(key));
}

void YamlMap::fail(const std::string& key, const std::string& problem,
                   const std::string& fix) const {
  throw ConfigError(place(key), fmt::format("'{}': {}", path_of(key), problem), fix);
}

bool YamlMap::is_present(const std::string& key) {
  const YAML::Node value = find(key);
  return value.IsDefined() && !value.IsNull();
}

void YamlMap::note(const std::string& key, ConfigKey described) const {
  if (document_.recorder() != nullptr)
    document_.recorder()->note(path_of(key), std::move(described));
}

bool YamlMap::has(const std::string& key) {
  note(key, {});
  return is_present(key);
}

std::string YamlMap::scalar(const std::string& key, const std::optional<std::string>& fallback) {
  const YAML::Node value = find(key);
  if (!value.IsDefined() || value.IsNull()) {
    if (fallback) return *fallback;
    fail(key, "is missing", "add it; see docs/configuration.md");
  }
  if (!value.IsScalar()) fail(key, fmt::format("is {}, text is needed", type_name(value)));
  return value.Scalar();
}

std::string YamlMap::text(const std::string& key, std::optional<std::string> fallback) {
  ConfigKey described;
  described.type = ConfigKey::Type::kText;
  described.is_required = !fallback;
  described.fallback = fallback.value_or("");
  note(key, std::move(described));
  return scalar(key, fallback);
}

std::string YamlMap::choice(const std::string& key, const std::vector<std::string>& choices,
                            std::optional<std::string> fallback) {
  ConfigKey described;
  described.type = ConfigKey::Type::kText;
  described.is_required = !fallback;
  described.fallback = fallback.value_or("");
  described.choices = choices;
  note(key, std::move(described));
  const std::string value = scalar(key, fallback);
  if (std::find(choices.begin(), choices.end(), value) == choices.end()) {
    fail(key, fmt::format("unknown value '{}'", value), suggestion(value, choices));
  }
  return value;
}

int64_t YamlMap::integer(const std::string& key, int64_t low, int64_t high,
                         std::optional<int64_t> fallback) {
  ConfigKey described;
  described.type = ConfigKey::Type::kInteger;
  described.is_required = !fallback;
  if (fallback) described.fallback = fmt::format("{}", *fallback);
  described.low = low;
  described.high = high;
  note(key, std::move(described));
  if (!is_present(key) && fallback) return *fallback;
  const std::string value = scalar(key, std::nullopt);
  int64_t result = 0;
  const auto [end, code] = std::from_chars(value.data(), value.data() + value.size(), result);
  if (code == std::errc::result_out_of_range) {
    fail(key, fmt::format("{} is out of range", value), fmt::format("use {} to {}", low, high));
  }
  if (code != std::errc() || end != value.data() + value.size()) {
    fail(key, fmt::format("'{}' is not a whole number", value));
  }
  if (result < low || result > high) {
    fail(key, fmt::format("{} is out of range", result), fmt::format("use {} to {}", low, high));
  }
  return result;
}

double YamlMap::number(const std::string& key, double low, double high,
                       std::optional<double> fallback) {
  ConfigKey described;
  described.type = ConfigKey::Type::kNumber;
  described.is_required = !fallback;
  if (fallback) described.fallback = fmt::format("{:g}", *fallback);
  described.low_number = low;
  described.high_number = high;
  note(key, std::move(described));
  if (!is_present(key) && fallback) return *fallback;
  const std::string value = scalar(key, std::nullopt);
  double result = 0;
  const auto [end, code] = std::from_chars(value.data(), value.data() + value.size(), result);
  if (code != std::errc() || end != value.data() + value.size() || !std::isfinite(result)) {
    fail(key, fmt::format("'{}' is not a number", value));
  }
  if (result < low || result > high) {
    fail(key, fmt::format("{} is out of range", result), fmt::format("use {} to {}", low, high));
  }
  return result;
}

bool YamlMap::flag(const std::string& key, bool fallback) {
  ConfigKey described;
  described.type = ConfigKey::Type::kFlag;
  described.fallback = fallback ? "true" : "false";
  note(key, std::move(described));
  if (!is_present(key)) return fallback;
  const std::string value = scalar(key, std::nullopt);
  if (value == "true" || value == "yes" || value == "on") return true;
  if (value == "false" || value == "no" || value == "off") return false;
  fail(key, fmt::format("'{}' is neither true nor false", value));
}

std::vector<std::string> YamlMap::text_list(const std::string& key,
                                            std::vector<std::string> fallback,
                                            const std::string& pattern) {
  ConfigKey described;
  described.type = ConfigKey::Type::kList;
  if (!fallback.empty()) described.fallback = fmt::format("[{}]", fmt::join(fallback, ", "));
  ConfigKey item;
  item.type = ConfigKey::Type::kText;
  item.pattern = pattern;
  described.items = {item};
  note(key, std::move(described));
  if (!is_present(key)) return fallback;
  std::vector<std::string> result;
  for (const auto& [item_node, item_path] : list_items(key)) {
    if (!item_node.IsScalar()) {
      throw ConfigError(document_.place(item_node, item_path),
                        fmt::format("'{}' is {}, text is needed", item_path, type_name(item_node)));
    }
    result.push_back(item_node.Scalar());
  }
  return result;
}

std::vector<std::string> YamlMap::choice_list(const std::string& key,
                                              const std::vector<std::string>& choices,
                                              std::vector<std::string> fallback) {
  auto values = text_list(key, std::move(fallback));
  if (document_.recorder() != nullptr) {
    ConfigKey item;
    item.type = ConfigKey::Type::kText;
    item.choices = choices;
    document_.recorder()->note_item(path_of(key), item);
  }
  for (const auto& value : values) {
    if (std::find(choices.begin(), choices.end(), value) != choices.end()) continue;
    fail(key, fmt::format("unknown value '{}'", value), suggestion(value, choices));
  }
  return values;
}

std::vector<double> YamlMap::number_list(const std::string& key, double low, double high) {
  ConfigKey described;
  described.type = ConfigKey::Type::kList;
  ConfigKey item;
  item.type = ConfigKey::Type::kNumber;
  item.low_number = low;
  item.high_number = high;
  item.excludes_low = true;
  described.items = {item};
  note(key, std::move(described));
  std::vector<double> result;
  for (const auto& [node, path] : list_items(key)) {
    const std::string value = node.IsScalar() ? node.Scalar() : type_name(node);
    double number = 0;
    const auto [end, code] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (code != std::errc() || end != value.data() + value.size()) {
      throw ConfigError(document_.place(node, path),
                        fmt::format("'{}': '{}' is no number", path, value));
    }
    if (!(number > low && number <= high)) {
      throw ConfigError(document_.place(node, path),
                        fmt::format("'{}': {} is not in ({:g}, {:g}]", path, value, low, high));
    }
    result.push_back(number);
  }
  return result;
}

YamlMap YamlMap::map(const std::string& key) {
  ConfigKey described;
  described.type = ConfigKey::Type::kMap;
  note(key, std::move(described));
  return YamlMap(document_, find(key), path_of(key));
}

std::vector<std::pair<YAML::Node, std::string>> YamlMap::items(const std::string& key,
                                                               bool may_be_text) {
  ConfigKey described;
  described.type = ConfigKey::Type::kList;
  note(key, std::move(described));
  if (may_be_text && document_.recorder() != nullptr) {
    ConfigKey item;
    item.type = ConfigKey::Type::kText;
    document_.recorder()->note_item(path_of(key), item);
  }
  return list_items(key);
}

std::vector<std::pair<YAML::Node, std::string>> YamlMap::list_items(const std::string& key) {
  const YAML::Node value = find(key);
  std::vector<std::pair<YAML::Node, std::string>> result;
  if (!value.IsDefined() || value.IsNull()) return result;
  if (!value.IsSequence()) {
    fail(key, fmt::format("is {}, a list is needed", type_name(value)), "write it as [a, b]");
  }
  for (const auto& item : value) {
    result.emplace_back(item, fmt::format("{}[{}]", path_of(key), result.size()));
  }
  return result;
}

void YamlMap::finish() const {
  if (!node_.IsDefined() || !node_.IsMap()) return;
  for (const auto& entry : node_) {
    const std::string key = entry.first.Scalar();
    if (std::find(asked_.begin(), asked_.end(), key) != asked_.end()) continue;
    std::vector<std::string> known;
    for (const auto& name : asked_) {
      if (std::find(known.begin(), known.end(), name) == known.end()) known.push_back(name);
    }
    throw ConfigError(document_.place(entry.first, path_of(key)),
                      fmt::format("unknown key '{}'", path_of(key)), suggestion(key, known));
  }
}

}  // namespace faultwave::driver
