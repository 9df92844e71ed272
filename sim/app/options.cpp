#include "app/options.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <iostream>

#include "base/error.hpp"
#include "base/file.hpp"

namespace faultwave::app {

void check_output(const std::string& path) {
  if (path == "-") return;
  if (path.empty())
    throw UsageError("an output path is empty\n  fix: name a file, or '-' for stdout");
  const std::filesystem::path target(path);
  const auto folder = target.has_parent_path() ? target.parent_path() : std::filesystem::path(".");
  if (std::filesystem::is_directory(target)) {
    throw EnvironmentError(fmt::format("{}: is a folder\n  fix: name a file", path));
  }
  if (!std::filesystem::is_directory(folder)) {
    throw EnvironmentError(
        fmt::format("{}: there is no folder '{}'\n  fix: create it", path, folder.string()));
  }
}

void write_output(const std::string& path, const std::string& content) {
  check_output(path);
  if (path == "-") {
    std::cout << content << std::flush;
  } else {
    write_file_atomically(path, content);
  }
}

}  // namespace faultwave::app
