#include "base/terminal.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/suggest.hpp"

namespace faultwave {
namespace {

constexpr int kMaxLineWidth = 100;
constexpr int kMinLineWidth = 60;

ColorMode& color_mode() {
  static ColorMode mode = ColorMode::kAuto;
  return mode;
}

int descriptor(Stream stream) { return stream == Stream::kOut ? STDOUT_FILENO : STDERR_FILENO; }

const char* escape_of(Style style) {
  switch (style) {
    case Style::kBold:
      return "\033[1m";
    case Style::kError:
      return "\033[1;31m";
    case Style::kHeading:
      return "\033[1;36m";
    case Style::kFaint:
      return "\033[2m";
  }
  return "";
}

}  // namespace

bool is_terminal(Stream stream) { return isatty(descriptor(stream)) != 0; }

ColorMode parse_color_mode(const std::string& text) {
  if (text == "auto") return ColorMode::kAuto;
  if (text == "always") return ColorMode::kAlways;
  if (text == "never") return ColorMode::kNever;
  throw UsageError(fmt::format("unknown value '{}' of --color\n  fix: {}", text,
                               suggestion(text, {"auto", "always", "never"})));
}

void set_color_mode(ColorMode mode) { color_mode() = mode; }

bool has_color(Stream stream) {
  if (color_mode() != ColorMode::kAuto) return color_mode() == ColorMode::kAlways;
  return is_terminal(stream) && environment("NO_COLOR").empty() && environment("TERM") != "dumb";
}

std::string styled(Stream stream, Style style, std::string_view text) {
  if (!has_color(stream)) return std::string(text);
  return fmt::format("{}{}\033[0m", escape_of(style), text);
}

int line_width() {
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return kMaxLineWidth;
  return std::clamp<int>(size.ws_col, kMinLineWidth, kMaxLineWidth);
}

}  // namespace faultwave
