// The trials of a campaign, numbered: each is a pure function of the configuration and its number.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "campaign/campaign_config.hpp"
#include "campaign/fault_universe.hpp"
#include "campaign/permutation.hpp"
#include "campaign/results_records.hpp"

namespace faultwave::campaign {

/// What the plan must know of a cell.
struct CellFacts {
  TriedFaults faults;
  std::string identity;  ///< hashes of what the cell computes with
  int num_pes = 0;
  std::vector<int> listed_pes;     ///< Loci::kListed
  std::vector<int> matrix_layers;  ///< network layers that trials take one at a time; empty: all
};

/// One trial of a cell.
struct TrialSpec {
  uint64_t trial = 0;
  std::size_t cell = 0;
  std::optional<uint32_t> fault_class;  ///< nothing: every faulty PE draws its own
  std::optional<int> pe;                ///< nothing: `rate` says how many, the seed which
  std::optional<double> rate;
  std::optional<int> layer;  ///< the only network layer in which the fault acts
  std::string stratum;
  uint64_t seed = 0;  ///< equal for trials with the same number within their cells
  double weight = 1;  ///< members of the population that the trial stands for
};

/// The numbered trials of a campaign: what trial i is, without the trials before it.
class CampaignPlan {
 public:
  CampaignPlan(const CampaignConfig& config, std::vector<CellFacts> cells);

  uint64_t num_trials() const { return first_trials_.back(); }
  uint64_t first_trial(std::size_t cell) const { return first_trials_[cell]; }
  std::size_t num_cells() const { return cells_.size(); }
  TrialSpec spec(uint64_t trial) const;
  const TriedFaults& faults(std::size_t cell) const { return cells_[cell].facts.faults; }
  /// Number of the cell's fault class in the results file.
  int64_t fault_id(std::size_t cell, uint32_t fault_class) const {
    return cells_[cell].first_fault + fault_class;
  }
  /// Faults x PEs x layers of all cells; 0 in rate sweeps, whose population nobody counts.
  uint64_t population() const;
  std::vector<StratumRow> strata() const;
  /// Fault classes of a cell as the results file keeps them.
  std::vector<FaultRow> fault_rows(std::size_t cell) const;
  /// Equal for campaigns with the same trials and results.
  std::string sha256() const;
  /// Faults of a cell's universe are drawn uniformly: the class of one.
  uint32_t draw_class(std::size_t cell, uint64_t random) const;

 private:
  /// Faults x PEs x layers that share a stratum.
  struct Stratum {
    std::string name;
    std::vector<uint32_t> faults;  ///< of the universe
    std::vector<uint64_t> begins;  ///< of each fault in the stratum's population
    uint64_t size = 0;
    uint64_t num_trials = 0;
    std::optional<Permutation> order;
  };
  struct Cell {
    CellFacts facts;
    int64_t first_fault = 0;
    uint64_t num_trials = 0;
    std::vector<uint64_t> begins;                      ///< exhaustive: first trial of each class
    std::vector<Stratum> strata;                       ///< sampled
    std::vector<std::pair<uint32_t, uint64_t>> draws;  ///< sampled: stratum, index in it
  };

  uint64_t num_layers(const Cell& cell) const;
  uint64_t num_loci(const Cell& cell, const TriedClass& tried) const;
  int locus(const Cell& cell, const TriedClass& tried, uint64_t index, uint64_t seed) const;
  void plan_exhaustive(Cell& cell) const;
  void plan_sample(Cell& cell) const;
  void fill_exhaustive(const Cell& cell, uint64_t index, TrialSpec& spec) const;
  void fill_sampled(const Cell& cell, uint64_t index, TrialSpec& spec) const;
  void fill_rate(const Cell& cell, uint64_t index, TrialSpec& spec) const;

  const CampaignConfig& config_;
  std::vector<Cell> cells_;
  std::vector<uint64_t> first_trials_;
};

}  // namespace faultwave::campaign
