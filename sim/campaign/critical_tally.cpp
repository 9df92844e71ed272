#include "campaign/critical_tally.hpp"

#include <vector>

namespace faultwave::campaign {

void CriticalTally::add(const TrialRecord& trial) {
  for (const auto& result : trial.results) {
    if (result.mitigation != "none") continue;
    Stratum& stratum = strata_[trial.stratum];
    const double loss = loss_points(cell_.golden_correct, result.correct, cell_.images);
    ++num_trials_;
    stratum.num_trials += 1;
    stratum.weight += trial.weight;
    if (loss > critical_points_) stratum.critical += trial.weight;
  }
}

Estimate CriticalTally::estimate(double confidence) const {
  std::vector<StratumSample> samples;
  for (const auto& [name, stratum] : strata_) {
    StratumSample sample;
    sample.weight = stratum.population > 0 ? static_cast<double>(stratum.population) : 1;
    sample.num_samples = stratum.num_trials;
    sample.mean = stratum.weight > 0 ? stratum.critical / stratum.weight : 0;
    sample.population = stratum.population;
    samples.push_back(sample);
  }
  return stratified_proportion(samples, confidence);
}

}  // namespace faultwave::campaign
