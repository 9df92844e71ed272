#include "app/command_line.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <sstream>
#include <typeinfo>

#include "base/error.hpp"
#include "base/suggest.hpp"
#include "base/terminal.hpp"

namespace faultwave::app {

namespace po = boost::program_options;

namespace {

constexpr std::size_t kOptionColumn = 30;

OptionGroup common_options() {
  po::options_description options;
  // clang-format off
  options.add_options()
      ("help,h", "show this text")
      ("color", po::value<std::string>()->value_name("auto|always|never"),
       "colours of messages and tables; auto: on a terminal, unless NO_COLOR is set");
  // clang-format on
  return {"common options", options};
}

OptionView view_of(const po::option_description& option, const CommandLine& line) {
  OptionView view;
  view.name = option.long_name();
  const std::string display =
      option.canonical_display_name(po::command_line_style::allow_dash_for_short);
  if (display.size() == 2 && display[0] == '-') view.letter = display[1];
  view.help = option.description();
  const auto& semantic = *option.semantic();
  if (semantic.max_tokens() > 0) {
    // Boost writes "NAME (=DEFAULT)".
    const std::string text = semantic.name();
    const auto mark = text.find(" (=");
    view.value = text.substr(0, mark);
    if (mark != std::string::npos) {
      view.default_value = text.substr(mark + 3, text.size() - mark - 4);
    }
  }
  view.is_required = semantic.is_required();
  const auto* typed = dynamic_cast<const po::typed_value_base*>(&semantic);
  view.is_repeatable = typed != nullptr && typed->value_type() == typeid(std::vector<std::string>);
  view.is_positional =
      std::find(line.positional.begin(), line.positional.end(), view.name) != line.positional.end();
  return view;
}

std::vector<std::string> option_names(const po::options_description& options) {
  std::vector<std::string> names;
  for (const auto& option : options.options()) names.push_back("--" + option->long_name());
  return names;
}

/// UsageError for a value that is none of its option's choices.
void check_choices(const CommandLine& line, const po::variables_map& values) {
  for (const auto& group : option_views(line)) {
    for (const OptionView& option : group.options) {
      const auto known = option.choices();
      const auto found = values.find(option.name);
      if (known.empty() || found == values.end()) continue;
      const auto given = option.is_repeatable
                             ? found->second.as<std::vector<std::string>>()
                             : std::vector<std::string>{found->second.as<std::string>()};
      for (const auto& value : given) {
        if (std::find(known.begin(), known.end(), value) != known.end()) continue;
        throw UsageError(fmt::format("unknown value '{}' of --{}\n  fix: {}", value, option.name,
                                     suggestion(value, known)));
      }
    }
  }
}

std::string heading(const std::string& text) {
  return styled(Stream::kOut, Style::kHeading, text) + "\n";
}

/// "  SYNOPSIS   text", the text in a column of its own.
std::string entry_text(const std::string& synopsis, const std::string& text, std::size_t column) {
  std::string line = "  " + synopsis;
  std::string result = "  " + styled(Stream::kOut, Style::kBold, synopsis);
  if (line.size() + 2 > column) {
    result += "\n" + std::string(column, ' ');
  } else {
    result += std::string(column - line.size(), ' ');
  }
  return result + wrapped(text, static_cast<int>(column), line_width()) + "\n";
}

}  // namespace

std::vector<std::string> OptionView::choices() const {
  std::vector<std::string> parts;
  if (value.find('|') == std::string::npos) return parts;
  std::istringstream stream(value);
  for (std::string part; std::getline(stream, part, '|');) parts.push_back(part);
  return parts;
}

std::string OptionView::synopsis() const {
  if (is_positional) return value + (is_repeatable ? "..." : "");
  std::string text = letter != 0 ? fmt::format("-{}, --{}", letter, name) : "--" + name;
  return value.empty() ? text : text + " " + value;
}

std::vector<OptionViews> option_views(const CommandLine& line) {
  std::vector<OptionViews> result;
  OptionViews arguments{"arguments", {}};
  for (const auto& name : line.positional) {
    for (const auto& group : line.groups) {
      if (const auto* option = group.options.find_nothrow(name, false)) {
        arguments.options.push_back(view_of(*option, line));
      }
    }
  }
  if (!arguments.options.empty()) result.push_back(arguments);
  auto groups = line.groups;
  groups.push_back(common_options());
  for (const auto& group : groups) {
    OptionViews views{group.heading, {}};
    for (const auto& option : group.options.options()) {
      const auto view = view_of(*option, line);
      if (!view.is_positional) views.options.push_back(view);
    }
    if (!views.options.empty()) result.push_back(views);
  }
  return result;
}

bool parse_options(const CommandLine& line, const Arguments& arguments, po::variables_map& values) {
  po::options_description all;
  for (const auto& group : line.groups) all.add(group.options);
  all.add(common_options().options);
  po::positional_options_description places;
  for (std::size_t i = 0; i < line.positional.size(); ++i) {
    const auto* option = all.find_nothrow(line.positional[i], false);
    FAULTWAVE_CHECK(option != nullptr, "no option '{}'", line.positional[i]);
    places.add(line.positional[i].c_str(), view_of(*option, line).is_repeatable ? -1 : 1);
  }
  const std::string usage = fmt::format("usage: faultwave {} (see --help)", line.usage);
  try {
    po::store(po::command_line_parser(arguments).options(all).positional(places).run(), values);
    if (values.count("help") != 0) {
      std::cout << help_text(line);
      return false;
    }
    po::notify(values);
  } catch (const po::unknown_option& error) {
    const auto names = option_names(all);
    const auto nearest = nearest_name(error.get_option_name(), names);
    throw UsageError(fmt::format("{}\n  fix: {}{}", error.what(),
                                 nearest.empty() ? "" : fmt::format("did you mean '{}'? ", nearest),
                                 usage));
  } catch (const po::error& error) {
    throw UsageError(fmt::format("{}\n  fix: {}", error.what(), usage));
  }
  check_choices(line, values);
  return true;
}

int run_action(const Command& command, const Arguments& arguments) {
  const auto help = [&command] {
    return commands_help(command.name, command.summary, command.actions);
  };
  std::vector<std::string> names;
  for (const auto& action : command.actions) names.push_back(action.name);
  if (arguments.empty()) {
    throw UsageError(
        fmt::format("{} needs an action\n  fix: one of {}", command.name, fmt::join(names, ", ")));
  }
  const std::string& name = arguments.front();
  if (name == "--help" || name == "-h") {
    std::cout << help();
    return 0;
  }
  for (const auto& action : command.actions) {
    if (action.name == name) return action.run(Arguments(arguments.begin() + 1, arguments.end()));
  }
  throw UsageError(fmt::format("unknown action '{}'\n  fix: {}", name, suggestion(name, names)));
}

std::string help_text(const CommandLine& line) {
  std::string text = fmt::format("usage: faultwave {}\n", line.usage);
  if (!line.description.empty()) text += "\n" + wrapped(line.description, 0, line_width()) + "\n";
  for (const auto& group : option_views(line)) {
    text += "\n" + heading(group.heading);
    for (const OptionView& option : group.options) {
      std::string help = option.help;
      if (!option.default_value.empty()) help += fmt::format(" [{}]", option.default_value);
      text += entry_text(option.synopsis(), help, kOptionColumn);
    }
  }
  return text;
}

std::string commands_help(const std::string& path, const std::string& description,
                          const std::vector<Command>& commands) {
  const std::string program = path.empty() ? "faultwave" : "faultwave " + path;
  const char* kind = path.empty() ? "COMMAND" : "ACTION";
  std::string text =
      fmt::format("{}: {}\n\nusage: {} {} [options]\n\n", program, description, program, kind);
  text += heading(path.empty() ? "commands" : "actions");
  std::size_t width = 0;
  for (const auto& command : commands) width = std::max(width, command.name.size());
  for (const auto& command : commands) text += entry_text(command.name, command.summary, width + 4);
  return text + fmt::format("\n'{} {} --help' shows the options.\n", program, kind);
}

std::string wrapped(const std::string& text, int indent, int width) {
  std::string result;
  int column = indent;
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    const int length = static_cast<int>(word.size());
    if (column > indent && column + 1 + length > width) {
      result += "\n" + std::string(static_cast<std::size_t>(indent), ' ');
      column = indent;
    }
    if (column > indent) {
      result += " ";
      ++column;
    }
    result += word;
    column += length;
  }
  return result;
}

}  // namespace faultwave::app
