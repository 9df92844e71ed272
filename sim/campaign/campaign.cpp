#include "campaign/campaign.hpp"

#include <algorithm>
#include <chrono>
#include <deque>
#include <map>
#include <optional>
#include <set>

#include "base/error.hpp"
#include "base/progress.hpp"
#include "base/rng.hpp"
#include "base/version.hpp"
#include "campaign/cell_inputs.hpp"
#include "campaign/critical_tally.hpp"
#include "campaign/results_store.hpp"

namespace faultwave::campaign {
namespace {

using Clock = std::chrono::steady_clock;

/// A wave is committed as a whole: what a killed campaign may lose.
constexpr double kWaveSeconds = 1.0;
constexpr uint64_t kFirstWave = 16;
constexpr uint64_t kMaxWave = 16'384;
constexpr double kLogSeconds = 30;
/// Stream of the campaign's seed that draws what is verified.
constexpr uint64_t kVerificationStream = 2;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

std::string stop_note(std::size_t cell) { return fmt::format("stopped_after.{}", cell); }

class CampaignRun {
 public:
  CampaignRun(const CampaignConfig& config, const CampaignPlan& plan, Workers& workers,
              const CampaignOptions& options, const std::atomic<bool>& interrupt)
      : config_(config),
        plan_(plan),
        workers_(workers),
        options_(options),
        interrupt_(interrupt),
        store_(open_store()) {
    const auto finished = store_.finished_trials();
    finished_.insert(finished.begin(), finished.end());
    choose_verifications();
  }

  CampaignSummary run() {
    summary_.planned =
        (plan_.num_trials() + options_.num_shards - 1 - options_.shard) / options_.num_shards;
    summary_.finished = finished_.size();
    progress_.emplace("campaign", summary_.planned);
    progress_->advance(summary_.finished);
    start_ = last_log_ = Clock::now();
    for (std::size_t cell = 0; cell < plan_.num_cells() && !interrupt_; ++cell) run_cell(cell);
    summary_.seconds = seconds_since(start_);
    summary_.interrupted = interrupt_;
    return summary_;
  }

 private:
  ResultsStore open_store() const {
    CampaignInfo info;
    info.name = config_.name;
    info.config = config_.text;
    info.seed = config_.seed;
    info.version = version();
    info.revision = git_revision();
    info.plan_sha256 = plan_.sha256();
    info.num_trials = plan_.num_trials();
    if (plan_.population() > 0) info.population = plan_.population();
    if (options_.resume && std::filesystem::exists(options_.results)) {
      return ResultsStore::open_for_resume(options_.results, info);
    }
    return ResultsStore::create(options_.results, info);
  }

  /// Cases are drawn from the whole plan, so that they do not depend on shards.
  void choose_verifications() {
    const CounterRng mitigation(config_.seed, kVerificationStream);
    const auto wanted = static_cast<uint64_t>(options_.num_verifications);
    for (uint64_t i = 0; i < std::min(wanted, plan_.num_trials()); ++i) {
      const auto trial = trial_to_verify(i);
      if (!trial || *trial % options_.num_shards != options_.shard) continue;
      // Gate-level cells are what others are verified against.
      if (config_.cells[plan_.spec(*trial).cell].engine == driver::Engine::kGate) continue;
      to_verify_.emplace(*trial, mitigation.at(i));
    }
    for (const auto& done : store_.verifications()) {
      if (done.agrees) to_verify_.erase(done.trial);
    }
  }

  /// The i-th case: any trial of the plan; with a stop rule one that is sure to run, of one cell
  /// after the other.
  std::optional<uint64_t> trial_to_verify(uint64_t i) const {
    const uint64_t cell = config_.stop ? i % plan_.num_cells() : 0;
    const uint64_t index = config_.stop ? i / plan_.num_cells() : i;
    const uint64_t first = plan_.first_trial(cell);
    uint64_t size = plan_.num_trials();
    if (config_.stop) {
      size = std::min(plan_.first_trial(cell + 1) - first,
                      static_cast<uint64_t>(config_.stop->check_every));
    }
    if (index >= size) return std::nullopt;
    return first + Permutation(size, config_.seed, kVerificationStream + cell).at(index);
  }

  /// Trials of this shard in [begin, end) that the file lacks.
  std::vector<uint64_t> missing(uint64_t begin, uint64_t end) const {
    std::vector<uint64_t> trials;
    for (uint64_t trial = begin; trial < end; ++trial) {
      if (trial % options_.num_shards != options_.shard || finished_.count(trial) != 0) continue;
      trials.push_back(trial);
    }
    return trials;
  }

  void run_cell(std::size_t cell) {
    const uint64_t begin = plan_.first_trial(cell);
    const uint64_t end = plan_.first_trial(cell + 1);
    const auto notes = store_.notes();
    const auto stopped = notes.find(stop_note(cell));
    const bool is_done = stopped != notes.end() || missing(begin, end).empty();
    const auto owed = unverified(begin, end);
    if (stopped != notes.end()) skip(cell, begin + std::stoull(stopped->second));
    if (is_done && owed.empty()) return;
    const CellRow row = workers_.enter(cell);
    store_.add_cells({&row, 1});
    std::vector<StratumRow> strata;
    for (const auto& stratum : plan_.strata()) {
      if (stratum.cell == row.cell) strata.push_back(stratum);
    }
    store_.add_strata(strata);
    store_.add_faults(plan_.fault_rows(cell));
    CriticalTally tally(row, config_.critical_points);
    for (const auto& stratum : strata) tally.set_population(stratum.stratum, stratum.population);
    verify(owed);
    if (is_done) return;
    for (uint64_t from = begin; from < end && !interrupt_;) {
      uint64_t to = end;
      if (config_.stop) {
        to = std::min(end, from + static_cast<uint64_t>(config_.stop->check_every));
      }
      if (!run_range(from, to, tally)) return;
      from = to;
      if (config_.stop && from < end && is_narrow_enough(tally)) {
        store_.set_note(stop_note(cell), std::to_string(from - begin));
        return skip(cell, from);
      }
    }
  }

  bool is_narrow_enough(const CriticalTally& tally) const {
    return tally.estimate(config_.stop->confidence).interval.half_width() <=
           config_.stop->half_width;
  }

  void skip(std::size_t cell, uint64_t from) {
    const auto num_skipped = missing(from, plan_.first_trial(cell + 1)).size();
    summary_.skipped += num_skipped;
    progress_->advance(num_skipped);
  }

  /// False when interrupted.
  bool run_range(uint64_t begin, uint64_t end, CriticalTally& tally) {
    for (auto done = finished_.lower_bound(begin); done != finished_.end() && *done < end; ++done) {
      tally.add(*store_.trial(*done));
    }
    const auto trials = missing(begin, end);
    std::size_t next = 0;
    std::deque<std::vector<TrialSpec>> waves;
    const auto submit = [&] {
      while (next < trials.size() &&
             waves.size() < static_cast<std::size_t>(workers_.max_waves())) {
        const auto size = std::min<std::size_t>(
            trials.size() - next,
            std::max(wave_size_, static_cast<uint64_t>(workers_.parallelism())));
        std::vector<TrialSpec> specs;
        for (std::size_t i = next; i < next + size; ++i) specs.push_back(plan_.spec(trials[i]));
        next += size;
        workers_.submit(specs);
        waves.push_back(std::move(specs));
      }
    };
    auto wave_start = Clock::now();
    bool was_verifying = false;
    submit();
    while (!waves.empty()) {
      if (interrupt_) return false;
      const auto records = workers_.collect(interrupt_);
      if (records.empty()) return false;
      if (!was_verifying) adapt_wave(seconds_since(wave_start));
      wave_start = Clock::now();
      const auto specs = std::move(waves.front());
      waves.pop_front();
      submit();
      store_.commit(records);
      for (const auto& record : records) tally.add(record);
      summary_.finished += records.size();
      summary_.ran += records.size();
      report(tally, records.size());
      was_verifying = verify(specs);
    }
    return true;
  }

  void adapt_wave(double seconds) {
    if (seconds < kWaveSeconds / 2) wave_size_ = std::min(kMaxWave, 2 * wave_size_);
    if (seconds > 2 * kWaveSeconds) wave_size_ = std::max<uint64_t>(1, wave_size_ / 2);
  }

  void report(const CriticalTally& tally, uint64_t trials) {
    const double confidence = config_.stop ? config_.stop->confidence : 0.95;
    const auto critical = tally.estimate(confidence);
    const double rate = static_cast<double>(summary_.ran) / std::max(1e-9, seconds_since(start_));
    const auto text = fmt::format("{:.4g} trials/s, critical {:.1f} % [{:.1f}, {:.1f}]", rate,
                                  100 * critical.value, 100 * critical.interval.lower,
                                  100 * critical.interval.upper);
    progress_->set_label(text);
    progress_->advance(trials);
    if (seconds_since(last_log_) < kLogSeconds) return;
    last_log_ = Clock::now();
    log_line(fmt::format("{} of {} trials, {}", summary_.finished, summary_.planned, text));
  }

  /// Cases whose trials are in the file from before: a killed campaign owes their verification, and
  /// one that found a difference has to show that it is gone.
  std::vector<TrialSpec> unverified(uint64_t begin, uint64_t end) const {
    std::vector<TrialSpec> specs;
    for (auto it = to_verify_.lower_bound(begin); it != to_verify_.end() && it->first < end; ++it) {
      if (finished_.count(it->first) != 0) specs.push_back(plan_.spec(it->first));
    }
    return specs;
  }

  /// Whether there was something to verify.
  bool verify(std::span<const TrialSpec> specs) {
    const int64_t before = summary_.verified;
    for (const auto& spec : specs) {
      const auto chosen = to_verify_.find(spec.trial);
      if (chosen == to_verify_.end() || interrupt_) continue;
      const auto names = mitigations_of(config_.cells[spec.cell]);
      const auto& mitigation = names[chosen->second % names.size()];
      to_verify_.erase(chosen);
      const auto row = workers_.verify(spec, mitigation, config_.verify_images);
      store_.add_verifications({&row, 1});
      ++summary_.verified;
      if (row.agrees) continue;
      throw CheckError(fmt::format(
          "the table engine and the gate level disagree on trial {} ({}) of {}\n  fix: please "
          "report this with the results file, whose table 'verification' has the case",
          spec.trial, mitigation, options_.results.string()));
    }
    return summary_.verified > before;
  }

  const CampaignConfig& config_;
  const CampaignPlan& plan_;
  Workers& workers_;
  const CampaignOptions& options_;
  const std::atomic<bool>& interrupt_;
  ResultsStore store_;
  std::set<uint64_t> finished_;
  std::map<uint64_t, uint64_t> to_verify_;  ///< trial, and what draws the mitigation
  CampaignSummary summary_;
  std::optional<Progress> progress_;
  Clock::time_point start_;
  Clock::time_point last_log_;
  uint64_t wave_size_ = kFirstWave;
};

}  // namespace

std::vector<CellFacts> all_cell_facts(const CampaignConfig& config) {
  Progress progress("plan", config.cells.size());
  std::vector<CellFacts> facts;
  for (std::size_t cell = 0; cell < config.cells.size(); ++cell) {
    facts.push_back(cell_facts(config, cell));
    progress.advance();
  }
  return facts;
}

CampaignSummary run_campaign(const CampaignConfig& config, const CampaignPlan& plan,
                             Workers& workers, const CampaignOptions& options,
                             const std::atomic<bool>& interrupt) {
  if (config.stop && options.num_shards > 1) {
    throw UsageError(
        "'stop' needs all trials in one place\n  fix: no --shard, or no campaign.stop");
  }
  return CampaignRun(config, plan, workers, options, interrupt).run();
}

}  // namespace faultwave::campaign
