// The syntax of Liberty files: groups of attributes and groups.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace faultwave::netlist {

/// "cell (INVX1) { area : 1.4; pin (A) { ... } }"; also complex attributes, "values (...)".
struct LibertyGroup {
  std::string kind;                    ///< "cell", "pin", "values"
  std::vector<std::string> arguments;  ///< without quotes
  std::vector<std::pair<std::string, std::string>> attributes;
  std::vector<LibertyGroup> groups;  ///< and complex attributes, which hold nothing
  int line = 0;

  /// Nullptr when absent.
  const std::string* attribute(std::string_view name) const;
  std::vector<const LibertyGroup*> all(std::string_view group_kind) const;
};

/// The library group of a file. InputError with file and line for bad syntax.
LibertyGroup read_liberty(const std::filesystem::path& path);

}  // namespace faultwave::netlist
