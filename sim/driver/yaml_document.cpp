#include "driver/yaml_document.hpp"

#include <algorithm>
#include <set>

#include "base/file.hpp"
#include "driver/yaml_reader.hpp"

namespace faultwave::driver {
namespace {

constexpr std::size_t kMaxConfigBytes = 1 << 20;
constexpr int kMaxDepth = 16;
constexpr int kMaxNodes = 100'000;

SourcePlace place_of(const YAML::Mark& mark, const std::string& file) {
  if (mark.is_null()) return {file};
  return {file, mark.line + 1, mark.column + 1};
}

/// yaml-cpp keeps duplicate keys and lets one win silently: refuse them.
void check_duplicates(const YAML::Node& node, const std::string& file, int depth, int& visits) {
  if (++visits > kMaxNodes) {
    throw ConfigError({file}, "has too many values; do aliases repeat each other?");
  }
  if (depth > kMaxDepth) {
    throw ConfigError(place_of(node.Mark(), file), "nested too deeply");
  }
  if (node.IsSequence()) {
    for (const auto& item : node) check_duplicates(item, file, depth + 1, visits);
  }
  if (!node.IsMap()) return;
  std::set<std::string> seen;
  for (const auto& entry : node) {
    if (!entry.first.IsScalar()) {
      throw ConfigError(place_of(entry.first.Mark(), file), "a key must be plain text");
    }
    if (!seen.insert(entry.first.Scalar()).second) {
      throw ConfigError(place_of(entry.first.Mark(), file),
                        fmt::format("key '{}' is given twice", entry.first.Scalar()),
                        "remove one of them");
    }
    check_duplicates(entry.second, file, depth + 1, visits);
  }
}

}  // namespace

std::string type_name(const YAML::Node& node) {
  switch (node.Type()) {
    case YAML::NodeType::Map:
      return "a map";
    case YAML::NodeType::Sequence:
      return "a list";
    case YAML::NodeType::Scalar:
      return fmt::format("'{}'", node.Scalar());
    default:
      return "nothing";
  }
}

YamlDocument YamlDocument::from_file(const std::filesystem::path& path) {
  return from_text(read_file(path, kMaxConfigBytes), path.string());
}

YamlDocument YamlDocument::from_text(const std::string& text, const std::string& file) {
  YamlDocument document;
  document.file_ = file;
  try {
    const auto all = YAML::LoadAll(text);
    if (all.size() > 1) {
      throw ConfigError({file}, fmt::format("holds {} documents, one is needed", all.size()));
    }
    if (!all.empty()) document.root_ = all.front();
  } catch (const YAML::Exception& error) {
    throw ConfigError(place_of(error.mark, file), fmt::format("not valid YAML: {}", error.msg),
                      "see docs/configuration.md for the layout");
  }
  if (!document.root_.IsMap()) {
    throw ConfigError(
        {file},
        fmt::format("the document is {}, a map of keys is needed", type_name(document.root_)),
        "start from configs/quickstart.yaml");
  }
  int visits = 0;
  check_duplicates(document.root_, file, 0, visits);
  return document;
}

void YamlDocument::set(const std::string& assignment) {
  const auto equals = assignment.find('=');
  if (equals == std::string::npos || equals == 0) {
    throw UsageError(fmt::format("--set {}: needs the form key=value", assignment));
  }
  const std::string path = assignment.substr(0, equals);
  YAML::Node value;
  try {
    value = YAML::Load(assignment.substr(equals + 1));
  } catch (const YAML::Exception& error) {
    throw UsageError(fmt::format("--set {}: not valid YAML: {}", assignment, error.msg));
  }
  YAML::Node node = root_;
  std::size_t begin = 0;
  for (;;) {
    const auto dot = path.find('.', begin);
    const std::string key = path.substr(begin, dot - begin);
    if (key.empty()) throw UsageError(fmt::format("--set {}: empty key", assignment));
    if (dot == std::string::npos) {
      node[key] = value;
      break;
    }
    if (node[key].IsDefined() && !node[key].IsNull() && !node[key].IsMap()) {
      throw UsageError(
          fmt::format("--set {}: '{}' is not a map in {}", assignment, path.substr(0, dot), file_));
    }
    if (!node[key].IsDefined() || node[key].IsNull()) node[key] = YAML::Node(YAML::NodeType::Map);
    YAML::Node next = node[key];
    node.reset(next);
    begin = dot + 1;
  }
  overrides_.emplace_back(path, assignment);
}

std::vector<std::pair<std::string, YamlDocument>> YamlDocument::variants() const {
  YamlMap map(*this, root_, "");
  std::vector<std::pair<std::string, YamlDocument>> result;
  for (const auto& [item, path] : map.items("variants")) {
    YamlMap variant(*this, item, path);
    const std::string name = variant.text("name");
    if (name.empty()) variant.fail("name", "is empty");
    if (variant.has("output")) {
      variant.fail("output", "belongs to the whole file", "move it out of 'variants'");
    }
    for (const auto& [known, unused] : result) {
      if (known == name) variant.fail("name", fmt::format("there are two variants '{}'", name));
    }
    // Values are shared, not copied: they keep their places in the file.
    YamlDocument document = *this;
    document.root_.reset(
        YAML::Node(YAML::NodeType::Map));  // assignment would change the shared node
    for (const auto& entry : root_) {
      const std::string key = entry.first.Scalar();
      if (key != "variants" && !variant.has(key)) document.root_[key] = entry.second;
    }
    for (const auto& entry : item) {
      const std::string key = entry.first.Scalar();
      if (key == "name") continue;
      for (const auto& [override_path, assignment] : overrides_) {
        if (override_path == key || override_path.starts_with(key + ".")) {
          throw UsageError(
              fmt::format("--set {}: variant '{}' has its own '{}'\n  fix: change it in {}",
                          assignment, name, key, file_));
        }
      }
      document.root_[key] = entry.second;
    }
    result.emplace_back(name, std::move(document));
  }
  if (result.empty()) {
    if (map.has("variants")) map.fail("variants", "holds none", "remove it, or list some");
    result.emplace_back("", *this);
  }
  return result;
}

SourcePlace YamlDocument::place(const YAML::Node& node, const std::string& path) const {
  for (auto it = overrides_.rbegin(); it != overrides_.rend(); ++it) {
    if (path == it->first || path.starts_with(it->first + ".") ||
        path.starts_with(it->first + "[")) {
      return {"--set " + it->second};
    }
  }
  return node.IsDefined() ? place_of(node.Mark(), file_) : SourcePlace{file_};
}

std::string YamlDocument::to_text() const {
  YAML::Emitter emitter;
  emitter << root_;
  return std::string(emitter.c_str()) + "\n";
}

}  // namespace faultwave::driver
