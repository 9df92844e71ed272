// The C++ compiler that builds models at run time.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace faultwave::compile {

/// EnvironmentError when the compiler is missing; it names the package.
struct Compiler {
  std::vector<std::string> command;  ///< $CXX split at blanks, else "g++"
  std::string version;               ///< first line of --version

  static const Compiler& get();  ///< found once per process
};

/// `command` with `arguments` behind it.
std::vector<std::string> with_arguments(std::vector<std::string> command,
                                        const std::vector<std::string>& arguments);

/// Output of a program; EnvironmentError with it when the program is missing (`package` is what to
/// install) or fails while `action` ("compiling the PE model").
std::string checked_output(const std::vector<std::string>& command, const std::string& package,
                           const std::string& action);

std::string first_line(const std::string& text);

/// sha256 of `parts`, each ended by a NUL.
std::string content_key(const std::vector<std::string>& parts);

}  // namespace faultwave::compile
