// The trials of a campaign in groups: by PE, output bit, depth, layer, fault rate, fault.
#pragma once

#include "report/json.hpp"
#include "report/trial_table.hpp"

namespace faultwave::report {

/// How sure the intervals are, and what part of the population the trials are.
struct GroupOptions {
  double confidence = 0.95;
  double critical_points = 1;
  double tried_share = 0;  ///< 0 to 1
};

/// Rows `{cell, mitigation, trials, accuracy, loss, lower, upper, worst, masked, sdc1, sdc5}` of
/// whole cells, stratum by stratum. `mitigation` is an index.
Json summary_rows(const TrialTable& table, const GroupOptions& options);
/// The same for trials with one fault, by the highest product bit that it changes (`bit`, `kind`).
Json bit_rows(const TrialTable& table, const GroupOptions& options);
/// By the depth of the faulty net (`level`, `kind`).
Json level_rows(const TrialTable& table, const GroupOptions& options);
/// Of trials whose fault acts in one layer (`layer`).
Json layer_rows(const TrialTable& table, const GroupOptions& options);
/// By share of faulty PEs (`rate`).
Json rate_rows(const TrialTable& table, const GroupOptions& options);
/// Per cell and mitigation the losses that shares of all trials exceed: `{cell, mitigation, loss[],
/// share[]}`, losses descending.
Json exceedance_curves(const TrialTable& table);
/// Per fault class: `{cell[], name[], ..., members[], by_mitigation: [{trials[], loss[], worst[],
/// critical[], sdc1[]}]}`; classes without trials have null. Empty when no trial names a fault.
Json fault_columns(const TrialTable& table, const GroupOptions& options);
/// Per cell and mitigation the mean loss of each PE, `{cell, mitigation, pe[], trials[], loss[]}`.
Json pe_rows(const TrialTable& table);
/// Every trial, column by column.
Json trial_columns(const TrialTable& table);

}  // namespace faultwave::report
