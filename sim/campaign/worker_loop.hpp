// What a worker process does.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "campaign/campaign.hpp"
#include "campaign/worker_links.hpp"

namespace faultwave::campaign {

/// The part of a campaign that every worker has a copy of.
struct WorkerCampaign {
  std::string identity;  ///< equal for workers with the same trials and the same program
  std::function<TrialSpec(uint64_t trial)> spec;
  std::unique_ptr<Workers> workers;  ///< who computes, in this process
};

/// Program and plan as one text.
std::string worker_identity(const CampaignPlan& plan);

/// Answers requests until the coordinator ends it or is gone. What `make` or an answer throws goes
/// to the coordinator. `cancelled` ends a batch early, for a coordinator that no longer wants it.
void serve(CoordinatorLink& link, const std::function<WorkerCampaign()>& make,
           const std::atomic<bool>& cancelled);

}  // namespace faultwave::campaign
