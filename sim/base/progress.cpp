#include "base/progress.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <vector>

#include "base/file.hpp"
#include "base/terminal.hpp"

namespace faultwave {
namespace {

constexpr int kBarWidth = 24;
constexpr auto kQuietTime = std::chrono::milliseconds(1000);
constexpr auto kRedrawTime = std::chrono::milliseconds(100);

bool quiet() { return environment("FAULTWAVE_QUIET") == "1"; }

bool is_watched() { return is_terminal(Stream::kError) && !quiet(); }

std::string format_seconds(double seconds) {
  const int whole = static_cast<int>(std::min(seconds, 359999.0) + 0.5);
  if (whole >= 3600) return fmt::format("{}h{:02}m", whole / 3600, whole / 60 % 60);
  if (whole >= 60) return fmt::format("{}m{:02}s", whole / 60, whole % 60);
  return fmt::format("{}s", whole);
}

/// The activities that are under way, and the line that shows the last of them.
class ActivityLine {
 public:
  using Clock = std::chrono::steady_clock;

  /// Whether the caller is the first and has to run `watch`.
  bool add(uint64_t& id, std::string label) {
    const std::lock_guard lock(mutex_);
    id = ++last_id_;
    entries_.push_back({id, std::move(label), Clock::now()});
    if (is_watched_) return false;
    is_watched_ = is_watched();
    return is_watched_;
  }

  void remove(uint64_t id) {
    const std::lock_guard lock(mutex_);
    std::erase_if(entries_, [id](const Entry& entry) { return entry.id == id; });
  }

  /// Draws until `stop`.
  void watch() {
    std::unique_lock lock(mutex_);
    bool is_drawn = false;
    while (!changed_.wait_for(lock, kRedrawTime, [this] { return is_stopping_; })) {
      if (entries_.empty()) continue;
      const auto elapsed = Clock::now() - entries_.back().start;
      if (elapsed < kQuietTime) continue;
      const auto seconds = format_seconds(std::chrono::duration<double>(elapsed).count());
      std::fputs(fmt::format("\r\033[K{} ... {}", entries_.back().label, seconds).c_str(), stderr);
      std::fflush(stderr);
      is_drawn = true;
    }
    if (is_drawn) std::fputs("\r\033[K", stderr);
  }

  void stop(std::thread& watcher) {
    {
      const std::lock_guard lock(mutex_);
      is_stopping_ = true;
    }
    changed_.notify_all();
    watcher.join();
    const std::lock_guard lock(mutex_);
    is_stopping_ = false;
    is_watched_ = false;
  }

 private:
  struct Entry {
    uint64_t id;
    std::string label;
    Clock::time_point start;
  };
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Entry> entries_;
  uint64_t last_id_ = 0;
  bool is_watched_ = false;
  bool is_stopping_ = false;
};

ActivityLine& activity_line() {
  static ActivityLine line;
  return line;
}

}  // namespace

Progress::Progress(std::string label, uint64_t total)
    : label_(std::move(label)), total_(total), enabled_(is_watched()) {}

Progress::~Progress() {
  if (drawn_) std::fputs("\r\033[K", stderr);
}

void Progress::advance(uint64_t steps) {
  done_ += steps;
  if (!enabled_) return;
  const auto now = Clock::now();
  if (now - start_ < kQuietTime || now - last_draw_ < kRedrawTime) return;
  last_draw_ = now;
  draw();
}

void Progress::draw() {
  drawn_ = true;
  const double fraction =
      total_ == 0 ? 1.0 : std::min(1.0, static_cast<double>(done_) / static_cast<double>(total_));
  const double elapsed = std::chrono::duration<double>(Clock::now() - start_).count();
  const int filled = static_cast<int>(fraction * kBarWidth);
  const std::string left =
      fraction > 0 ? format_seconds(elapsed / fraction * (1 - fraction)) : std::string("?");
  const std::string line = fmt::format("\r\033[K{} [{:=<{}}{:{}}] {:3.0f}% {} left", label_, "",
                                       filled, "", kBarWidth - filled, 100 * fraction, left);
  std::fputs(line.c_str(), stderr);
  std::fflush(stderr);
}

Activity::Activity(std::string label) {
  if (activity_line().add(id_, std::move(label))) {
    watcher_ = std::thread([] { activity_line().watch(); });
  }
}

Activity::~Activity() {
  activity_line().remove(id_);
  if (watcher_.joinable()) activity_line().stop(watcher_);
}

void log_line(const std::string& text) {
  if (quiet()) return;
  std::fputs((text + "\n").c_str(), stderr);
}

}  // namespace faultwave
