#include "compile/file_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/error.hpp"

namespace faultwave::compile {

FileLock::FileLock(const std::filesystem::path& path)
    : descriptor_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666)) {
  if (descriptor_ < 0) {
    throw EnvironmentError(
        fmt::format("{}: cannot create: {}\n  fix: set FAULTWAVE_CACHE to a "
                    "folder that can be written",
                    path.string(), strerror(errno)));
  }
  while (::flock(descriptor_, LOCK_EX) != 0) {
    if (errno != EINTR) {
      const int error = errno;
      ::close(descriptor_);
      throw EnvironmentError(fmt::format("{}: cannot lock: {}", path.string(), strerror(error)));
    }
  }
}

FileLock::~FileLock() { ::close(descriptor_); }

}  // namespace faultwave::compile
