// A YAML file with overrides, and where in it every value stands.
#pragma once

#include <yaml-cpp/yaml.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "driver/key_recorder.hpp"

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

  /// Every key that readers ask this document (and its variants) for is noted from now on.
  void record(KeyRecorder& recorder) { recorder_ = &recorder; }
  KeyRecorder* recorder() const { return recorder_; }

 private:
  KeyRecorder* recorder_ = nullptr;
  YAML::Node root_;
  std::string file_;
  std::vector<std::pair<std::string, std::string>> overrides_;  ///< path, assignment
};

/// "a map", "a list", "'text'" or "nothing", for errors.
std::string type_name(const YAML::Node& node);

}  // namespace faultwave::driver
