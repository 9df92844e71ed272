// Entry point: picks the subcommand and turns every exception into a message and an exit status.

#include <algorithm>
#include <csignal>
#include <exception>
#include <iostream>

#include "app/commands.hpp"
#include "base/error.hpp"
#include "base/suggest.hpp"
#include "base/terminal.hpp"

namespace faultwave::app {
namespace {

enum ExitStatus { kOk = 0, kCheckFailed = 1, kUsage = 2, kBadInput = 3, kInternal = 4 };

std::string help_text() {
  return commands_help("", program_summary(), commands()) +
         "exit status: 0 ok, 1 a check failed, 2 usage, 3 bad input, 4 internal error\n";
}

/// Takes --color out of the arguments, wherever it stands.
Arguments take_color(const Arguments& arguments) {
  Arguments rest;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i].starts_with("--color=")) {
      set_color_mode(parse_color_mode(arguments[i].substr(8)));
    } else if (arguments[i] == "--color") {
      set_color_mode(parse_color_mode(i + 1 < arguments.size() ? arguments[++i] : ""));
    } else {
      rest.push_back(arguments[i]);
    }
  }
  return rest;
}

int dispatch(const Arguments& arguments) {
  if (arguments.empty()) {
    std::cerr << help_text();
    return kUsage;
  }
  const std::string& name = arguments.front();
  if (name == "--help" || name == "-h" || name == "help") {
    std::cout << help_text();
    return kOk;
  }
  const Arguments rest(arguments.begin() + 1, arguments.end());
  if (name == "--version") return run_version_command(rest);
  std::vector<std::string> names;
  for (const Command& command : commands()) {
    if (command.name == name) {
      return command.actions.empty() ? command.run(rest) : run_action(command, rest);
    }
    names.push_back(command.name);
  }
  throw UsageError(fmt::format("unknown command '{}'\n  fix: {}", name, suggestion(name, names)));
}

/// An error's first line in bold.
std::string styled_message(const std::string& message) {
  const auto end = std::min(message.find('\n'), message.size());
  return styled(Stream::kError, Style::kBold, message.substr(0, end)) + message.substr(end);
}

int report(const char* kind, const std::exception& error, int status) {
  std::cout.flush();
  std::cerr << styled(Stream::kError, Style::kError, "faultwave:") << " " << kind
            << styled_message(error.what()) << std::endl;
  return status;
}

int guarded_main(const Arguments& arguments) {
  try {
    return dispatch(take_color(arguments));
  } catch (const CheckError& error) {
    return report("check failed: ", error, kCheckFailed);
  } catch (const UsageError& error) {
    return report("", error, kUsage);
  } catch (const Error& error) {
    return report("", error, kBadInput);
  } catch (const std::bad_alloc&) {
    std::cerr << "faultwave: out of memory\n  fix: use fewer images (--limit) or a smaller array\n";
    return kBadInput;
  } catch (const std::exception& error) {
    return report("internal error: ", error, kInternal);
  }
}

}  // namespace

}  // namespace faultwave::app

int main(int argc, char** argv) {
  // A limit on file sizes (ulimit -f) is an error to report, no reason to die.
  std::signal(SIGXFSZ, SIG_IGN);
  const faultwave::app::Arguments arguments(argv + 1, argv + argc);
  const int status = faultwave::app::guarded_main(arguments);
  std::cout.flush();
  if (status == 0 && !std::cout) {
    std::cerr << "faultwave: cannot write to standard output\n";
    return faultwave::app::kBadInput;
  }
  return status;
}
