// What a report says about the results of a campaign.
#pragma once

#include <filesystem>

#include "report/json.hpp"
#include "report/report.hpp"

namespace faultwave::report {

/// `{kind: "campaign", name, cells, mitigations, summary, faults, bits, levels, ...}`; parts that
/// the campaign has no data for are absent. Losses are in percentage points, shares 0 to 1. Errors
/// of campaign::ResultsStore::open_read_only; InputError for a file without trials.
Json campaign_data(const std::filesystem::path& path, const ReportOptions& options);

}  // namespace faultwave::report
