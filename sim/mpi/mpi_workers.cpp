#include "mpi/mpi_workers.hpp"

// The C bindings; the C++ ones are gone from the standard.
#define OMPI_SKIP_MPICXX 1
#define MPICH_SKIP_MPICXX 1
#include <mpi.h>

#include <atomic>
#include <condition_variable>
#include <csignal>
#include <deque>
#include <list>
#include <mutex>
#include <optional>
#include <set>
#include <thread>

#include "base/error.hpp"
#include "campaign/dispatcher.hpp"
#include "campaign/worker_protocol.hpp"

namespace faultwave::mpi {
namespace {

using campaign::CoordinatorLink;
using campaign::WorkerLinks;
using Clock = std::chrono::steady_clock;

constexpr int kTag = 1;
/// MPI itself waits by spinning, on a core that somebody could compute with.
constexpr std::chrono::microseconds kShortestNap(10);
constexpr std::chrono::microseconds kLongestNap(1000);

/// Waits between two looks, longer each time.
class Naps {
 public:
  std::chrono::microseconds next() { return nap_ = std::min(2 * nap_, kLongestNap); }
  void reset() { nap_ = kShortestNap; }

 private:
  std::chrono::microseconds nap_ = kShortestNap;
};

}  // namespace

/// Messages of this process, kept until MPI is done with them.
class Mailbox {
 public:
  void send(int rank, std::string message) {
    tidy();
    auto& sent = sent_.emplace_back(Sent{std::move(message), MPI_REQUEST_NULL});
    MPI_Isend(sent.message.data(), static_cast<int>(sent.message.size()), MPI_BYTE, rank, kTag,
              MPI_COMM_WORLD, &sent.request);
  }

  /// Drops what has been sent; true when nothing is left.
  bool tidy() {
    sent_.remove_if([](Sent& sent) { return is_done(sent.request); });
    return sent_.empty();
  }

  /// A message that has arrived, if there is one. A large one comes piece by piece, while its
  /// sender computes; later ones of that sender wait for it.
  std::optional<WorkerLinks::Arrival> poll() {
    while (start_receiving()) {
    }
    std::set<int> waiting;
    for (auto entry = incoming_.begin(); entry != incoming_.end(); ++entry) {
      const int sender = entry->arrival.worker;
      if (waiting.count(sender) != 0) continue;
      if (!is_done(entry->request)) {
        waiting.insert(sender);
        continue;
      }
      auto arrival = std::move(entry->arrival);
      incoming_.erase(entry);
      return arrival;
    }
    return std::nullopt;
  }

 private:
  struct Sent {
    std::string message;
    MPI_Request request;
  };
  struct Incoming {
    WorkerLinks::Arrival arrival;
    MPI_Request request = MPI_REQUEST_NULL;
  };

  static bool is_done(MPI_Request& request) {
    int done = 0;
    MPI_Test(&request, &done, MPI_STATUS_IGNORE);
    return done != 0;
  }

  bool start_receiving() {
    int is_there = 0;
    MPI_Message handle;
    MPI_Status status;
    MPI_Improbe(MPI_ANY_SOURCE, kTag, MPI_COMM_WORLD, &is_there, &handle, &status);
    if (is_there == 0) return false;
    int size = 0;
    MPI_Get_count(&status, MPI_BYTE, &size);
    auto& entry = incoming_.emplace_back();
    entry.arrival = {status.MPI_SOURCE, std::string(static_cast<std::size_t>(size), '\0')};
    MPI_Imrecv(entry.arrival.message.data(), size, MPI_BYTE, &handle, &entry.request);
    return true;
  }

  std::list<Sent> sent_;
  std::list<Incoming> incoming_;
};

namespace {

/// Two queues between rank 0's threads.
class ThreadLink : public CoordinatorLink {
 public:
  std::optional<std::string> receive() override {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return is_ended_ || !requests_.empty(); });
    if (is_ended_) return std::nullopt;
    auto message = std::move(requests_.front());
    requests_.pop_front();
    return message;
  }
  void send(std::string message) override {
    const std::lock_guard lock(mutex_);
    replies_.push_back(std::move(message));
    changed_.notify_all();
  }
  void request(std::string message) {
    const std::lock_guard lock(mutex_);
    requests_.push_back(std::move(message));
    changed_.notify_all();
  }
  /// Waits for `nap` at most.
  std::optional<std::string> reply(std::chrono::microseconds nap) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, nap, [&] { return !replies_.empty(); });
    if (replies_.empty()) return std::nullopt;
    auto message = std::move(replies_.front());
    replies_.pop_front();
    return message;
  }
  void end() {
    const std::lock_guard lock(mutex_);
    is_ended_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::string> requests_, replies_;
  bool is_ended_ = false;
};

/// Worker r is rank r; worker 0 is a thread.
class RankLinks : public WorkerLinks {
 public:
  RankLinks(const Session& session, std::function<campaign::WorkerCampaign()> make)
      : num_ranks_(session.num_ranks()),
        mailbox_(session.mailbox()),
        thread_([this, make = std::move(make)] { serve(own_, make, cancelled_); }) {}
  ~RankLinks() override {
    cancelled_ = true;
    own_.end();
    thread_.join();
  }

  int num_workers() const override { return num_ranks_; }
  std::string name(int worker) const override { return fmt::format("rank {}", worker); }
  void send(int worker, std::string message) override {
    if (worker == 0) {
      own_.request(std::move(message));
    } else {
      mailbox_.send(worker, std::move(message));
    }
  }
  std::optional<Arrival> receive(std::chrono::milliseconds timeout) override {
    Naps naps;
    const auto end = Clock::now() + timeout;
    do {
      mailbox_.tidy();
      if (auto arrival = mailbox_.poll()) return arrival;
      if (auto message = own_.reply(naps.next())) return Arrival{0, std::move(*message)};
    } while (Clock::now() < end);
    return std::nullopt;
  }

 private:
  int num_ranks_;
  Mailbox& mailbox_;
  ThreadLink own_;
  std::atomic<bool> cancelled_ = false;
  std::thread thread_;
};

class LinkToRankZero : public CoordinatorLink {
 public:
  explicit LinkToRankZero(Mailbox& mailbox) : mailbox_(mailbox) {}
  std::optional<std::string> receive() override {
    Naps naps;
    for (;;) {
      mailbox_.tidy();
      if (auto arrival = mailbox_.poll()) return std::move(arrival->message);
      std::this_thread::sleep_for(naps.next());
    }
  }
  void send(std::string message) override { mailbox_.send(0, std::move(message)); }

 private:
  Mailbox& mailbox_;
};

}  // namespace

Session::Session() : mailbox_(std::make_unique<Mailbox>()) {
  int provided = 0;
  MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided);
  if (provided < MPI_THREAD_FUNNELED) {
    throw EnvironmentError(
        "this MPI library cannot be used beside threads\n  fix: one with MPI_THREAD_FUNNELED "
        "(Debian's OpenMPI has it)");
  }
  MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
  MPI_Comm_size(MPI_COMM_WORLD, &num_ranks_);
}

/// Whether all ranks came here. Rank 0 takes in what it no longer needs, so that the others get rid
/// of it, and waits for a while only.
bool Session::meet_others() const {
  MPI_Request barrier = MPI_REQUEST_NULL;
  const auto end = Clock::now() + std::chrono::duration<double>(grace_seconds_);
  for (bool is_at_barrier = false;; std::this_thread::sleep_for(kLongestNap)) {
    if (mailbox_->tidy() && !is_at_barrier) {
      MPI_Ibarrier(MPI_COMM_WORLD, &barrier);
      is_at_barrier = true;
    }
    mailbox_->poll();
    int is_done = 0;
    if (is_at_barrier) MPI_Test(&barrier, &is_done, MPI_STATUS_IGNORE);
    if (is_done != 0) return true;
    if (rank_ == 0 && Clock::now() > end) return false;
  }
}

Session::~Session() {
  for (int rank = 1; rank_ == 0 && rank < num_ranks_; ++rank) {
    mailbox_->send(rank, encode(campaign::Request(campaign::EndRequest{})));
  }
  if (meet_others()) {
    MPI_Finalize();
  } else {
    // MPI may still read from it.
    static_cast<void>(mailbox_.release());
  }
}

std::unique_ptr<campaign::Workers> make_mpi_workers(
    const Session& session, const std::string& identity, int trials_at_once,
    std::function<campaign::WorkerCampaign()> make) {
  return campaign::make_dispatcher(std::make_unique<RankLinks>(session, std::move(make)), identity,
                                   trials_at_once);
}

void serve_rank_zero(const Session& session,
                     const std::function<campaign::WorkerCampaign()>& make) {
  // mpirun passes signals on to all ranks; rank 0 decides what they mean.
  std::signal(SIGINT, SIG_IGN);
  std::signal(SIGTERM, SIG_IGN);
  LinkToRankZero link(session.mailbox());
  const std::atomic<bool> cancelled = false;
  serve(link, make, cancelled);
}

}  // namespace faultwave::mpi
