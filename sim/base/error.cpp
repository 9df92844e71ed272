#include "base/error.hpp"

namespace faultwave {
namespace {

std::string compose(const SourcePlace& place, std::string_view problem, std::string_view fix) {
  std::string text = place.to_string();
  if (!text.empty()) text += ": ";
  text += problem;
  if (!fix.empty()) {
    text += "\n  fix: ";
    text += fix;
  }
  return text;
}

}  // namespace

std::string SourcePlace::to_string() const {
  if (line <= 0) return file;
  if (column <= 0) return fmt::format("{}:{}", file, line);
  return fmt::format("{}:{}:{}", file, line, column);
}

InputError::InputError(const SourcePlace& place, std::string_view problem, std::string_view fix)
    : Error(compose(place, problem, fix)) {}

ConfigError::ConfigError(const SourcePlace& place, std::string_view problem, std::string_view fix)
    : Error(compose(place, problem, fix)) {}

void throw_check_failure(const char* expression, const char* file, int line,
                         const std::string& message) {
  throw InternalError(fmt::format("{}:{}: check failed: {}{}{}", file, line, expression,
                                  message.empty() ? "" : ": ", message));
}

}  // namespace faultwave
