// How many trials of a cell are critical, as they come in.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "campaign/results_records.hpp"
#include "campaign/statistics.hpp"

namespace faultwave::campaign {

/// Trials without mitigation whose accuracy loss is above a threshold; by stratum.
class CriticalTally {
 public:
  CriticalTally(const CellRow& cell, double critical_points)
      : cell_(cell), critical_points_(critical_points) {}

  void set_population(const std::string& stratum, uint64_t population) {
    strata_[stratum].population = population;
  }
  void add(const TrialRecord& trial);
  uint64_t num_trials() const { return num_trials_; }
  /// Share of the population that is critical.
  Estimate estimate(double confidence) const;

 private:
  struct Stratum {
    uint64_t population = 0;  ///< 0: unknown
    double num_trials = 0;
    double weight = 0;
    double critical = 0;  ///< weight of the critical ones
  };
  CellRow cell_;
  double critical_points_;
  uint64_t num_trials_ = 0;
  std::map<std::string, Stratum> strata_;
};

}  // namespace faultwave::campaign
