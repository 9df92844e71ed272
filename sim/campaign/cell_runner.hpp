// One cell of a campaign, network x multiplier x accelerator, loaded and ready to run trials.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "campaign/campaign_config.hpp"
#include "campaign/plan.hpp"
#include "campaign/results_records.hpp"

namespace faultwave::campaign {

/// Runs trials of one cell, whatever its engine, beside its golden run.
class CellRunner {
 public:
  /// Loads the cell and makes its golden run with up to `num_threads` threads. `config` and `plan`
  /// must outlive the object.
  CellRunner(const CampaignConfig& config, const CampaignPlan& plan, std::size_t cell,
             int num_threads);
  ~CellRunner();

  const CellRow& row() const;

  /// Records in the order of `specs`, all of which belong to this cell; empty when `cancelled`
  /// became true on the way.
  std::vector<TrialRecord> run(std::span<const TrialSpec> specs,
                               const std::atomic<bool>& cancelled);

  /// Runs the first `images` images of the cell through both engines. Not to be called while
  /// another thread uses SystemC.
  VerificationRow verify(const TrialSpec& spec, const std::string& mitigation, int64_t images);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace faultwave::campaign
