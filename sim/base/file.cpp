#include "base/file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <system_error>
#include <vector>

#include "base/error.hpp"
#include "base/suggest.hpp"

namespace faultwave {

namespace {

/// What to do about a file that is not there: the nearest name in its folder.
std::string advice_for_missing(const std::filesystem::path& path) {
  std::error_code code;
  const auto folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
  std::vector<std::string> names;
  for (auto it = std::filesystem::directory_iterator(folder, code);
       !code && it != std::filesystem::directory_iterator() && names.size() < 10'000;
       it.increment(code)) {
    names.push_back(it->path().filename().string());
  }
  const auto nearest = nearest_name(path.filename().string(), names);
  if (nearest.empty()) return "check the path";
  return fmt::format("did you mean '{}'?", (path.parent_path() / nearest).string());
}

}  // namespace

std::string read_file(const std::filesystem::path& path, std::size_t max_bytes) {
  std::error_code code;
  const auto status = std::filesystem::status(path, code);
  if (!std::filesystem::exists(status)) {
    throw InputError({path.string()}, "no such file", advice_for_missing(path));
  }
  if (std::filesystem::is_directory(status)) {
    throw InputError({path.string()}, "is a folder, a file is needed");
  }
  std::ifstream stream(path, std::ios::binary);
  if (!stream) throw InputError({path.string()}, fmt::format("cannot open: {}", strerror(errno)));
  std::string content;
  std::array<char, 1 << 16> buffer{};
  while (stream.read(buffer.data(), buffer.size()) || stream.gcount() > 0) {
    content.append(buffer.data(), static_cast<std::size_t>(stream.gcount()));
    if (content.size() > max_bytes) {
      throw InputError({path.string()}, fmt::format("larger than {} bytes", max_bytes));
    }
  }
  if (stream.bad()) throw InputError({path.string()}, "read error");
  return content;
}

void write_file_atomically(const std::filesystem::path& path, std::string_view content) {
  std::error_code code;
  const auto kind = std::filesystem::status(path, code).type();
  if (kind == std::filesystem::file_type::character || kind == std::filesystem::file_type::fifo) {
    // A device is written to, never replaced.
    std::ofstream stream(path, std::ios::binary);
    stream << content << std::flush;
    if (!stream) throw EnvironmentError(fmt::format("{}: cannot write", path.string()));
    return;
  }
  if (std::filesystem::is_symlink(path, code)) {
    const auto target = std::filesystem::canonical(path, code);
    if (!code) return write_file_atomically(target, content);
  }
  if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), code);
  static std::atomic<unsigned> counter{0};
  const std::string beside = path.string() + fmt::format(".{}.{}.tmp", getpid(), counter++);
  const auto fail = [&](std::string_view action) {
    const int error = errno;
    ::unlink(beside.c_str());
    throw EnvironmentError(
        fmt::format("{}: cannot {}: {}", path.string(), action, strerror(error)));
  };
  const int file = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (file < 0) fail("create");
  std::size_t written = 0;
  while (written < content.size()) {
    const ssize_t count = ::write(file, content.data() + written, content.size() - written);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      ::close(file);
      fail("write");
    }
    written += static_cast<std::size_t>(count);
  }
  if (::close(file) != 0) fail("write");
  if (::rename(beside.c_str(), path.c_str()) != 0) fail("rename");
}

TemporaryDirectory::TemporaryDirectory(std::string_view prefix) {
  std::error_code code;
  auto parent = std::filesystem::temp_directory_path(code);
  if (code) parent = environment("TMPDIR", "/tmp");
  std::string pattern = (parent / fmt::format("{}-XXXXXX", prefix)).string();
  if (::mkdtemp(pattern.data()) == nullptr) {
    throw EnvironmentError(
        fmt::format("{}: cannot create: {}\n  fix: set TMPDIR to a folder that can be written",
                    pattern, strerror(errno)));
  }
  path_ = pattern;
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string environment(const char* name, std::string_view fallback) {
  const char* value = std::getenv(name);
  return value == nullptr || *value == '\0' ? std::string(fallback) : std::string(value);
}

std::filesystem::path cache_directory() {
  if (const auto chosen = environment("FAULTWAVE_CACHE"); !chosen.empty()) return chosen;
  if (const auto xdg = environment("XDG_CACHE_HOME"); !xdg.empty()) {
    return std::filesystem::path(xdg) / "faultwave";
  }
  const auto home = environment("HOME");
  if (home.empty()) return std::filesystem::temp_directory_path() / "faultwave-cache";
  return std::filesystem::path(home) / ".cache" / "faultwave";
}

}  // namespace faultwave
