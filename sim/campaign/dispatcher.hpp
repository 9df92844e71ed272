// Hands the trials of a campaign out to worker processes.
#pragma once

#include <memory>
#include <string>

#include "campaign/campaign.hpp"
#include "campaign/worker_links.hpp"

namespace faultwave::campaign {

/// Workers behind `links`, which speak worker_protocol.hpp. Whoever is idle gets the next batch:
/// a share of what is left, so that batches shrink towards the end, and one more in advance, so
/// that nobody waits for an answer. All workers must say `identity` (EnvironmentError), and find
/// the same of every cell (CheckError). `trials_at_once` is how many one worker computes side by
/// side. What goes wrong in a worker is thrown here, with its name before the message.
std::unique_ptr<Workers> make_dispatcher(std::unique_ptr<WorkerLinks> links, std::string identity,
                                         int trials_at_once);

}  // namespace faultwave::campaign
