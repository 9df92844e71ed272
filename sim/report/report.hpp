// HTML reports of campaigns and runs: docs/reports.md.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace faultwave::report {

/// What a report is called and which figures it states.
struct ReportOptions {
  std::string title;    ///< empty: the names of the inputs
  std::string command;  ///< that makes this report, for its last section
  double confidence = 0.95;
  /// A trial is critical when it loses more points of accuracy; unset: as the campaign says.
  std::optional<double> critical_points;
  /// With more trials than that the table of single trials is left out.
  uint64_t max_trials = 500'000;
};

/// One HTML page about all `inputs`: results files of campaigns and JSON files of
/// `faultwave run --json`, told apart by their content. It needs no other file and no network.
/// InputError for files that are neither, EnvironmentError when the charting library is missing.
std::string make_report(const std::vector<std::filesystem::path>& inputs,
                        const ReportOptions& options);

}  // namespace faultwave::report
