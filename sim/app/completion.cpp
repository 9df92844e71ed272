#include "app/completion.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <vector>

#include "app/commands.hpp"

namespace faultwave::app {
namespace {

/// How a shell completes the value of an option.
struct ValueSource {
  enum Kind { kNothing, kWords, kFiles, kFolders, kConfigs, kList } kind = kNothing;
  std::string argument;  ///< kWords: the words; kList: of `faultwave list`
};

ValueSource source_of(const OptionView& option) {
  if (const auto choices = option.choices(); !choices.empty()) {
    return {ValueSource::kWords, fmt::format("{}", fmt::join(choices, " "))};
  }
  const std::string& value = option.value;
  if (value == "FILE" || value == "RESULTS") return {ValueSource::kFiles, ""};
  if (value == "FOLDER") return {ValueSource::kFolders, ""};
  if (value == "CONFIG") return {ValueSource::kConfigs, ""};
  if (value == "MULTIPLIER") return {ValueSource::kList, "multipliers"};
  if (value == "NETWORK") return {ValueSource::kList, "models"};
  if (value == "MITIGATION" || value == "MITIGATIONS") return {ValueSource::kList, "mitigations"};
  if (value == "TPU_PRESET") return {ValueSource::kList, "accelerators --type tpu"};
  if (value == "GPU_PRESET") return {ValueSource::kList, "accelerators --type gpu_sm"};
  return {};
}

/// One command that takes options: "run", "netlist info".
struct Leaf {
  std::string path;
  std::string summary;
  CommandLine line;
};

std::vector<Leaf> leaves() {
  std::vector<Leaf> result;
  for (const Command& command : commands()) {
    if (command.actions.empty())
      result.push_back({command.name, command.summary, command.describe()});
    for (const Command& action : command.actions) {
      result.push_back({command.name + " " + action.name, action.summary, action.describe()});
    }
  }
  return result;
}

std::vector<std::string> names_of(const std::vector<Command>& list) {
  std::vector<std::string> names;
  for (const Command& command : list) names.push_back(command.name);
  return names;
}

/// The bash statement that fills COMPREPLY with values.
std::string bash_values(const ValueSource& source) {
  switch (source.kind) {
    case ValueSource::kWords:
      return fmt::format("_faultwave_words \"{}\"", source.argument);
    case ValueSource::kFiles:
      return "_faultwave_files";
    case ValueSource::kFolders:
      return "_faultwave_folders";
    case ValueSource::kConfigs:
      return "_faultwave_configs";
    case ValueSource::kList:
      return fmt::format("_faultwave_list {}", source.argument);
    case ValueSource::kNothing:
      break;
  }
  return "COMPREPLY=()";
}

constexpr const char* kBashHead =
    R"sh(# bash completion of faultwave, written by 'faultwave docs completion bash'.

_faultwave_words() { COMPREPLY=($(compgen -W "$1" -- "$cur")); }
_faultwave_files() {
  compopt -o filenames 2>/dev/null
  COMPREPLY=($(compgen -f -- "$cur"))
}
_faultwave_folders() {
  compopt -o filenames 2>/dev/null
  COMPREPLY=($(compgen -d -- "$cur"))
}
_faultwave_configs() {
  compopt -o filenames 2>/dev/null
  COMPREPLY=($(compgen -f -X '!*.@(yaml|yml)' -- "$cur") $(compgen -d -- "$cur"))
}
# Names that faultwave knows, and files for those who bring their own.
_faultwave_list() {
  compopt -o filenames 2>/dev/null
  COMPREPLY=($(compgen -W "$("${COMP_WORDS[0]}" list "$@" --names 2>/dev/null)" -- "$cur")
    $(compgen -f -- "$cur"))
}

_faultwave() {
  local IFS=$' \t\n' restore cur=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} path=
  restore=$(shopt -p extglob)
  shopt -s extglob
  # Bash breaks words at '=': --color=auto is three of them.
  if [[ $cur == = ]]; then
    cur=
  elif [[ $previous == = && $COMP_CWORD -gt 2 ]]; then
    previous=${COMP_WORDS[COMP_CWORD-2]}
  fi
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
)sh";

std::string bash_leaf(const Leaf& leaf) {
  std::string options;
  std::string cases;
  std::vector<ValueSource> places;
  for (const auto& group : option_views(leaf.line)) {
    for (const OptionView& option : group.options) {
      if (option.is_positional) {
        places.push_back(source_of(option));
        continue;
      }
      options += fmt::format("{}--{}", options.empty() ? "" : " ", option.name);
      if (option.value.empty()) continue;
      cases += fmt::format("        --{}) {} ;;\n", option.name, bash_values(source_of(option)));
    }
  }
  std::string text =
      fmt::format("    '{}')\n      case $previous in\n{}        *)\n", leaf.path, cases);
  text += fmt::format("          if [[ $cur == -* ]]; then\n            _faultwave_words \"{}\"\n",
                      options);
  if (!places.empty()) {
    // All places of a command take the same kind of value.
    text += fmt::format("          else\n            {}\n", bash_values(places.front()));
  }
  return text + "          fi ;;\n      esac ;;\n";
}

std::string zsh_quoted(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (c == '\'') {
      result += "'\\''";
    } else if (c == '[' || c == ']' || c == ':' || c == '\\') {
      result += fmt::format("\\{}", c);
    } else {
      result += c;
    }
  }
  return result;
}

std::string zsh_action(const ValueSource& source) {
  switch (source.kind) {
    case ValueSource::kWords:
      return fmt::format("({})", source.argument);
    case ValueSource::kFiles:
      return "_files";
    case ValueSource::kFolders:
      return "_files -/";
    case ValueSource::kConfigs:
      return "_files -g \"*.(yaml|yml)\"";
    case ValueSource::kList:
      return fmt::format("{{_faultwave_list {}}}", source.argument);
    case ValueSource::kNothing:
      break;
  }
  return " ";
}

/// A specification of _arguments.
std::string zsh_spec(const OptionView& option) {
  const std::string action = zsh_action(source_of(option));
  if (option.is_positional) {
    return fmt::format("'{}:{}:{}'", option.is_repeatable ? "*" : "", zsh_quoted(option.value),
                       action);
  }
  std::string spec = fmt::format("'{}--{}{}[{}]", option.is_repeatable ? "*" : "", option.name,
                                 option.value.empty() ? "" : "=", zsh_quoted(option.help));
  if (!option.value.empty()) spec += fmt::format(":{}:{}", zsh_quoted(option.value), action);
  return spec + "'";
}

std::string zsh_described(const std::string& tag, const std::vector<Command>& list) {
  std::string text = "local -a entries=(\n";
  for (const Command& command : list) {
    text += fmt::format("    '{}:{}'\n", command.name, zsh_quoted(command.summary));
  }
  return text + fmt::format("  )\n  _describe {} entries\n", tag);
}

}  // namespace

std::string bash_completion() {
  std::string text = kBashHead;
  text += fmt::format("    _faultwave_words \"{} --help --version\"\n  else\n",
                      fmt::join(names_of(commands()), " "));
  text += "    path=${COMP_WORDS[1]}\n    case $path in\n";
  for (const Command& command : commands()) {
    if (command.actions.empty()) continue;
    text += fmt::format(
        "      {})\n        if ((COMP_CWORD == 2)); then\n          _faultwave_words \"{} "
        "--help\"\n"
        "          path=\n        else\n          path+=\" ${{COMP_WORDS[2]}}\"\n        fi ;;\n",
        command.name, fmt::join(names_of(command.actions), " "));
  }
  text += "    esac\n  fi\n  case $path in\n";
  for (const Leaf& leaf : leaves()) text += bash_leaf(leaf);
  return text + "  esac\n  $restore\n}\n\ncomplete -F _faultwave faultwave\n";
}

std::string zsh_completion() {
  std::string text =
      "#compdef faultwave\n# zsh completion of faultwave, written by 'faultwave docs completion "
      "zsh'.\n\n"
      "# Names that faultwave knows, and files for those who bring their own.\n"
      "_faultwave_list() {\n  local -a names=(${(f)\"$(_call_program names faultwave list $@ "
      "--names "
      "2>/dev/null)\"})\n  compadd -a names\n  _files\n}\n\n";
  for (const Command& command : commands()) {
    if (command.actions.empty()) continue;
    text += fmt::format("_faultwave_{}_actions() {{\n  {}}}\n\n", command.name,
                        zsh_described("action", command.actions));
  }
  text += fmt::format("_faultwave_commands() {{\n  {}}}\n\n", zsh_described("command", commands()));
  text +=
      "_faultwave() {\n  if ((CURRENT == 2)); then\n    _faultwave_commands\n    return\n  fi\n"
      "  local name=$words[2]\n  shift words\n  ((CURRENT--))\n  case $name in\n";
  for (const Command& command : commands()) {
    if (command.actions.empty()) continue;
    text += fmt::format(
        "    {0})\n      if ((CURRENT == 2)); then\n        _faultwave_{0}_actions\n        "
        "return\n      fi\n"
        "      name+=\" $words[2]\"\n      shift words\n      ((CURRENT--)) ;;\n",
        command.name);
  }
  text += "  esac\n  case $name in\n";
  for (const Leaf& leaf : leaves()) {
    text += fmt::format("    '{}')\n      _arguments -S", leaf.path);
    for (const auto& group : option_views(leaf.line)) {
      for (const OptionView& option : group.options) text += " \\\n        " + zsh_spec(option);
    }
    text += " ;;\n";
  }
  return text + "  esac\n}\n\n_faultwave \"$@\"\n";
}

}  // namespace faultwave::app
