#include <iostream>

#include "app/commands.hpp"
#include "app/options.hpp"
#include "base/file.hpp"
#include "driver/experiment.hpp"
#include "driver/experiment_report.hpp"
#include "driver/find_config.hpp"
#include "driver/run_config.hpp"

namespace faultwave::app {

namespace po = boost::program_options;

CommandLine describe_run() {
  po::options_description options;
  // clang-format off
  options.add_options()
      ("config", po::value<std::string>()->value_name("CONFIG")->required(), "configuration file, or the name of one that ships (docs/configuration.md)")
      ("set", po::value<std::vector<std::string>>()->value_name("KEY=VALUE")->composing(),
       "override a key: --set accelerator.rows=32 (repeatable)")
      ("limit", po::value<int64_t>()->value_name("N"), "number of images, same as --set data.limit=N")
      ("json", po::value<std::string>()->value_name("FILE"), "write the whole result as JSON ('-': stdout, no table)")
      ("dry-run", "check the configuration, print it with overrides, run nothing");
  // clang-format on
  return {"run CONFIG [options]",
          "Runs a quantised network on an accelerator: fault-free, with the configured faults, and "
          "with each "
          "mitigation, side by side.",
          {{"options", options}},
          {"config"}};
}

int run_run_command(const Arguments& arguments) {
  po::variables_map values;
  if (!parse_options(describe_run(), arguments, values)) return 0;

  std::vector<std::string> overrides;
  if (values.count("set") != 0) overrides = values["set"].as<std::vector<std::string>>();
  if (values.count("limit") != 0) {
    overrides.push_back(fmt::format("data.limit={}", values["limit"].as<int64_t>()));
  }
  const auto configs =
      driver::load_run_configs(driver::find_config(values["config"].as<std::string>()), overrides);
  const std::string json_path =
      values.count("json") != 0 ? values["json"].as<std::string>() : configs.front().json_path;
  if (!json_path.empty()) check_output(json_path);
  if (values.count("dry-run") != 0) {
    for (const auto& config : configs) {
      driver::check_experiment(config);
      if (!config.variant.empty()) std::cout << "# variant " << config.variant << "\n";
      std::cout << config.text;
    }
    return 0;
  }
  const bool has_variants = !configs.front().variant.empty();
  // What is wrong with the last variant is said before the first one runs.
  for (const auto& config : configs) {
    if (has_variants) driver::check_experiment(config);
  }
  std::vector<driver::Experiment> experiments;
  for (const auto& config : configs) {
    experiments.push_back(driver::run_experiment(config));
    if (json_path == "-") continue;
    if (has_variants) std::cout << "== " << config.variant << " ==\n";
    std::cout << driver::experiment_text(config, experiments.back());
    if (has_variants) std::cout << std::endl;
  }
  if (has_variants && json_path != "-") {
    std::cout << driver::comparison_text(configs, experiments);
  }
  if (!json_path.empty()) {
    write_output(json_path, has_variants
                                ? driver::variants_json(configs, experiments)
                                : driver::experiment_json(configs.front(), experiments.front()));
  }
  return 0;
}

}  // namespace faultwave::app
