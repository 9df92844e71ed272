// One population of the search: a (1 + lambda) evolution strategy with neutral drift.
#pragma once

#include <cstdint>
#include <vector>

#include "evolve/objective.hpp"

namespace faultwave::evolve {

/// Its state between epochs is its genome and cost: the next epoch is a function of them, the seed,
/// the island's number and the generation.
class Island {
 public:
  /// InputError when the start breaks a constraint of the target.
  Island(uint32_t number, uint64_t seed, int num_offspring, const Target& target,
         const GateCosts& costs);

  /// Takes over a genome; UsageError when it breaks a constraint of the target.
  void settle(const Genome& genome);
  /// Generations begin to end - 1. The best offspring takes the parent's place unless it is worse.
  void run(uint64_t begin, uint64_t end);

  const Genome& genome() const { return parent_; }
  uint64_t cost() const { return cost_; }
  const Evaluator& evaluator() const { return evaluator_; }

 private:
  void prepare();
  void refresh_signals();
  void vary(Genome& genome, CounterRng& rng);
  /// A gate becomes a wire or inverter of a similar signal before it.
  void replace_gate(Genome& genome, CounterRng& rng);
  /// An input of a gate is moved to a similar signal before it.
  void rewire_pin(Genome& genome, CounterRng& rng);

  struct Similar {
    Value value;
    bool inverted;
  };
  /// The most similar of a few random values before gate `gate` of the circuit.
  Similar similar(Value to, std::size_t gate, CounterRng& rng) const;

  uint32_t number_;
  uint64_t seed_;
  int num_offspring_;
  Target target_;
  GateCosts costs_;
  Evaluator evaluator_;
  Genome parent_;
  Genome offspring_;
  Genome best_offspring_;
  uint64_t cost_ = 0;
  std::vector<uint8_t> active_;
  bool signals_are_fresh_ = false;
  std::vector<Circuit::Gate> gates_;
  std::vector<uint64_t> planes_;
};

}  // namespace faultwave::evolve
