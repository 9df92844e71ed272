// `faultwave docs`: what is made from the descriptions of the command line and of configurations.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <filesystem>
#include <iostream>

#include "app/commands.hpp"
#include "app/completion.hpp"
#include "app/manual_page.hpp"
#include "app/options.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "campaign/config_reference.hpp"

namespace faultwave::app {

namespace po = boost::program_options;

namespace {

OptionGroup output_option() {
  po::options_description options;
  options.add_options()("out", po::value<std::string>()->value_name("FILE")->default_value("-"),
                        "file to write instead of stdout");
  return {"options", options};
}

}  // namespace

CommandLine describe_docs_man() {
  po::options_description options;
  options.add_options()("out", po::value<std::string>()->value_name("FOLDER")->required(),
                        "folder to write the pages into; created when it is not there");
  return {"docs man --out FOLDER",
          "Writes faultwave.1 and a page of its own for every command.",
          {{"options", options}}};
}

int run_docs_man(const Arguments& arguments) {
  po::variables_map values;
  if (!parse_options(describe_docs_man(), arguments, values)) return 0;
  const std::filesystem::path folder = values["out"].as<std::string>();
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  if (failed) {
    throw EnvironmentError(
        fmt::format("{}: cannot create: {}\n  fix: name a folder that can be "
                    "written",
                    folder.string(), failed.message()));
  }
  for (const auto& page : manual_pages()) write_file_atomically(folder / page.file, page.text);
  return 0;
}

CommandLine describe_docs_completion() {
  po::options_description options;
  options.add_options()("shell", po::value<std::string>()->value_name("bash|zsh")->required(),
                        "what the script is for");
  return {"docs completion bash|zsh",
          "Writes the completion script of a shell to stdout. bash: source it, or put it into "
          "~/.local/share/bash-completion/completions/faultwave; zsh: put it into a folder of "
          "$fpath as _faultwave.",
          {{"options", options}, output_option()},
          {"shell"}};
}

int run_docs_completion(const Arguments& arguments) {
  po::variables_map values;
  if (!parse_options(describe_docs_completion(), arguments, values)) return 0;
  const bool is_bash = values["shell"].as<std::string>() == "bash";
  write_output(values["out"].as<std::string>(), is_bash ? bash_completion() : zsh_completion());
  return 0;
}

CommandLine describe_docs_cli_reference() {
  return {"docs cli-reference",
          "Writes docs/cli.md: every command with its options.",
          {output_option()}};
}

int run_docs_cli_reference(const Arguments& arguments) {
  po::variables_map values;
  if (!parse_options(describe_docs_cli_reference(), arguments, values)) return 0;
  write_output(values["out"].as<std::string>(), cli_reference());
  return 0;
}

CommandLine describe_docs_schema() {
  return {"docs schema",
          "Writes configs/schema.json, by which editors complete and check configurations.",
          {output_option()}};
}

int run_docs_schema(const Arguments& arguments) {
  po::variables_map values;
  if (!parse_options(describe_docs_schema(), arguments, values)) return 0;
  write_output(values["out"].as<std::string>(), campaign::config_schema());
  return 0;
}

CommandLine describe_docs_config_keys() {
  const std::string parts = fmt::format("{}", fmt::join(campaign::key_table_names(), "|"));
  po::options_description options;
  options.add_options()("part", po::value<std::string>()->required()->value_name(parts),
                        "part of the configuration");
  return {"docs config-keys PART [options]",
          "The keys of a part of the configuration as a Markdown table, made from what the readers "
          "ask for.",
          {{"options", options}, output_option()},
          {"part"}};
}

int run_docs_config_keys(const Arguments& arguments) {
  po::variables_map values;
  if (!parse_options(describe_docs_config_keys(), arguments, values)) return 0;
  write_output(values["out"].as<std::string>(),
               campaign::key_table(values["part"].as<std::string>()));
  return 0;
}

}  // namespace faultwave::app
