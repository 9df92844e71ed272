// Joins the shards of one campaign.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace faultwave::campaign {

/// What a merge found in its inputs.
struct MergeSummary {
  uint64_t num_trials = 0;      ///< planned
  uint64_t num_finished = 0;    ///< in the merged file
  uint64_t num_duplicates = 0;  ///< found in another input before, and equal
  /// Trials of the plan that no input has: [first, last], ascending.
  std::vector<std::pair<uint64_t, uint64_t>> missing;
  /// Further keys of `meta` left out because inputs disagree on them.
  std::vector<std::string> dropped_notes;
};

/// Writes the union of `inputs` to the new file `out`, which appears by rename. Inputs may be in
/// use by their writers; they count as they are now. InputError when one belongs to another plan or
/// has other cells or faults, CheckError when a trial differs between two inputs, EnvironmentError
/// when `out` exists or cannot be written.
MergeSummary merge_results(const std::filesystem::path& out,
                           std::span<const std::filesystem::path> inputs);

}  // namespace faultwave::campaign
