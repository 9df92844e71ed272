#include "driver/find_config.hpp"

#include <set>
#include <system_error>
#include <vector>

#include "base/error.hpp"
#include "base/suggest.hpp"
#include "base/tree.hpp"

namespace faultwave::driver {
namespace {

namespace fs = std::filesystem;

bool is_file(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

/// "quickstart", "paper/2_nets": what may be written for a file of `folder`, sorted.
std::vector<std::string> names_in(const fs::path& folder) {
  std::set<std::string> names;
  std::error_code ignored;
  for (const auto& entry : fs::recursive_directory_iterator(folder, ignored)) {
    if (entry.path().extension() != ".yaml") continue;
    names.insert(entry.path().lexically_relative(folder).replace_extension().string());
  }
  return {names.begin(), names.end()};
}

}  // namespace

std::filesystem::path find_config(const std::string& name_or_path) {
  std::error_code ignored;
  const fs::path given(name_or_path);
  if (given.is_absolute() || (fs::exists(given, ignored) && !fs::is_directory(given, ignored))) {
    return given;
  }
  fs::path root;
  try {
    root = tree_root();
  } catch (const EnvironmentError&) {
    return given;  // Nothing is installed here: the file is what is missing.
  }
  const fs::path folder = root / "configs";
  for (const auto& shipped : {root / given, folder / (name_or_path + ".yaml"), folder / given}) {
    if (is_file(shipped)) return shipped;
  }
  if (given.has_extension() || given.has_parent_path()) return given;
  const auto nearest = nearest_name(name_or_path, names_in(folder));
  throw InputError({name_or_path}, "no such file and no configuration of this name",
                   fmt::format("{}'faultwave list configs' shows all",
                               nearest.empty() ? "" : fmt::format("did you mean '{}'? ", nearest)));
}

}  // namespace faultwave::driver
