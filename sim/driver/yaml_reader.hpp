// Strict reading of YAML maps: every key is asked for by name, type and range; what was not asked
// for is an error that names file, line, column and the nearest valid key.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "driver/yaml_document.hpp"

namespace faultwave::driver {

/// One map of a document. `finish` must be called after all keys were asked for.
class YamlMap {
 public:
  YamlMap(const YamlDocument& document, YAML::Node node, std::string path);

  bool has(const std::string& key);
  /// Required when `fallback` is unset.
  std::string text(const std::string& key, std::optional<std::string> fallback = {});
  /// One of `choices`.
  std::string choice(const std::string& key, const std::vector<std::string>& choices,
                     std::optional<std::string> fallback = {});
  int64_t integer(const std::string& key, int64_t low, int64_t high,
                  std::optional<int64_t> fallback = {});
  double number(const std::string& key, double low, double high,
                std::optional<double> fallback = {});
  bool flag(const std::string& key, bool fallback);
  /// `pattern` describes an item for the JSON Schema; the caller checks it.
  std::vector<std::string> text_list(const std::string& key, std::vector<std::string> fallback,
                                     const std::string& pattern = {});
  /// Each item is one of `choices`.
  std::vector<std::string> choice_list(const std::string& key,
                                       const std::vector<std::string>& choices,
                                       std::vector<std::string> fallback);
  /// Numbers above `low`, up to `high`; absent: none.
  std::vector<double> number_list(const std::string& key, double low, double high);
  /// Child map; an absent one reads as empty.
  YamlMap map(const std::string& key);
  /// Items of a list (absent: none), each with its path "key[i]". `may_be_text`: the caller takes
  /// scalars beside maps.
  std::vector<std::pair<YAML::Node, std::string>> items(const std::string& key,
                                                        bool may_be_text = false);

  /// Place of a key's value (of the map when it is absent).
  SourcePlace place(const std::string& key) const;
  /// ConfigError for the first key that nobody asked for.
  void finish() const;
  /// ConfigError at a key.
  [[noreturn]] void fail(const std::string& key, const std::string& problem,
                         const std::string& fix = {}) const;

 private:
  YAML::Node find(const std::string& key);
  bool is_present(const std::string& key);
  std::string scalar(const std::string& key, const std::optional<std::string>& fallback);
  void note(const std::string& key, ConfigKey described) const;
  std::vector<std::pair<YAML::Node, std::string>> list_items(const std::string& key);
  std::string path_of(const std::string& key) const;

  const YamlDocument& document_;
  YAML::Node node_;
  std::string path_;
  std::vector<std::string> asked_;
};

}  // namespace faultwave::driver
