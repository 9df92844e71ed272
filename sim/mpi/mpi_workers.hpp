// Workers that are the ranks of an MPI job.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "campaign/campaign.hpp"
#include "campaign/worker_loop.hpp"

namespace faultwave::mpi {

class Mailbox;

/// MPI from here on; one per process. The destructor of rank 0 ends the other ranks: at once when
/// they wait, after their batch when they compute. When that takes longer than `kGraceSeconds`
/// (after `set_whole`: `kWholeGraceSeconds`) they are left to mpirun, which ends them when rank 0
/// is gone, and calls that a failure.
class Session {
 public:
  /// mpirun passes an interruption on and kills a second later.
  static constexpr double kGraceSeconds = 0.5;
  /// Nobody is in a hurry: a crowded machine may keep a rank from its core for seconds.
  static constexpr double kWholeGraceSeconds = 60;

  Session();
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// The campaign is whole: no rank computes any more.
  void set_whole() { grace_seconds_ = kWholeGraceSeconds; }

  int rank() const { return rank_; }
  int num_ranks() const { return num_ranks_; }
  Mailbox& mailbox() const { return *mailbox_; }

 private:
  bool meet_others() const;

  int rank_ = 0;
  int num_ranks_ = 1;
  double grace_seconds_ = kGraceSeconds;
  std::unique_ptr<Mailbox> mailbox_;
};

/// On rank 0: all ranks, this one with a thread that calls `make` and computes beside what the
/// caller's thread does; that one calls MPI. `trials_at_once` is what one rank computes side by
/// side. The session must outlive the workers.
std::unique_ptr<campaign::Workers> make_mpi_workers(const Session& session,
                                                    const std::string& identity, int trials_at_once,
                                                    std::function<campaign::WorkerCampaign()> make);

/// On the other ranks: works for rank 0 until that ends it.
void serve_rank_zero(const Session& session, const std::function<campaign::WorkerCampaign()>& make);

}  // namespace faultwave::mpi
