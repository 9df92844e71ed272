// Progress on stderr: a bar with the time left on a terminal, nothing otherwise.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <thread>

namespace faultwave {

/// One task of `total` steps. Draws at most ten times a second, from the second on that it runs.
class Progress {
 public:
  Progress(std::string label, uint64_t total);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void advance(uint64_t steps = 1);
  void set_label(std::string label) { label_ = std::move(label); }

 private:
  void draw();
  using Clock = std::chrono::steady_clock;
  std::string label_;
  uint64_t total_;
  uint64_t done_ = 0;
  bool enabled_;
  bool drawn_ = false;
  Clock::time_point start_ = Clock::now();
  Clock::time_point last_draw_ = start_;
};

/// Work whose end is not known: from the second on that it runs, a line with the time it has taken.
/// Of activities within each other the innermost shows.
class Activity {
 public:
  explicit Activity(std::string label);
  ~Activity();
  Activity(const Activity&) = delete;
  Activity& operator=(const Activity&) = delete;

 private:
  uint64_t id_ = 0;
  std::thread watcher_;  ///< of the outermost activity, when somebody watches
};

/// One log line on stderr (suppressed by FAULTWAVE_QUIET=1).
void log_line(const std::string& text);

}  // namespace faultwave
