#include "campaign/dispatcher.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <optional>

#include "base/error.hpp"
#include "campaign/worker_protocol.hpp"

namespace faultwave::campaign {
namespace {

/// How often a wait looks at whether the campaign is cancelled.
constexpr std::chrono::milliseconds kPatience(50);
/// Batches that one worker has at once: the one that it computes and the next.
constexpr int kBatchesPerWorker = 2;
/// A batch is at most a worker's share of the waiting trials, divided by this.
constexpr std::size_t kShares = 4;
/// Keeps requests within what a socket buffers.
constexpr std::size_t kMaxBatch = 1024;

class Dispatcher : public Workers {
 public:
  Dispatcher(std::unique_ptr<WorkerLinks> links, std::string identity, int trials_at_once)
      : links_(std::move(links)),
        identity_(std::move(identity)),
        trials_at_once_(static_cast<std::size_t>(trials_at_once)),
        workers_(static_cast<std::size_t>(links_->num_workers())) {}

  CellRow enter(std::size_t cell) override {
    FAULTWAVE_CHECK(waves_.empty() && batches_.empty(), "trials of another cell are out");
    cell_ = cell;
    row_.reset();
    for (std::size_t i = 0; i < workers_.size(); ++i) {
      workers_[i].is_ready = false;
      send(i, EnterRequest{cell});
    }
    while (!row_) pump();
    return *row_;
  }

  void submit(std::vector<TrialSpec> specs) override {
    num_waiting_ += specs.size();
    Wave& wave = waves_.emplace_back();
    wave.num_missing = specs.size();
    wave.records.resize(specs.size());
    wave.specs = std::move(specs);
    hand_out();
  }

  std::vector<TrialRecord> collect(const std::atomic<bool>& cancelled) override {
    FAULTWAVE_CHECK(!waves_.empty(), "no wave");
    while (waves_.front().num_missing > 0) {
      if (cancelled) return {};
      pump();
    }
    auto records = std::move(waves_.front().records);
    waves_.pop_front();
    ++first_wave_;
    return records;
  }

  VerificationRow verify(const TrialSpec& spec, const std::string& mitigation,
                         int64_t images) override {
    std::size_t chosen = workers_.size();
    for (std::size_t i = 0; i < workers_.size(); ++i) {
      if (!workers_[i].is_ready) continue;
      if (chosen == workers_.size() || workers_[i].num_batches < workers_[chosen].num_batches) {
        chosen = i;
      }
    }
    FAULTWAVE_CHECK(chosen < workers_.size(), "no cell");
    // Its own batches come first and no more of them: no wave waits for the gate level.
    workers_[chosen].is_verifying = true;
    verification_.reset();
    send(chosen, VerifyRequest{spec.trial, mitigation, images});
    while (!verification_) pump();
    workers_[chosen].is_verifying = false;
    hand_out();
    return *verification_;
  }

  int parallelism() const override { return static_cast<int>(workers_.size() * trials_at_once_); }
  int max_waves() const override { return 2; }

 private:
  struct Worker {
    bool is_known = false;      ///< has said hello
    bool is_ready = false;      ///< has entered the cell
    bool is_verifying = false;  ///< gets no batches
    int num_batches = 0;        ///< handed out, not answered
  };
  struct Wave {
    std::vector<TrialSpec> specs;
    std::vector<TrialRecord> records;  ///< in the order of specs
    std::size_t num_handed_out = 0;
    std::size_t num_missing = 0;
  };
  struct Batch {
    std::size_t worker = 0;
    uint64_t wave = 0;  ///< counted from the campaign's start
    std::size_t first = 0;
    std::size_t size = 0;
  };

  void send(std::size_t worker, const Request& request) {
    links_->send(static_cast<int>(worker), encode(request));
  }
  std::string name(std::size_t worker) const { return links_->name(static_cast<int>(worker)); }

  /// Takes one message in, if one comes soon, and gives work out.
  void pump() {
    const auto arrival = links_->receive(kPatience);
    if (!arrival) return;
    const auto worker = static_cast<std::size_t>(arrival->worker);
    FAULTWAVE_CHECK(worker < workers_.size(), "worker {}", worker);
    std::visit([&](auto&& reply) { take(worker, std::move(reply)); },
               decode_reply(arrival->message));
    hand_out();
  }

  void take(std::size_t worker, Hello hello) {
    if (hello.identity != identity_) {
      throw EnvironmentError(fmt::format(
          "{} works on another campaign\n  here:  {}\n  there: {}\n  fix: the same program, "
          "configuration and data on all machines",
          name(worker), identity_, hello.identity));
    }
    workers_[worker].is_known = true;
  }

  void take(std::size_t worker, EnterReply reply) {
    FAULTWAVE_CHECK(workers_[worker].is_known, "{} has not said hello", name(worker));
    // Somebody slow, in a cell that the others have left.
    if (reply.row.cell != static_cast<int64_t>(cell_)) return;
    if (!row_) row_ = reply.row;
    if (reply.row != *row_) {
      throw CheckError(fmt::format(
          "{} finds other fault-free results of '{}' ({} images right, {} with the exact "
          "multiplier) than another worker ({}, {})\n  fix: the same data on all machines; please "
          "report this when they are",
          name(worker), row_->name, reply.row.golden_correct, reply.row.exact_correct,
          row_->golden_correct, row_->exact_correct));
    }
    workers_[worker].is_ready = true;
  }

  void take(std::size_t worker, RunReply reply) {
    const auto found = batches_.find(reply.batch);
    FAULTWAVE_CHECK(found != batches_.end() && found->second.worker == worker &&
                        found->second.size == reply.records.size(),
                    "batch {} of {}", reply.batch, name(worker));
    const Batch batch = found->second;
    batches_.erase(found);
    --workers_[worker].num_batches;
    Wave& wave = waves_[batch.wave - first_wave_];
    for (std::size_t i = 0; i < batch.size; ++i) {
      auto& record = reply.records[i];
      FAULTWAVE_CHECK(record.trial == wave.specs[batch.first + i].trial, "trial {} of {}",
                      record.trial, name(worker));
      wave.records[batch.first + i] = std::move(record);
    }
    wave.num_missing -= batch.size;
  }

  void take(std::size_t, VerifyReply reply) { verification_ = std::move(reply.row); }
  void take(std::size_t worker, Failure failure) { throw_failure(failure, name(worker)); }

  void hand_out() {
    for (int depth = 0; depth < kBatchesPerWorker; ++depth) {
      for (std::size_t i = 0; i < workers_.size() && num_waiting_ > 0; ++i) {
        // The last trials stay for those who will be idle.
        if (depth > 0 && num_waiting_ < workers_.size() * trials_at_once_) return;
        const Worker& worker = workers_[i];
        if (worker.is_ready && !worker.is_verifying && worker.num_batches == depth) hand_out_to(i);
      }
    }
  }

  /// The next batch of the oldest wave that has some left.
  void hand_out_to(std::size_t worker) {
    std::size_t index = 0;
    while (waves_[index].num_handed_out == waves_[index].specs.size()) ++index;
    Wave& wave = waves_[index];
    const std::size_t share = num_waiting_ / (kShares * workers_.size());
    const std::size_t size =
        std::min(std::clamp(share, trials_at_once_, std::max(kMaxBatch, trials_at_once_)),
                 wave.specs.size() - wave.num_handed_out);
    RunRequest request{next_batch_++, {}};
    for (std::size_t i = 0; i < size; ++i) {
      request.trials.push_back(wave.specs[wave.num_handed_out + i].trial);
    }
    batches_[request.batch] = {worker, first_wave_ + index, wave.num_handed_out, size};
    wave.num_handed_out += size;
    num_waiting_ -= size;
    ++workers_[worker].num_batches;
    send(worker, request);
  }

  std::unique_ptr<WorkerLinks> links_;
  std::string identity_;
  std::size_t trials_at_once_;
  std::vector<Worker> workers_;
  std::size_t cell_ = 0;
  std::optional<CellRow> row_;
  std::deque<Wave> waves_;
  uint64_t first_wave_ = 0;  ///< number of waves_.front()
  std::size_t num_waiting_ = 0;
  std::map<uint64_t, Batch> batches_;
  uint64_t next_batch_ = 0;
  std::optional<VerificationRow> verification_;
};

}  // namespace

std::unique_ptr<Workers> make_dispatcher(std::unique_ptr<WorkerLinks> links, std::string identity,
                                         int trials_at_once) {
  return std::make_unique<Dispatcher>(std::move(links), std::move(identity), trials_at_once);
}

}  // namespace faultwave::campaign
