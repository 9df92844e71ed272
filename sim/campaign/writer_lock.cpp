#include "campaign/writer_lock.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <mutex>
#include <set>

#include "base/error.hpp"

namespace faultwave::campaign {
namespace {

/// Locks of fcntl() do not exclude threads and stores of the same process from each other.
struct HeldHere {
  std::mutex mutex;
  std::set<std::filesystem::path> paths;
};

HeldHere& held_here() {
  static HeldHere held;
  return held;
}

[[noreturn]] void throw_in_use(const std::filesystem::path& results_file, pid_t holder) {
  throw EnvironmentError(
      fmt::format("{}: process {} is writing this file\n  fix: wait for it or end it; shards need "
                  "files of their own (faultwave merge joins them)",
                  results_file.string(), holder));
}

/// Opens and locks; false when another process removed the file in between.
bool try_lock(const std::filesystem::path& path, const std::filesystem::path& results_file,
              int& descriptor) {
  descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (descriptor < 0) {
    const int error = errno;
    const auto folder = path.has_parent_path() ? path.parent_path().string() : ".";
    throw EnvironmentError(
        fmt::format("{}: cannot create the lock file '{}': {}\n  fix: check that the folder '{}' "
                    "exists, can be written and has space",
                    results_file.string(), path.filename().string(), strerror(error), folder));
  }
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  if (::fcntl(descriptor, F_SETLK, &lock) != 0) {
    const int error = errno;
    struct flock query = lock;
    const bool is_known = ::fcntl(descriptor, F_GETLK, &query) == 0 && query.l_type != F_UNLCK;
    ::close(descriptor);
    descriptor = -1;
    if (error == EACCES || error == EAGAIN) {
      if (!is_known) return false;  // released meanwhile
      throw_in_use(results_file, query.l_pid);
    }
    throw EnvironmentError(fmt::format("{}: cannot lock '{}': {}", results_file.string(),
                                       path.filename().string(), strerror(error)));
  }
  struct stat of_descriptor {};
  struct stat of_path {};
  if (::fstat(descriptor, &of_descriptor) == 0 && ::stat(path.c_str(), &of_path) == 0 &&
      of_descriptor.st_ino == of_path.st_ino && of_descriptor.st_dev == of_path.st_dev) {
    return true;
  }
  ::close(descriptor);
  descriptor = -1;
  return false;
}

}  // namespace

WriterLock::WriterLock(const std::filesystem::path& results_file) {
  std::error_code code;
  path_ = std::filesystem::weakly_canonical(results_file, code);
  if (code) path_ = std::filesystem::absolute(results_file);
  path_ += ".lock";
  HeldHere& held = held_here();
  const std::lock_guard guard(held.mutex);
  if (held.paths.count(path_) != 0) throw_in_use(results_file, ::getpid());
  while (!try_lock(path_, results_file, descriptor_)) {
  }
  held.paths.insert(path_);
}

WriterLock::~WriterLock() {
  HeldHere& held = held_here();
  const std::lock_guard guard(held.mutex);
  ::unlink(path_.c_str());
  ::close(descriptor_);
  held.paths.erase(path_);
}

}  // namespace faultwave::campaign
