// Files: whole reads, and writes that never leave half a file behind.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace faultwave {

/// Whole content of a file; InputError when it cannot be read or is larger than `max_bytes`.
std::string read_file(const std::filesystem::path& path,
                      std::size_t max_bytes = std::size_t{1} << 30);

/// Writes beside `path` and renames; creates missing folders. EnvironmentError when it cannot.
void write_file_atomically(const std::filesystem::path& path, std::string_view content);

/// A fresh folder, removed with everything in it by the destructor.
class TemporaryDirectory {
 public:
  explicit TemporaryDirectory(std::string_view prefix = "faultwave");
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// Environment variable, or `fallback` when unset or empty.
std::string environment(const char* name, std::string_view fallback = {});

/// Per-user cache folder: $FAULTWAVE_CACHE, else $XDG_CACHE_HOME/faultwave, else
/// ~/.cache/faultwave.
std::filesystem::path cache_directory();

}  // namespace faultwave
