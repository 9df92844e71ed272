// Workers that are processes of this machine: for engines that cannot run in several threads.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "campaign/campaign.hpp"
#include "campaign/worker_loop.hpp"

namespace faultwave::campaign {

/// Forks `num_workers` children, each of which calls `make` and computes one trial at a time. To be
/// called while the process has one thread and no results file open. The children end with the
/// object and with this process, however that ends. EnvironmentError when no process can be made.
std::unique_ptr<Workers> make_process_workers(int num_workers, const std::string& identity,
                                              const std::function<WorkerCampaign()>& make);

}  // namespace faultwave::campaign
