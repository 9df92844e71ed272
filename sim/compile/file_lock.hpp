// An exclusive lock between processes and threads, held as long as the object lives.
#pragma once

#include <filesystem>

namespace faultwave::compile {

/// An exclusive lock on a file, between processes; held as long as the object lives.
class FileLock {
 public:
  /// Waits until the lock on `path` (created when missing) is free. EnvironmentError when the file
  /// cannot be made.
  explicit FileLock(const std::filesystem::path& path);
  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  int descriptor_;
};

}  // namespace faultwave::compile
