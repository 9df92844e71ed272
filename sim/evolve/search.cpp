#include "evolve/search.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>

#include "base/sha256.hpp"
#include "evolve/checkpoint.hpp"
#include "netlist/verilog_writer.hpp"

namespace faultwave::evolve {
namespace {

using Clock = std::chrono::steady_clock;
constexpr double kSpareFrac = 0.5;
/// Every so many epochs the best island's genome replaces the worst's.
constexpr uint64_t kEpochsPerExchange = 8;

std::string settings_text(const netlist::Netlist& start, const GateCosts& costs,
                          const SearchSettings& settings) {
  const Target& target = settings.target;
  std::string text = fmt::format(
      "{} <= {}, {}, {}, area limit {}, seed {}, islands {}, offspring {}, start {}, costs",
      to_string(target.metric), target.limit, target.is_signed ? "signed" : "unsigned",
      to_string(target.objective), target.area_limit, settings.seed, settings.num_islands,
      settings.num_offspring, sha256_hex(netlist::write_scalar_verilog(start)).substr(0, 16));
  for (const uint32_t cost : costs) text += fmt::format(" {}", cost);
  return text;
}

class Search {
 public:
  Search(const netlist::Netlist& start, const GateCosts& costs, const SearchSettings& settings)
      : settings_(settings),
        costs_(costs),
        text_(settings_text(start, costs, settings)),
        epoch_(epoch_generations(settings.target.objective)) {
    FAULTWAVE_CHECK(settings.num_islands > 0 && settings.num_islands < 65536);
    FAULTWAVE_CHECK(settings.num_offspring > 0 && settings.num_threads > 0);
    FAULTWAVE_CHECK(settings.generations > 0 || settings.budget_seconds > 0);
    const Genome genome = to_genome(start, kSpareFrac);
    for (int i = 0; i < settings.num_islands; ++i) {
      islands_.push_back(std::make_unique<Island>(static_cast<uint32_t>(i), settings.seed,
                                                  settings.num_offspring, settings.target, costs));
    }
    std::optional<Checkpoint> checkpoint;
    if (!settings.checkpoint.empty()) {
      checkpoint = read_checkpoint(settings.checkpoint, text_, islands_.size());
    }
    for (std::size_t i = 0; i < islands_.size(); ++i) {
      islands_[i]->settle(checkpoint ? checkpoint->islands[i] : genome);
    }
    if (checkpoint) {
      generation_ = checkpoint->generation;
      seconds_before_ = checkpoint->seconds;
      is_resumed_ = true;
    }
  }

  void run(const std::function<void(const SearchProgress&)>& on_epoch) {
    while (!is_done()) {
      run_epoch();
      generation_ += epoch_;
      if (generation_ / epoch_ % kEpochsPerExchange == 0) exchange();
      if (on_epoch) on_epoch(progress());
      if (!settings_.checkpoint.empty() &&
          since(last_checkpoint_) >= settings_.checkpoint_seconds) {
        checkpoint();
      }
    }
    if (!settings_.checkpoint.empty()) std::filesystem::remove(settings_.checkpoint);
  }

  SearchResult result(const std::string& name) const {
    Decoder decoder(costs_);
    SearchResult result;
    result.netlist = to_netlist(decoder.decode(best().genome()), name, settings_.target.is_signed);
    result.cost = best().cost();
    result.generations = generation_;
    result.seconds = seconds();
    result.is_resumed = is_resumed_;
    return result;
  }

 private:
  static double since(Clock::time_point then) {
    return std::chrono::duration<double>(Clock::now() - then).count();
  }
  double seconds() const { return seconds_before_ + since(start_); }

  bool is_done() const {
    return (settings_.generations > 0 && generation_ >= settings_.generations) ||
           (settings_.budget_seconds > 0 && seconds() >= settings_.budget_seconds);
  }

  void run_epoch() {
    std::atomic<std::size_t> next{0};
    std::exception_ptr failure;
    std::mutex mutex;
    const auto work = [&] {
      for (std::size_t i = next++; i < islands_.size(); i = next++) {
        try {
          islands_[i]->run(generation_, generation_ + epoch_);
        } catch (...) {
          const std::lock_guard lock(mutex);
          failure = std::current_exception();
        }
      }
    };
    const auto num_threads =
        std::min(islands_.size(), static_cast<std::size_t>(settings_.num_threads));
    {
      std::vector<std::jthread> threads;
      for (std::size_t i = 1; i < num_threads; ++i) threads.emplace_back(work);
      work();
    }
    if (failure) std::rethrow_exception(failure);
  }

  const Island& best() const {
    return **std::min_element(islands_.begin(), islands_.end(),
                              [](const auto& x, const auto& y) { return x->cost() < y->cost(); });
  }

  void exchange() {
    auto& worst =
        **std::max_element(islands_.begin(), islands_.end(),
                           [](const auto& x, const auto& y) { return x->cost() < y->cost(); });
    if (worst.cost() > best().cost()) worst.settle(Genome(best().genome()));
  }

  SearchProgress progress() const {
    SearchProgress progress;
    progress.generation = generation_;
    progress.seconds = seconds();
    for (const auto& island : islands_) {
      progress.num_evaluated += island->evaluator().num_evaluated();
    }
    progress.best_cost = best().cost();
    return progress;
  }

  void checkpoint() {
    Checkpoint state;
    state.settings = text_;
    state.generation = generation_;
    state.seconds = seconds();
    for (const auto& island : islands_) state.islands.push_back(island->genome());
    write_checkpoint(settings_.checkpoint, state);
    last_checkpoint_ = Clock::now();
  }

  SearchSettings settings_;
  GateCosts costs_;
  std::string text_;
  uint64_t epoch_;
  std::vector<std::unique_ptr<Island>> islands_;
  uint64_t generation_ = 0;
  double seconds_before_ = 0;
  bool is_resumed_ = false;
  Clock::time_point start_ = Clock::now();
  Clock::time_point last_checkpoint_ = start_;
};

}  // namespace

uint64_t epoch_generations(Objective objective) {
  return objective == Objective::kFault ? 50 : 5000;
}

SearchResult search(const netlist::Netlist& start, const GateCosts& costs,
                    const SearchSettings& settings, const std::string& name,
                    const std::function<void(const SearchProgress&)>& on_epoch) {
  Search search(start, costs, settings);
  search.run(on_epoch);
  return search.result(name);
}

}  // namespace faultwave::evolve
