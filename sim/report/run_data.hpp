// What a report says about the JSON of `faultwave run --json`.
#pragma once

#include <filesystem>

#include "report/json.hpp"
#include "report/report.hpp"

namespace faultwave::report {

/// `{kind: "runs", name, experiments: [{name, runs: [...], provenance, ...}]}`, an experiment per
/// variant; every run gets the Wilson interval of its accuracy over the choice of images.
/// InputError with the place when `path` is not such a file.
Json run_data(const std::filesystem::path& path, const ReportOptions& options);

}  // namespace faultwave::report
