// Runs a campaign: trials in waves, results committed after each, verified at gate level.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "campaign/campaign_config.hpp"
#include "campaign/plan.hpp"
#include "campaign/results_records.hpp"

namespace faultwave::campaign {

/// Who computes the trials, wave by wave.
class Workers {
 public:
  virtual ~Workers() = default;
  /// Makes `cell` the one that the next waves are about; what is known of it. No wave is out.
  virtual CellRow enter(std::size_t cell) = 0;
  /// Takes one more wave on, while less than max_waves() are out.
  virtual void submit(std::vector<TrialSpec> specs) = 0;
  /// Takes the wave back that has been out longest: records in the order of its specs, or none when
  /// `cancelled` became true on the way. The workers are then of no further use.
  virtual std::vector<TrialRecord> collect(const std::atomic<bool>& cancelled) = 0;
  virtual VerificationRow verify(const TrialSpec& spec, const std::string& mitigation,
                                 int64_t images) = 0;
  /// Trials that are computed side by side: smaller waves leave some idle.
  virtual int parallelism() const = 0;
  /// 2: the next wave is begun while the last trials of this one are awaited and committed.
  virtual int max_waves() const = 0;
};

/// `jobs` threads of this process; processes when a cell runs on the gate engine, for SystemC is
/// for one thread (to be called while there is one, and no results file open).
std::unique_ptr<Workers> make_local_workers(const CampaignConfig& config, const CampaignPlan& plan,
                                            int jobs);

/// Which part of a campaign one call does, and where its results go.
struct CampaignOptions {
  std::filesystem::path results;
  uint64_t shard = 0;  ///< this run takes trials with trial % num_shards == shard
  uint64_t num_shards = 1;
  bool resume = false;
  int64_t num_verifications = 8;  ///< cases that are run again at gate level
};

/// What one call of a campaign got done, in trials.
struct CampaignSummary {
  uint64_t planned = 0;   ///< of this shard
  uint64_t finished = 0;  ///< of this shard, now in the file
  uint64_t skipped = 0;   ///< by the stop rule
  uint64_t ran = 0;       ///< in this call
  double seconds = 0;     ///< for those
  int64_t verified = 0;
  bool interrupted = false;
};

/// All facts of the configuration's cells, with progress.
std::vector<CellFacts> all_cell_facts(const CampaignConfig& config);

/// CheckError when a verification finds a difference: the campaign stops there and its file says
/// which case. Ends early, with everything whole, when `interrupt` becomes true.
CampaignSummary run_campaign(const CampaignConfig& config, const CampaignPlan& plan,
                             Workers& workers, const CampaignOptions& options,
                             const std::atomic<bool>& interrupt);

}  // namespace faultwave::campaign
