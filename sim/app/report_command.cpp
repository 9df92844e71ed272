#include <algorithm>

#include "app/commands.hpp"
#include "app/options.hpp"
#include "base/error.hpp"
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

int run_report_command(const Arguments& arguments) {
  report::ReportOptions report;
  po::options_description options;
  // clang-format off
  options.add_options()
      ("files", po::value<std::vector<std::string>>()->required(),
       "results of campaigns, JSON of 'faultwave run --json'")
      ("out", po::value<std::string>()->required(), "HTML file to write, '-' for stdout")
      ("title", po::value<std::string>(&report.title), "of the page")
      ("critical-points", po::value<double>(),
       "a trial is critical when it loses more accuracy than that, in percentage points; "
       "default: what the campaign's configuration says")
      ("confidence", po::value<double>(&report.confidence)->default_value(0.95, "0.95"),
       "of all intervals")
      ("max-trials", po::value<uint64_t>(&report.max_trials)->default_value(500'000),
       "largest campaign whose single trials become a table of the page");
  // clang-format on
  po::variables_map values;
  if (!parse_options("report FILE... --out FILE [options]", options, {"files"}, arguments,
                     values)) {
    return 0;
  }
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
  write_output(out, report::make_report(inputs, report));
  return 0;
}

}  // namespace faultwave::app
