// Accuracy and outcomes of a results file, group by group.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "campaign/results_store.hpp"
#include "campaign/statistics.hpp"

namespace faultwave::campaign {

/// What a query asks for.
struct QueryOptions {
  /// Any of query_keys(); `mitigation` is added when there are several and none is chosen, the
  /// multiplier beside a fault or net when there are several.
  std::vector<std::string> by = {"mitigation"};
  std::optional<std::string> mitigation = {};  ///< only its results
  /// A key or a figure, "NAME", "NAME:asc" or "NAME:desc"; default: the keys in their order.
  std::string sort = {};
  std::size_t limit = 0;       ///< groups kept after sorting; 0: all
  double critical_points = 1;  ///< a trial is critical when it loses more points than that
  double confidence = 0.95;
  bool members = false;  ///< by fault: every member of a class has its results
};

/// What results can be grouped by.
std::vector<std::string> query_keys();
/// Figures that can be sorted by.
std::vector<std::string> query_figures();

/// A value of a key. Trials with several faults have no fault, bit and so on.
struct KeyValue {
  enum class Kind : uint8_t { kNone, kNumber, kText };
  Kind kind = Kind::kNone;
  double number = 0;
  std::string text;  ///< as shown, "" for kNone
  /// None first; numbers by size; text with digits by size ("pe[3][7]" before "pe[10][0]").
  bool operator<(const KeyValue& other) const;
};

/// Means are weighted: by the trials' weights, and by the populations of strata where the file
/// records them for every stratum. Shares are 0 to 1, losses in percentage points against the
/// fault-free run of the same multiplier.
struct QueryGroup {
  std::vector<KeyValue> keys;
  uint64_t trials = 0;
  double accuracy = 0;
  double loss_points = 0;
  double max_loss_points = 0;
  double masked = 0;  ///< share of images, averaged over trials; masked + benign + sdc1 = 1
  double benign = 0;
  double sdc1 = 0;
  double sdc5 = 0;
  /// Probability that a trial drawn from the group's population is critical. Groups of whole cells
  /// are estimated stratum by stratum, others by Wilson's interval with the effective sample size.
  Estimate critical;
};

/// Groups of trials with their figures, and what they were made from.
struct QueryResult {
  std::vector<std::string> key_names;
  std::vector<QueryGroup> groups;
  QueryOptions options;
  CampaignInfo info;
  uint64_t num_finished = 0;
  /// Mitigations were tried in critical trials only. The others count with every mitigation, with
  /// what they lose without one: there the network runs as it is.
  bool mitigates_critical_only = false;
  std::size_t num_groups = 0;  ///< before `limit`
};

/// UsageError for unknown keys, figures and mitigations.
QueryResult query_results(const ResultsStore& store, const QueryOptions& options);

/// Aligned columns for people, shares in percent. Ends with a newline.
std::string query_text(const QueryResult& result);
/// One header line, one line per group, quoted as RFC 4180 says; absent keys are empty.
std::string query_csv(const QueryResult& result);
/// `{campaign {...}, by [...], groups [{...}]}`; absent keys are null.
std::string query_json(const QueryResult& result);

}  // namespace faultwave::campaign
