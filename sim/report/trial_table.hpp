// All trials of a results file in memory, column by column.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "campaign/results_store.hpp"

namespace faultwave::report {

/// What one mitigation made of every trial, [trials]; -1: not recorded.
struct TrialOutcomes {
  std::vector<int32_t> correct;
  std::vector<int32_t> masked;
  std::vector<int32_t> benign;
  std::vector<int32_t> sdc1;
  std::vector<int32_t> sdc5;
};

/// Columns are [trials]; an index of -1 and a rate of -1 stand for nothing.
struct TrialTable {
  std::vector<uint64_t> trial;  ///< ascending
  std::vector<int32_t> cell;    ///< into `cells`
  std::vector<int32_t> fault;   ///< into `faults`
  std::vector<int32_t> pe;      ///< into `pes`
  std::vector<int32_t> layer;   ///< into `layers`
  std::vector<int32_t> stratum;
  std::vector<double> rate;
  std::vector<int64_t> num_faulty_pes;
  std::vector<double> weight;  ///< as recorded
  /// The same, scaled so that each stratum weighs as much as its population, where the file records
  /// the populations of all strata.
  std::vector<double> scaled_weight;

  std::vector<campaign::CellRow> cells;
  std::vector<campaign::FaultRow> faults;
  std::vector<std::string> pes;
  std::vector<std::string> layers;       ///< in the order of their first trials
  std::vector<std::string> mitigations;  ///< "none" first
  std::vector<TrialOutcomes> outcomes;   ///< [mitigations]
  std::vector<double> strata_sizes;      ///< populations [strata]; empty when not all are recorded

  std::size_t size() const { return trial.size(); }
};

TrialTable read_trials(const campaign::ResultsStore& store);

/// Trials in which a mitigation of their cell was not tried (campaign.mitigate: critical) count
/// with it as without one. `only_tried`: a cell's mitigations are those that some trial of it has.
void fill_unmitigated(TrialTable& table, bool only_tried);

}  // namespace faultwave::report
