#include "base/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "base/file.hpp"

namespace faultwave {
namespace {

constexpr int kBarWidth = 24;
constexpr auto kQuietTime = std::chrono::milliseconds(1000);
constexpr auto kRedrawTime = std::chrono::milliseconds(100);

bool quiet() { return environment("FAULTWAVE_QUIET") == "1"; }

std::string format_seconds(double seconds) {
  const int whole = static_cast<int>(std::min(seconds, 359999.0) + 0.5);
  if (whole >= 3600) return fmt::format("{}h{:02}m", whole / 3600, whole / 60 % 60);
  if (whole >= 60) return fmt::format("{}m{:02}s", whole / 60, whole % 60);
  return fmt::format("{}s", whole);
}

}  // namespace

Progress::Progress(std::string label, uint64_t total)
    : label_(std::move(label)), total_(total), enabled_(isatty(STDERR_FILENO) != 0 && !quiet()) {}

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

void log_line(const std::string& text) {
  if (quiet()) return;
  std::fputs((text + "\n").c_str(), stderr);
}

}  // namespace faultwave
