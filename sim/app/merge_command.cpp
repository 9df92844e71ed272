#include <algorithm>
#include <iostream>

#include "app/commands.hpp"
#include "app/options.hpp"
#include "base/error.hpp"
#include "campaign/merge_results.hpp"

namespace faultwave::app {

namespace po = boost::program_options;

namespace {

constexpr std::size_t kShownRanges = 10;

std::string describe_missing(const campaign::MergeSummary& summary) {
  std::vector<std::string> parts;
  const std::size_t shown = std::min(kShownRanges, summary.missing.size());
  for (std::size_t i = 0; i < shown; ++i) {
    const auto& [first, last] = summary.missing[i];
    parts.push_back(first == last ? std::to_string(first) : fmt::format("{}-{}", first, last));
  }
  if (shown < summary.missing.size()) {
    parts.push_back(fmt::format("{} more ranges", summary.missing.size() - shown));
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

}  // namespace

CommandLine describe_merge() {
  po::options_description options;
  // clang-format off
  options.add_options()
      ("out", po::value<std::string>()->value_name("FILE")->required(), "file to write; must not exist")
      ("in", po::value<std::vector<std::string>>()->value_name("RESULTS")->required(),
       "results files of one campaign's shards")
      ("require-all", "exit status 1 when trials of the plan are missing");
  // clang-format on
  return {"merge OUT IN... [options]",
          "Joins the results files of a campaign's shards. Trials that are in several files must "
          "be equal.",
          {{"options", options}},
          {"out", "in"}};
}

int run_merge_command(const Arguments& arguments) {
  po::variables_map values;
  if (!parse_options(describe_merge(), arguments, values)) return 0;
  const auto out = values["out"].as<std::string>();
  check_output(out);
  std::vector<std::filesystem::path> inputs;
  for (const auto& path : values["in"].as<std::vector<std::string>>()) inputs.emplace_back(path);
  const auto summary = campaign::merge_results(out, inputs);

  std::cout << fmt::format("{}: {} of {} trials from {} file{}", out, summary.num_finished,
                           summary.num_trials, inputs.size(), inputs.size() == 1 ? "" : "s");
  if (summary.num_duplicates > 0) {
    std::cout << fmt::format(", {} in several files and equal", summary.num_duplicates);
  }
  std::cout << "\n";
  for (const auto& key : summary.dropped_notes) {
    std::cout << fmt::format("  meta '{}' left out: the files disagree\n", key);
  }
  if (summary.missing.empty()) return 0;
  std::cout << fmt::format("  missing trials ({}): {}\n", summary.num_trials - summary.num_finished,
                           describe_missing(summary));
  return values.count("require-all") != 0 ? 1 : 0;
}

}  // namespace faultwave::app
