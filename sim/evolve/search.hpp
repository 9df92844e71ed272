// The whole search: islands on all cores, checkpoints, progress.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "evolve/island.hpp"
#include "netlist/netlist.hpp"

namespace faultwave::evolve {

/// What an evolution minimises, and for how long.
struct SearchSettings {
  Target target;
  uint64_t seed = 1;
  int num_islands = 2;
  int num_offspring = 4;
  /// Generations of every island; rounded up to whole epochs. 0: until the budget is used up.
  uint64_t generations = 0;
  /// Seconds, over all interruptions; checked between epochs. 0: no limit. One of the two is set.
  double budget_seconds = 0;
  /// Threads; results do not depend on it.
  int num_threads = 1;
  /// Where the state is kept while the search runs; empty: nowhere.
  std::filesystem::path checkpoint;
  /// Least time between two checkpoints.
  double checkpoint_seconds = 5;
};

/// Generations between exchanges of islands, checkpoints and looks at the clock.
uint64_t epoch_generations(Objective objective);

/// How far an evolution has come.
struct SearchProgress {
  uint64_t generation = 0;
  double seconds = 0;
  uint64_t num_evaluated = 0;  ///< candidates whose error was evaluated, since the last start
  uint64_t best_cost = 0;
};

/// The best multiplier of an evolution.
struct SearchResult {
  netlist::Netlist netlist;
  uint64_t cost = 0;
  uint64_t generations = 0;  ///< with the same settings, `generations` set to it gives this again
  double seconds = 0;
  bool is_resumed = false;
};

/// Evolves from `start`. The result is a function of the start, the target, the seed, the numbers
/// of islands, offspring and generations only. A checkpoint of the same settings is taken up;
/// InputError when it is of others or damaged. It is removed at the end. UsageError when the start
/// breaks a limit.
SearchResult search(const netlist::Netlist& start, const GateCosts& costs,
                    const SearchSettings& settings, const std::string& name,
                    const std::function<void(const SearchProgress&)>& on_epoch = {});

}  // namespace faultwave::evolve
