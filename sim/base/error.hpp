// Exceptions of the whole project and the check that stays on in Release builds.
#pragma once

#include <fmt/format.h>

#include <stdexcept>
#include <string>
#include <string_view>

namespace faultwave {

/// Base of every error that Faultwave reports; `what()` is the complete message for the user.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A place in a user's file; line and column count from 1, 0 means unknown.
struct SourcePlace {
  std::string file;
  int line = 0;
  int column = 0;

  /// "file", "file:line" or "file:line:column".
  std::string to_string() const;
};

/// Bad content of an input file (netlist, network, data set). Exit status 3.
/// The message reads "PLACE: problem" and, when there is one, "\n  fix: hint".
class InputError : public Error {
 public:
  InputError(const SourcePlace& place, std::string_view problem, std::string_view fix = {});
};

/// Bad configuration key or value. Exit status 3. Same layout as InputError.
class ConfigError : public Error {
 public:
  ConfigError(const SourcePlace& place, std::string_view problem, std::string_view fix = {});
};

/// Wrong command line. Exit status 2.
class UsageError : public Error {
 public:
  using Error::Error;
};

/// A verification found a difference (two engines disagree, a hash does not match). Exit status 1.
class CheckError : public Error {
 public:
  using Error::Error;
};

/// The machine lacks something: no compiler, disk full, cannot write. Exit status 3.
class EnvironmentError : public Error {
 public:
  using Error::Error;
};

/// A broken invariant inside Faultwave. Exit status 4.
class InternalError : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

[[noreturn]] void throw_check_failure(const char* expression, const char* file, int line,
                                      const std::string& message);

}  // namespace faultwave

/// Programmer-error check, on in every build type; throws InternalError.
#define FAULTWAVE_CHECK(condition, ...)                                \
  do {                                                                 \
    if (!(condition)) [[unlikely]]                                     \
      ::faultwave::throw_check_failure(#condition, __FILE__, __LINE__, \
                                       ::fmt::format("" __VA_ARGS__)); \
  } while (false)
