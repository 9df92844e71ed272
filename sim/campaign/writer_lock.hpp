// At most one process writes a results file.
#pragma once

#include <filesystem>

namespace faultwave::campaign {

/// A lock on `FILE.lock` beside the results file. It belongs to this very process: children do not
/// inherit it, and it vanishes with the process however that ends. Removed when released; a
/// leftover file after a kill locks nothing.
class WriterLock {
 public:
  /// EnvironmentError at once when another process (named by its id) or this one holds the lock, or
  /// when the lock file cannot be made.
  explicit WriterLock(const std::filesystem::path& results_file);
  ~WriterLock();
  WriterLock(const WriterLock&) = delete;
  WriterLock& operator=(const WriterLock&) = delete;

 private:
  std::filesystem::path path_;
  int descriptor_ = -1;
};

}  // namespace faultwave::campaign
