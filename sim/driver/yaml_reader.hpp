// Strict reading of YAML maps: every key is asked for by name, type and range; what was not asked
// for is an error that names file, line, column and the nearest valid key.
#pragma once

#include <yaml-cpp/yaml.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"

namespace faultwave::driver {

/// A parsed file with overrides applied, and where each value came from.
class YamlDocument {
 public:
  /// ConfigError with the place for syntax errors, duplicate keys or a document that is no map.
  static YamlDocument from_file(const std::filesystem::path& path);
  static YamlDocument from_text(const std::string& text, const std::string& file);

  /// `assignment` is "dotted.key=value", the value in YAML; UsageError when it is not.
  void set(const std::string& assignment);

  /// The documents of `variants`, a list of maps with a `name` and keys that replace those of the
  /// document; one with an empty name when there is none. ConfigError for unnamed or equally named
  /// variants, UsageError for overrides of keys that variants replace.
  std::vector<std::pair<std::string, YamlDocument>> variants() const;

  const YAML::Node& root() const { return root_; }
  /// Place of a node at dotted path `path`: the file, or the override that made it.
  SourcePlace place(const YAML::Node& node, const std::string& path) const;
  /// The document as YAML text, overrides included.
  std::string to_text() const;

 private:
  YAML::Node root_;
  std::string file_;
  std::vector<std::pair<std::string, std::string>> overrides_;  ///< path, assignment
};

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
  std::vector<std::string> text_list(const std::string& key, std::vector<std::string> fallback);
  /// Child map; an absent one reads as empty.
  YamlMap map(const std::string& key);
  /// Items of a list (absent: none), each with its path "key[i]".
  std::vector<std::pair<YAML::Node, std::string>> items(const std::string& key);

  /// Place of a key's value (of the map when it is absent).
  SourcePlace place(const std::string& key) const;
  /// ConfigError for the first key that nobody asked for.
  void finish() const;
  /// ConfigError at a key.
  [[noreturn]] void fail(const std::string& key, const std::string& problem,
                         const std::string& fix = {}) const;

 private:
  YAML::Node find(const std::string& key);
  std::string path_of(const std::string& key) const;

  const YamlDocument& document_;
  YAML::Node node_;
  std::string path_;
  std::vector<std::string> asked_;
};

}  // namespace faultwave::driver
