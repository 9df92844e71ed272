// What a results file holds, row by row. docs/results.md describes the tables.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "campaign/outcome_codes.hpp"

namespace faultwave::campaign {

/// The campaign that a file belongs to. Two files belong together when `plan_sha256` is equal.
struct CampaignInfo {
  std::string name;
  std::string config;  ///< resolved configuration, YAML
  uint64_t seed = 0;
  std::string version;   ///< of the program that made the file
  std::string revision;  ///< git revision of that program
  std::string plan_sha256;
  uint64_t num_trials = 0;  ///< planned; trials are numbered 0 to num_trials - 1
  /// Size of the population that all trials together are drawn from, when it is finite and known.
  std::optional<uint64_t> population;
};

/// network x multiplier x accelerator, and its fault-free runs.
struct CellRow {
  int64_t cell = 0;
  std::string name;
  std::string network;
  std::string dataset;
  int64_t first_image = 0;
  int64_t images = 0;
  std::string multiplier;
  std::string number_format;
  std::string netlist_sha256;
  std::string table_sha256;
  std::string accelerator;
  int64_t num_pes = 0;
  double energy_pj = 0;        ///< of one multiplication
  int64_t exact_correct = 0;   ///< images right with the exact multiplier, fault-free
  int64_t golden_correct = 0;  ///< images right with this multiplier, fault-free
  bool operator==(const CellRow&) const = default;
};

/// Accuracy lost against the fault-free run, in percentage points.
constexpr double loss_points(int64_t golden_correct, int64_t correct, int64_t images) {
  return 100.0 * static_cast<double>(golden_correct - correct) / static_cast<double>(images);
}

/// A part of a cell's population that trials are drawn from apart.
struct StratumRow {
  int64_t cell = 0;
  std::string stratum;
  /// Faults (or fault-and-PE pairs, or whatever one trial draws) in the stratum.
  uint64_t population = 0;
  bool operator==(const StratumRow&) const = default;
};

/// One class of faults with equal product tables, by its representative; or a single fault.
struct FaultRow {
  int64_t fault = 0;
  int64_t cell = 0;
  std::string name;  ///< inside the PE: "mult.sig_112.sa1", "weight[6].sa0"
  std::string unit;  ///< "mult", "weight", "activation", "psum", "accumulator"
  std::string net;   ///< "sig_112"; of a register the bit, "weight[6]"
  std::string kind;  ///< "sa0", "sa1", "inv"
  /// Product bits that differ for some operands; absent when there are none or it is unknown.
  std::optional<int64_t> lowest_output_bit;
  std::optional<int64_t> highest_output_bit;
  std::optional<int64_t> level;  ///< gates between the inputs and the net
  int64_t weight = 1;            ///< number of faults in the class
  /// Of the product against the golden one, over all operands.
  std::optional<double> mae;
  std::optional<double> wce;
  std::optional<double> error_probability;  ///< 0 to 1
  std::optional<double> mean_error;
  /// All faults of the class, the representative included: `weight` names, or none when they are
  /// not recorded. Ascending when read from a file.
  std::vector<std::string> members;
  bool operator==(const FaultRow&) const = default;
};

/// What one mitigation made of a trial. masked + benign + sdc1 are the cell's images; sdc5 counts
/// in sdc1, too.
struct TrialResult {
  std::string mitigation;
  int64_t correct = 0;
  int64_t masked = 0;
  int64_t benign = 0;
  int64_t sdc1 = 0;
  int64_t sdc5 = 0;
  std::vector<OutcomeCode> outcomes;  ///< [images], or empty: not recorded
  bool operator==(const TrialResult&) const = default;
};

/// A finished trial with the results of all its mitigations: rows of `trial`, `result` and
/// `outcome`.
struct TrialRecord {
  uint64_t trial = 0;
  int64_t cell = 0;
  std::optional<int64_t> fault;      ///< absent: several different ones
  std::optional<std::string> pe;     ///< "pe[3][7]"; absent: several
  std::optional<double> rate;        ///< faulty PEs / all PEs, in sweeps of it
  std::optional<std::string> layer;  ///< in layer-restricted trials
  std::string stratum;
  int64_t num_faulty_pes = 0;
  uint64_t seed = 0;
  /// Members of the population that the trial stands for: the class weight when every class is
  /// tried once, 1 when the faults themselves were drawn uniformly (a class is then drawn in
  /// proportion to its weight already).
  double weight = 1;
  std::vector<TrialResult>
      results;  ///< of the mitigations tried; sorted by them when read from a file
  bool operator==(const TrialRecord&) const = default;
};

/// A trial that was run again at gate level.
struct VerificationRow {
  uint64_t trial = 0;
  std::string mitigation;
  int64_t images = 0;
  bool agrees = false;
  bool operator==(const VerificationRow&) const = default;
};

}  // namespace faultwave::campaign
