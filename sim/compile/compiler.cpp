#include "compile/compiler.hpp"

#include <iterator>
#include <sstream>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/sha256.hpp"
#include "base/subprocess.hpp"

namespace faultwave::compile {
namespace {

/// $CXX as a program and its arguments ("ccache g++"), split at blanks; "g++" when unset.
std::vector<std::string> compiler_from_environment() {
  std::istringstream words(environment("CXX", "g++"));
  std::vector<std::string> command{std::istream_iterator<std::string>(words), {}};
  if (command.empty()) command.emplace_back("g++");
  return command;
}

}  // namespace

const Compiler& Compiler::get() {
  static const Compiler compiler = [] {
    Compiler found;
    found.command = compiler_from_environment();
    found.version = first_line(checked_output(with_arguments(found.command, {"--version"}), "g++",
                                              "asking the C++ compiler's version"));
    return found;
  }();
  return compiler;
}

std::vector<std::string> with_arguments(std::vector<std::string> command,
                                        const std::vector<std::string>& arguments) {
  command.insert(command.end(), arguments.begin(), arguments.end());
  return command;
}

std::string checked_output(const std::vector<std::string>& command, const std::string& package,
                           const std::string& action) {
  const auto result = run_process(command, package);
  if (result.exit_code != 0) {
    throw EnvironmentError(fmt::format("{} failed ('{}', exit status {}):\n{}", action, command[0],
                                       result.exit_code, result.output.substr(0, 4000)));
  }
  return result.output;
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

std::string content_key(const std::vector<std::string>& parts) {
  Sha256 digest;
  for (const auto& part : parts) {
    digest.update(part);
    digest.update(std::string_view("\0", 1));
  }
  return digest.hex();
}

}  // namespace faultwave::compile
