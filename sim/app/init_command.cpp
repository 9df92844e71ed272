// `faultwave init`: a configuration to start from, by options or by answers.

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>

#include "app/commands.hpp"
#include "app/options.hpp"
#include "app/starter_config.hpp"
#include "base/csv.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "base/suggest.hpp"
#include "base/terminal.hpp"
#include "driver/run_config.hpp"
#include "mitigation/mitigation.hpp"
#include "nn/dataset.hpp"

namespace faultwave::app {
namespace {

namespace fs = std::filesystem;
namespace po = boost::program_options;

/// Asks on stderr until `use` takes the answer; an empty one stands for `fallback`.
void ask(const std::string& question, const std::string& fallback,
         const std::function<void(const std::string&)>& use) {
  for (;;) {
    std::cerr << styled(Stream::kError, Style::kBold, question) << " [" << fallback
              << "]: " << std::flush;
    std::string answer;
    if (!std::getline(std::cin, answer))
      throw UsageError("no answer\n  fix: see 'faultwave init --help' for options");
    const auto begin = answer.find_first_not_of(" \t");
    answer = begin == std::string::npos
                 ? fallback
                 : answer.substr(begin, answer.find_last_not_of(" \t\r") - begin + 1);
    try {
      use(answer);
      return;
    } catch (const Error& error) {
      std::cerr << error.what() << "\n";
    }
  }
}

void ask_everything(StarterConfig& starter, std::string& out) {
  std::cerr << "Enter takes the value in brackets. 'faultwave list KIND' shows what there is.\n";
  ask("one fault in detail (run) or many faults (campaign)?", "run",
      [&](const std::string& answer) {
        if (answer != "run" && answer != "campaign") {
          throw UsageError(
              fmt::format("'{}': {}", answer, suggestion(answer, {"run", "campaign"})));
        }
        starter.is_campaign = answer == "campaign";
      });
  ask("network, a name or an ONNX file", starter.network, [&](const std::string& answer) {
    starter.data = data_set_of(answer);
    starter.network = answer;
  });
  if (starter.data.empty()) {
    ask("its data set", "mnist", [&](const std::string& answer) {
      check_data_set(answer);
      starter.data = answer;
    });
  }
  ask("multiplier, a name or a netlist", starter.multiplier,
      [&](const std::string& answer) { set_multiplier(starter, answer); });
  ask("accelerator preset", starter.preset,
      [&](const std::string& answer) { set_preset(starter, answer); });
  ask("mitigations, comma-separated", fmt::format("{}", fmt::join(starter.mitigations, ",")),
      [&](const std::string& answer) { set_mitigations(starter, split_at_commas(answer)); });
  ask("file to write", out, [&](const std::string& answer) { out = answer; });
}

void read_options(const po::variables_map& values, StarterConfig& starter) {
  starter.is_campaign = values.count("campaign") != 0;
  if (starter.is_campaign && values.count("run") != 0) {
    throw UsageError("--run and --campaign exclude each other");
  }
  starter.network = values["network"].as<std::string>();
  starter.data =
      values.count("data") != 0 ? values["data"].as<std::string>() : data_set_of(starter.network);
  if (starter.data.empty()) {
    throw UsageError(fmt::format("the data set of '{}' is not known\n  fix: --data with {}",
                                 starter.network, fmt::join(nn::known_datasets(), ", ")));
  }
  check_data_set(starter.data);
  set_multiplier(starter, values["multiplier"].as<std::string>());
  if (values.count("number-format") != 0)
    starter.number_format = values["number-format"].as<std::string>();
  set_preset(starter, values["accelerator"].as<std::string>());
  set_mitigations(starter, split_at_commas(values["mitigations"].as<std::string>()));
  starter.limit = values["limit"].as<int64_t>();
  if (starter.limit < 0) throw UsageError(fmt::format("--limit {} is negative", starter.limit));
}

}  // namespace

CommandLine describe_init() {
  const StarterConfig starter;
  const std::string data_sets = fmt::format("{}", fmt::join(nn::known_datasets(), "|"));
  po::options_description options;
  // clang-format off
  options.add_options()
      ("run", "one fault, with every mitigation (default)")
      ("campaign", "a sample of all faults, with stated confidence")
      ("network", po::value<std::string>()->value_name("NETWORK")->default_value(starter.network),
       "name of a network that ships, or an ONNX file")
      ("data", po::value<std::string>()->value_name(data_sets),
       "data set (default: the one that the network was trained on)")
      ("multiplier", po::value<std::string>()->value_name("MULTIPLIER")->default_value(starter.multiplier),
       "name of a multiplier, or a netlist")
      ("number-format", po::value<std::string>()->value_name("affine_u8|sign_magnitude|int8"),
       "of the operands (default: affine_u8; int8 for signed multipliers)")
      ("accelerator", po::value<std::string>()->value_name("PRESET")->default_value(starter.preset),
       "preset of a TPU or GPU")
      ("mitigations", po::value<std::string>()->value_name("MITIGATIONS")->default_value("none,fap,fal_retune_offset"),
       "comma-separated")
      ("limit", po::value<int64_t>()->value_name("N")->default_value(starter.limit), "number of images, 0 for all")
      ("out", po::value<std::string>()->value_name("FILE")->default_value("faultwave.yaml"), "file to write, '-' for stdout")
      ("force", "replace a file that is there");
  // clang-format on
  return {"init [options]",
          "Writes a commented configuration that runs as it is. On a terminal and without options "
          "it asks.",
          {{"options", options}}};
}

int run_init_command(const Arguments& arguments) {
  po::variables_map values;
  if (!parse_options(describe_init(), arguments, values)) return 0;
  StarterConfig starter;
  std::string out = values["out"].as<std::string>();
  if (arguments.empty() && isatty(STDIN_FILENO) != 0 && is_terminal(Stream::kError)) {
    ask_everything(starter, out);
  } else {
    read_options(values, starter);
  }
  check_output(out);
  if (out != "-" && fs::exists(out) && values.count("force") == 0) {
    throw UsageError(
        fmt::format("{}: is there already\n  fix: --force replaces it, --out names another", out));
  }
  const std::string text = starter_yaml(starter, out == "-" ? "faultwave.yaml" : out);
  check_starter(starter, text, out == "-" ? "faultwave.yaml" : out);
  write_output(out, text);
  if (out != "-") {
    std::cout << fmt::format(
        "{}: written\nnext: faultwave {}\n", out,
        starter.is_campaign ? fmt::format("campaign {} --out results.sqlite", out) : "run " + out);
  }
  return 0;
}

}  // namespace faultwave::app
