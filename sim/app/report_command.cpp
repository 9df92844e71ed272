#include <algorithm>

#include "app/commands.hpp"
#include "app/options.hpp"
#include "base/error.hpp"
#include "base/progress.hpp"
#include "report/report.hpp"

namespace faultwave::app {
namespace {

namespace po = boost::program_options;

/// A word as a shell takes it.
std::string quoted(const std::string& word) {
  const auto is_plain = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
           std::string("_-./=,:@%+").find(c) != std::string::npos;
  };
  if (!word.empty() && std::all_of(word.begin(), word.end(), is_plain)) return word;
  std::string text = "'";
  for (const char c : word) text += c == '\'' ? "'\\''" : std::string(1, c);
  return text + "'";
}

}  // namespace

CommandLine describe_report() {
  po::options_description options;
  // clang-format off
  options.add_options()
      ("files", po::value<std::vector<std::string>>()->value_name("FILE")->required(),
       "results of campaigns, JSON of 'faultwave run --json'")
      ("out", po::value<std::string>()->value_name("FILE")->required(), "HTML file to write, '-' for stdout")
      ("title", po::value<std::string>()->value_name("TEXT"), "of the page")
      ("critical-points", po::value<double>()->value_name("POINTS"),
       "a trial is critical when it loses more accuracy than that, in percentage points; "
       "default: what the campaign's configuration says")
      ("confidence", po::value<double>()->value_name("SHARE")->default_value(0.95, "0.95"),
       "of all intervals")
      ("max-trials", po::value<uint64_t>()->value_name("N")->default_value(500'000),
       "largest campaign whose single trials become a table of the page");
  // clang-format on
  return {"report FILE... --out FILE [options]",
          "One HTML page about campaigns and runs that opens anywhere, without a network.",
          {{"options", options}},
          {"files"}};
}

int run_report_command(const Arguments& arguments) {
  po::variables_map values;
  if (!parse_options(describe_report(), arguments, values)) return 0;
  report::ReportOptions report;
  if (values.count("title") != 0) report.title = values["title"].as<std::string>();
  report.confidence = values["confidence"].as<double>();
  report.max_trials = values["max-trials"].as<uint64_t>();
  if (!(report.confidence > 0 && report.confidence < 1)) {
    throw UsageError("--confidence is not between 0 and 1\n  fix: --confidence 0.95");
  }
  if (values.count("critical-points") != 0) {
    report.critical_points = values["critical-points"].as<double>();
  }
  const auto out = values["out"].as<std::string>();
  check_output(out);
  report.command = "faultwave report";
  for (const auto& argument : arguments) report.command += " " + quoted(argument);
  std::vector<std::filesystem::path> inputs;
  for (const auto& file : values["files"].as<std::vector<std::string>>()) inputs.emplace_back(file);
  const Activity activity("report");
  write_output(out, report::make_report(inputs, report));
  return 0;
}

}  // namespace faultwave::app
