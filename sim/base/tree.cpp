#include "base/tree.hpp"

#include <system_error>
#include <utility>

#include "base/error.hpp"
#include "base/file.hpp"

namespace faultwave {
namespace {

namespace fs = std::filesystem;

bool is_folder(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

bool is_tree(const fs::path& path) {
  return is_folder(path / "models") && is_folder(path / "rtl" / "multipliers");
}

/// The first tree at `start` or above it; empty when there is none.
fs::path search_upward(fs::path start) {
  while (!start.empty()) {
    if (is_tree(start)) return start;
    if (is_tree(start / "share" / "faultwave")) return start / "share" / "faultwave";
    if (start == start.root_path()) break;
    start = start.parent_path();
  }
  return {};
}

fs::path& tree_fallback() {
  static fs::path folder;
  return folder;
}

/// Where an installed fetch_data.sh puts data by itself; empty without a home.
fs::path user_data_folder() {
  if (const auto chosen = environment("XDG_DATA_HOME"); !chosen.empty()) {
    return fs::path(chosen) / "faultwave";
  }
  const auto home = environment("HOME");
  return home.empty() ? fs::path() : fs::path(home) / ".local" / "share" / "faultwave";
}

}  // namespace

void set_tree_fallback(fs::path folder) { tree_fallback() = std::move(folder); }

std::string fetch_command(std::string_view what) {
  std::string script = "scripts/fetch_data.sh";
  try {
    // In the sources the short form is what everybody types.
    const fs::path root = tree_root();
    std::error_code ignored;
    if (!fs::exists(root / "CMakeLists.txt", ignored)) script = (root / script).string();
  } catch (const EnvironmentError&) {
  }
  return what.empty() ? script : fmt::format("{} {}", script, what);
}

fs::path tree_root() {
  if (const auto chosen = environment("FAULTWAVE_ROOT"); !chosen.empty()) {
    if (is_tree(chosen)) return chosen;
    throw EnvironmentError(fmt::format(
        "FAULTWAVE_ROOT={}: no folders 'models' and 'rtl/multipliers' in it\n"
        "  fix: set it to the folder of the sources or to PREFIX/share/faultwave, or unset it",
        chosen));
  }
  std::error_code code;
  const fs::path executable = fs::read_symlink("/proc/self/exe", code);
  if (!code) {
    if (auto found = search_upward(executable.parent_path()); !found.empty()) return found;
  }
  const fs::path current = fs::current_path(code);
  if (!code) {
    if (auto found = search_upward(current); !found.empty()) return found;
  }
  if (is_tree(tree_fallback())) return tree_fallback();
  throw EnvironmentError(fmt::format(
      "the files that ship with Faultwave (models, rtl/multipliers) were not found "
      "upward of {} or {}\n  fix: set FAULTWAVE_ROOT to the folder of the sources, or to "
      "PREFIX/share/faultwave of an installation",
      executable.parent_path().string(), current.string()));
}

fs::path data_root() {
  if (const auto chosen = environment("FAULTWAVE_DATA"); !chosen.empty()) return chosen;
  fs::path root;
  try {
    root = tree_root();
  } catch (const EnvironmentError&) {
    return {};  // Data are optional: the caller reports what it misses.
  }
  for (const fs::path& candidate :
       {root / "data", (root / ".." / "shared").lexically_normal(), user_data_folder()}) {
    if (is_folder(candidate)) return candidate;
  }
  return {};
}

}  // namespace faultwave
