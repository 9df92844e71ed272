#include "app/manual_page.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "app/commands.hpp"
#include "base/version.hpp"

namespace faultwave::app {
namespace {

/// Of the last change to what the pages say.
constexpr const char* kDate = "2026-11-28";

/// Text as roff prints it: backslashes, hyphens that are to be copied, control lines.
std::string escaped(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (c == '\\') {
      result += "\\e";
    } else if (c == '-') {
      result += "\\-";
    } else if (c == '~') {
      result += "\\(ti";
    } else if (c == '^') {
      result += "\\(ha";
    } else if (c == '\'') {
      result += "\\(aq";
    } else {
      result += c;
    }
  }
  if (result.starts_with('.')) result.insert(0, "\\&");
  return result;
}

/// A paragraph, one sentence or about 70 characters per line.
std::string paragraph(const std::string& text) {
  std::string result;
  std::string rest = wrapped(text, 0, 70) + "\n";
  for (std::size_t end = rest.find('\n'); end != std::string::npos; end = rest.find('\n')) {
    result += escaped(rest.substr(0, end)) + "\n";
    rest.erase(0, end + 1);
  }
  return result;
}

std::string title(const std::string& name) {
  std::string upper = name;
  std::transform(upper.begin(), upper.end(), upper.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return fmt::format(".TH {} 1 {} \"Faultwave {}\" \"Faultwave\"\n", upper, kDate, version());
}

std::string name_section(const std::string& name, const std::string& summary) {
  return fmt::format(".SH NAME\n{} \\- {}\n", escaped(name), escaped(summary));
}

std::string option_entry(const OptionView& option) {
  std::string tag;
  if (option.is_positional) {
    tag = fmt::format("\\fI{}\\fR{}", escaped(option.value), option.is_repeatable ? "..." : "");
  } else {
    if (option.letter != 0) tag = fmt::format("\\fB\\-{}\\fR, ", option.letter);
    tag += fmt::format("\\fB\\-\\-{}\\fR", escaped(option.name));
    if (!option.value.empty()) tag += fmt::format(" \\fI{}\\fR", escaped(option.value));
  }
  std::string text = option.help;
  if (option.is_required && !option.is_positional) text += " (required)";
  if (!option.default_value.empty()) text += fmt::format(" (default: {})", option.default_value);
  return fmt::format(".TP\n{}\n{}", tag, paragraph(text));
}

std::string exit_status_section() {
  std::string text = ".SH EXIT STATUS\n";
  constexpr std::pair<const char*, const char*> kStates[] = {
      {"0", "all went well"},      {"1", "a check failed"},
      {"2", "wrong command line"}, {"3", "bad input, or the machine lacks something"},
      {"4", "internal error"},     {"130", "interrupted"}};
  for (const auto& [status, meaning] : kStates) {
    text += fmt::format(".TP\n.B {}\n{}\n", status, meaning);
  }
  return text;
}

std::string environment_section() {
  std::string text = ".SH ENVIRONMENT\n";
  constexpr std::pair<const char*, const char*> kVariables[] = {
      {"FAULTWAVE_CACHE", "folder of compiled PE models (default: ~/.cache/faultwave)"},
      {"FAULTWAVE_DATA",
       "folder with datasets/ and evoapprox8b/ (default: ~/.local/share/faultwave)"},
      {"FAULTWAVE_ROOT", "folder of the files that ship with Faultwave (found by itself)"},
      {"FAULTWAVE_QUIET", "1: no log lines and no progress"},
      {"FAULTWAVE_SIMD", "instruction set to use instead of the best one"},
      {"NO_COLOR", "set: no colours, unless --color asks for them"}};
  for (const auto& [name, meaning] : kVariables) {
    text += fmt::format(".TP\n.B {}\n{}", escaped(name), paragraph(meaning));
  }
  return text;
}

std::string see_also(const std::vector<std::string>& pages) {
  std::string text = ".SH SEE ALSO\n";
  for (std::size_t i = 0; i < pages.size(); ++i) {
    text += fmt::format(".BR {} (1){}\n", escaped(pages[i]), i + 1 < pages.size() ? "," : "");
  }
  return text;
}

/// A page about commands: of the program, or of a command with actions.
std::string overview_page(const std::string& name, const std::string& summary,
                          const std::vector<Command>& list, bool is_program) {
  std::string text = title(name) + name_section(name, summary);
  std::string call = name;
  std::replace(call.begin(), call.end(), '-', ' ');
  text += fmt::format(".SH SYNOPSIS\n.B {}\n.I {}\n[\\fIoptions\\fR]\n", escaped(call),
                      is_program ? "COMMAND" : "ACTION");
  text += is_program ? ".SH COMMANDS\n" : ".SH ACTIONS\n";
  std::vector<std::string> pages;
  for (const Command& command : list) {
    pages.push_back(name + "-" + command.name);
    text += fmt::format(".TP\n.B {}\n{}", escaped(command.name), paragraph(command.summary));
  }
  if (is_program) text += exit_status_section() + environment_section();
  return text + see_also(pages);
}

std::string command_page(const std::string& name, const Command& command) {
  const CommandLine line = command.describe();
  std::string text = title(name) + name_section(name, command.summary);
  text += fmt::format(".SH SYNOPSIS\n.B faultwave\n{}", paragraph(line.usage));
  text += fmt::format(".SH DESCRIPTION\n{}", paragraph(line.description));
  text += ".SH OPTIONS\n";
  const auto groups = option_views(line);
  for (const auto& group : groups) {
    if (groups.size() > 1) text += fmt::format(".SS {}\n", escaped(group.heading));
    for (const OptionView& option : group.options) text += option_entry(option);
  }
  return text + see_also({"faultwave"});
}

void add_pages(const std::string& prefix, const std::vector<Command>& list,
               std::vector<ManualPage>& pages) {
  for (const Command& command : list) {
    const std::string name = prefix + "-" + command.name;
    if (command.actions.empty()) {
      pages.push_back({name + ".1", command_page(name, command)});
    } else {
      pages.push_back({name + ".1", overview_page(name, command.summary, command.actions, false)});
      add_pages(name, command.actions, pages);
    }
  }
}

std::string markdown_cell(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (c == '|' || c == '<') result += '\\';
    result += c;
  }
  return result;
}

/// `code` in a table, where a '|' would end the cell.
std::string markdown_code(const std::string& text) {
  std::string result;
  for (const char c : text) result += c == '|' ? std::string("\\|") : std::string(1, c);
  return "`" + result + "`";
}

std::string markdown_section(const std::string& path, const Command& command) {
  const CommandLine line = command.describe();
  std::string text = fmt::format("\n## faultwave {}\n\n```\nfaultwave {}\n```\n\n{}\n", path,
                                 line.usage, wrapped(line.description, 0, 110));
  for (const auto& group : option_views(line)) {
    if (group.heading == "common options") continue;
    text += fmt::format("\n| {} | default | meaning |\n|---|---|---|\n", group.heading);
    for (const OptionView& option : group.options) {
      const bool is_needed = option.is_required && !option.is_positional;
      text += fmt::format("| {} | {} | {} |\n", markdown_code(option.synopsis()),
                          is_needed                      ? "*required*"
                          : option.default_value.empty() ? ""
                                                         : markdown_code(option.default_value),
                          markdown_cell(option.help));
    }
  }
  return text;
}

}  // namespace

std::vector<ManualPage> manual_pages() {
  std::vector<ManualPage> pages = {
      {"faultwave.1", overview_page("faultwave", program_summary(), commands(), true)}};
  add_pages("faultwave", commands(), pages);
  return pages;
}

std::string cli_reference() {
  std::string text =
      "# Command line\n\n<!-- Written by `faultwave docs cli-reference`: do not edit. -->\n\n"
      "Every command takes `--help` and `--color auto|always|never`. Results go to stdout or to "
      "the file that an\n"
      "option names (`-`: stdout), messages and progress to stderr. Exit status: 0 ok, 1 a check "
      "failed, 2 wrong\n"
      "command line, 3 bad input, 4 internal error, 130 interrupted.\n\n| command | |\n|---|---|\n";
  std::string sections;
  const auto add = [&](const std::string& path, const Command& command) {
    std::string anchor = "faultwave-" + path;
    std::replace(anchor.begin(), anchor.end(), ' ', '-');
    text += fmt::format("| [`{}`](#{}) | {} |\n", path, anchor, markdown_cell(command.summary));
    sections += markdown_section(path, command);
  };
  for (const Command& command : commands()) {
    if (command.actions.empty()) add(command.name, command);
    for (const Command& action : command.actions) add(command.name + " " + action.name, action);
  }
  return text + sections;
}

}  // namespace faultwave::app
