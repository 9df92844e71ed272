#include "evolve/island.hpp"

#include <algorithm>
#include <bit>
#include <limits>

#include "evolve/pair_chunks.hpp"
#include "netlist/evaluate.hpp"

namespace faultwave::evolve {
namespace {

constexpr auto kAnyCost = std::numeric_limits<uint64_t>::max();
/// Random values that a similar one is picked from.
constexpr int kTournament = 12;
/// A genome is packed anew when it has more nodes than this per active one.
constexpr std::size_t kMaxNodesPerGate = 3;
constexpr double kSpareFrac = 0.5;

}  // namespace

Island::Island(uint32_t number, uint64_t seed, int num_offspring, const Target& target,
               const GateCosts& costs)
    : number_(number),
      seed_(seed),
      num_offspring_(num_offspring),
      target_(target),
      costs_(costs),
      evaluator_(target, costs) {}

void Island::settle(const Genome& genome) {
  const auto cost = evaluator_.cost(genome, kAnyCost);
  if (!cost) {
    throw UsageError(
        "the seed netlist breaks the error or area limit\n"
        "  fix: raise the limit, or start from a circuit that keeps to it (--seed-netlist)");
  }
  parent_ = genome;
  cost_ = *cost;
}

void Island::prepare() {
  Decoder decoder(costs_);
  const Circuit& circuit = decoder.decode(parent_);
  const auto netlist = to_netlist(circuit, "parent", target_.is_signed);
  if (parent_.nodes.size() > kMaxNodesPerGate * circuit.gates.size() + kNumOperands) {
    parent_ = to_genome(netlist, kSpareFrac);
  }
  evaluator_.set_order(worst_first_order(netlist::product_table(netlist)));
  mark_active(parent_, active_);
  signals_are_fresh_ = false;
}

void Island::refresh_signals() {
  if (signals_are_fresh_) return;
  gates_ = evaluator_.signals(parent_, planes_).gates;
  signals_are_fresh_ = true;
}

Island::Similar Island::similar(Value to, std::size_t gate, CounterRng& rng) const {
  const auto plane = [this](Value value) { return planes_.data() + value * bits::kChunkWords; };
  Similar best{kZero, false};
  int best_distance = std::numeric_limits<int>::max();
  for (int i = 0; i < kTournament; ++i) {
    const auto drawn = static_cast<std::size_t>(rng.below(kNumOperands + gate));
    const Value value =
        drawn < kNumOperands ? static_cast<Value>(drawn) : gates_[drawn - kNumOperands].y;
    if (value == to) continue;
    int distance = 0;
    for (std::size_t w = 0; w < bits::kChunkWords; ++w) {
      distance += std::popcount(plane(value)[w] ^ plane(to)[w]);
    }
    const int inverse_distance = static_cast<int>(bits::kChunkPairs) - distance;
    if (std::min(distance, inverse_distance) < best_distance) {
      best_distance = std::min(distance, inverse_distance);
      best = {value, inverse_distance < distance};
    }
  }
  int ones = 0;
  for (std::size_t w = 0; w < bits::kChunkWords; ++w) ones += std::popcount(plane(to)[w]);
  const int zeros = static_cast<int>(bits::kChunkPairs) - ones;
  if (std::min(ones, zeros) < best_distance) best = {kZero, zeros < ones};
  return best;
}

void Island::replace_gate(Genome& genome, CounterRng& rng) {
  using netlist::GateKind;
  const auto index = static_cast<std::size_t>(rng.below(gates_.size()));
  const Value y = gates_[index].y;
  const auto [value, inverted] = similar(y, index, rng);
  Node& node = genome.nodes[y - kNumOperands];
  if (value == kZero) {
    node.kind = inverted ? GateKind::kConst1 : GateKind::kConst0;
  } else {
    node = {inverted ? GateKind::kNot : GateKind::kBuf, value, value};
  }
}

void Island::rewire_pin(Genome& genome, CounterRng& rng) {
  const auto index = static_cast<std::size_t>(rng.below(gates_.size()));
  const Circuit::Gate& gate = gates_[index];
  const bool is_first = rng.below(2) == 0;
  const auto [value, inverted] = similar(is_first ? gate.a : gate.b, index, rng);
  if (value == kZero || netlist::num_inputs(gate.kind) < 2) return replace_gate(genome, rng);
  Node& node = genome.nodes[gate.y - kNumOperands];
  node = {gate.kind, is_first ? value : gate.a, is_first ? gate.b : value};
  if (!inverted) return;
  // The inversion goes into the gate when there is a kind for it.
  using netlist::GateKind;
  switch (gate.kind) {
    case GateKind::kXor:
      node.kind = GateKind::kXnor;
      break;
    case GateKind::kXnor:
      node.kind = GateKind::kXor;
      break;
    case GateKind::kAnd:
      node.kind = GateKind::kAndNot;
      if (is_first) std::swap(node.a, node.b);
      break;
    case GateKind::kOr:
      node.kind = GateKind::kOrNot;
      if (is_first) std::swap(node.a, node.b);
      break;
    case GateKind::kAndNot:
      node.kind = is_first ? GateKind::kNor : GateKind::kAnd;
      break;
    case GateKind::kOrNot:
      node.kind = is_first ? GateKind::kNand : GateKind::kOr;
      break;
    case GateKind::kNand:  // !(!v & b) = v | !b
      node.kind = GateKind::kOrNot;
      if (!is_first) std::swap(node.a, node.b);
      break;
    case GateKind::kNor:  // !(!v | b) = v & !b
      node.kind = GateKind::kAndNot;
      if (!is_first) std::swap(node.a, node.b);
      break;
    default:
      break;
  }
}

void Island::vary(Genome& genome, CounterRng& rng) {
  const uint64_t choice = rng.below(8);
  if (choice >= 4 && !gates_.empty()) {
    choice >= 6 ? replace_gate(genome, rng) : rewire_pin(genome, rng);
    return;
  }
  int num_active = 1;
  while (num_active < 5 && rng.below(2) == 0) ++num_active;
  mutate(genome, active_, num_active, rng);
}

void Island::run(uint64_t begin, uint64_t end) {
  prepare();
  for (uint64_t generation = begin; generation < end; ++generation) {
    CounterRng rng(seed_, (uint64_t{number_} << 48) | generation);
    refresh_signals();
    uint64_t best_cost = cost_;
    bool is_taken = false;
    for (int i = 0; i < num_offspring_; ++i) {
      offspring_ = parent_;
      vary(offspring_, rng);
      const auto cost = evaluator_.cost(offspring_, best_cost);
      if (!cost) continue;
      best_cost = *cost;
      std::swap(best_offspring_, offspring_);
      is_taken = true;
    }
    if (!is_taken) continue;
    std::swap(parent_, best_offspring_);
    cost_ = best_cost;
    mark_active(parent_, active_);
    signals_are_fresh_ = false;
  }
}

}  // namespace faultwave::evolve
