// What a command line may hold, described once: --help, man pages, completion and docs/cli.md are
// made from it, and arguments are parsed by it.
#pragma once

#include <boost/program_options.hpp>
#include <string>
#include <vector>

namespace faultwave::app {

using Arguments = std::vector<std::string>;

/// Options under one heading. The name of an option's value (value_name) says what it takes:
/// "a|b|c": one of these, which parse_options checks; FILE, FOLDER, CONFIG, MULTIPLIER, NETWORK,
/// MITIGATION, TPU_PRESET, GPU_PRESET: completed by the shell; any other: free text.
struct OptionGroup {
  std::string heading;
  boost::program_options::options_description options;
};

/// All that a command takes: help, manual page, completion and reference are made from it.
struct CommandLine {
  std::string usage;        ///< "run CONFIG [options]"
  std::string description;  ///< a paragraph
  std::vector<OptionGroup> groups;
  /// Options that take the positional arguments in order; the last one repeats when it is a list.
  std::vector<std::string> positional = {};
};

/// A command of the program, or a group of them with actions of its own (`netlist info`).
struct Command {
  std::string name;
  std::string summary;
  CommandLine (*describe)() = nullptr;     ///< null: the command has actions
  int (*run)(const Arguments&) = nullptr;  ///< arguments behind the name to exit status
  std::vector<Command> actions = {};
};

/// One option as its user sees it.
struct OptionView {
  std::string name;
  char letter = 0;            ///< 0: no short form
  std::string value;          ///< name of the value; empty: a flag
  std::string default_value;  ///< as text; empty: none
  std::string help;
  bool is_required = false;
  bool is_repeatable = false;
  bool is_positional = false;

  /// The values of "a|b|c"; empty for other kinds.
  std::vector<std::string> choices() const;
  /// "--array ROWSxCOLS", "-h, --help", "CONFIG" or "NETLIST...".
  std::string synopsis() const;
};

/// Options that stand under one heading in helps.
struct OptionViews {
  std::string heading;
  std::vector<OptionView> options;
};
/// The groups of a command line, its positional arguments first under "arguments", and what every
/// command takes (--help, --color) last under "common options".
std::vector<OptionViews> option_views(const CommandLine& line);

/// Parses `arguments`; prints help and returns false for --help. UsageError with the nearest name
/// for options and choices that do not exist.
bool parse_options(const CommandLine& line, const Arguments& arguments,
                   boost::program_options::variables_map& values);

/// Runs the action that `arguments` begin with; UsageError when there is none.
int run_action(const Command& command, const Arguments& arguments);

/// The text of `faultwave COMMAND --help`.
std::string help_text(const CommandLine& line);
/// The text of `faultwave --help`, or of a command with actions (`path` is then its name).
std::string commands_help(const std::string& path, const std::string& description,
                          const std::vector<Command>& commands);

/// `text` in lines of at most `width` characters, each behind `indent` spaces but the first.
std::string wrapped(const std::string& text, int indent, int width);

}  // namespace faultwave::app
