#include "compile/object_cache.hpp"

#include <cctype>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/progress.hpp"
#include "base/sha256.hpp"
#include "compile/file_lock.hpp"

namespace faultwave::compile {
namespace {

/// Writes `content` with its digest beside it: the digest first, so that the file counts as intact
/// only when it is complete.
void write_with_digest(const std::filesystem::path& path, const std::string& content) {
  write_file_atomically(path.string() + ".sha256", sha256_hex(content) + "\n");
  write_file_atomically(path, content);
}

/// Whether `file` is there and is what was built.
bool is_intact(const std::filesystem::path& file) {
  const std::filesystem::path digest = file.string() + ".sha256";
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(file, ignored) ||
      !std::filesystem::is_regular_file(digest, ignored)) {
    return false;
  }
  try {
    return read_file(digest) == sha256_hex(read_file(file)) + "\n";
  } catch (const InputError&) {  // unreadable, or another process is replacing it
    return false;
  }
}

/// A module name as part of a file name: anything unusual becomes '_'.
std::string file_stem(std::string name) {
  for (char& c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  }
  return name.substr(0, 64);
}

}  // namespace

std::filesystem::path cached_file(const std::filesystem::path& file, const std::string& what,
                                  const std::function<void(const std::filesystem::path&)>& build) {
  // A cache that cannot be written serves what it holds.
  if (is_intact(file)) return file;
  // The first to come builds, the others wait and find the result.
  FileLock lock(file.string() + ".lock");
  if (is_intact(file)) return file;
  const Activity activity(fmt::format("building {}", what));
  const TemporaryDirectory folder("faultwave-build");
  const auto built = folder.path() / "built";
  build(built);
  write_with_digest(file, read_file(built));
  return file;
}

std::filesystem::path cached_object(
    const CachedObject& object, const std::filesystem::path& cache,
    const std::function<void(const std::filesystem::path&)>& build) {
  std::error_code failed;
  std::filesystem::create_directories(cache, failed);
  if (failed) {
    throw EnvironmentError(
        fmt::format("{}: cannot create: {}\n  fix: set FAULTWAVE_CACHE to a "
                    "folder that can be written",
                    cache.string(), failed.message()));
  }
  return cached_file(
      cache / fmt::format("{}-{}.so", file_stem(object.name), object.key.substr(0, 24)),
      object.what, build);
}

}  // namespace faultwave::compile
