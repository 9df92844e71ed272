#include "evolve/objective.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/suggest.hpp"
#include "evolve/pair_chunks.hpp"
#include "netlist/plane_op.hpp"

namespace faultwave::evolve {
namespace {

constexpr std::array<std::string_view, 4> kMetrics = {"mae", "wce", "mre", "ep"};
constexpr std::array<std::string_view, 3> kObjectives = {"area", "power", "fault"};
constexpr double kPairs = netlist::ProductTable::kSize;
/// Chunks on which a fault-aware candidate must already be good, of 64.
constexpr std::size_t kScreenChunks = 4;
constexpr uint64_t kScreenSlack = 50;  // worse by at most 1 in so many

template <std::size_t N>
std::size_t parse(const std::array<std::string_view, N>& known, std::string_view text,
                  const char* what) {
  const auto found = std::find(known.begin(), known.end(), text);
  if (found == known.end()) {
    throw UsageError(fmt::format(
        "unknown {} '{}'\n  fix: {}", what, text,
        suggestion(std::string(text), std::vector<std::string>(known.begin(), known.end()))));
  }
  return static_cast<std::size_t>(found - known.begin());
}

/// In units of 2^-20 of a mean absolute error.
uint64_t fault_units(const FaultErrorSum& sum) {
  const double units = sum.mean() * 1048576.0;
  return static_cast<uint64_t>(std::llround(units));
}

}  // namespace

std::string_view to_string(Metric metric) { return kMetrics.at(static_cast<std::size_t>(metric)); }
std::string_view to_string(Objective objective) {
  return kObjectives.at(static_cast<std::size_t>(objective));
}
Metric parse_metric(std::string_view text) {
  return static_cast<Metric>(parse(kMetrics, text, "error metric"));
}
Objective parse_objective(std::string_view text) {
  return static_cast<Objective>(parse(kObjectives, text, "objective"));
}

Evaluator::Evaluator(const Target& target, const GateCosts& costs)
    : target_(target), costs_(costs), decoder_(costs) {
  switch (target.metric) {
    case Metric::kMae:
      metric_ = bits::ErrorMetric::kAbsolute;
      limit_ = static_cast<uint64_t>(std::floor(target.limit * kPairs));
      break;
    case Metric::kWce:
      metric_ = bits::ErrorMetric::kBeyond;
      bound_ = static_cast<uint32_t>(std::min(65535.0, std::floor(target.limit)));
      break;
    case Metric::kMre:
      metric_ = bits::ErrorMetric::kWeighted;
      limit_ = static_cast<uint64_t>(std::floor(target.limit / 100 * kPairs * kRelativeScale));
      break;
    case Metric::kEp:
      metric_ = bits::ErrorMetric::kWrong;
      limit_ = static_cast<uint64_t>(std::floor(target.limit / 100 * kPairs));
      break;
  }
  if (bits::PlaneCode::is_available()) code_ = std::make_unique<bits::PlaneCode>();
  set_order(shuffled_order());
  sample_.assign(pairs_.planes.begin(),
                 pairs_.planes.begin() + std::ptrdiff_t{kNumOperands * bits::kChunkWords});
  if (target.objective == Objective::kFault) {
    fault_pairs_ = pairs_;
    faults_.emplace(fault_pairs_);
  }
}

void Evaluator::set_order(const std::vector<uint32_t>& order) {
  pairs_ = make_pair_chunks(order, target_.is_signed, target_.metric == Metric::kMre);
}

bool Evaluator::within_error_limit() {
  bits::ProgramError result;
  if (code_) {
    code_->compile(decoder_.program());
    result = bits::run_program(*code_, pairs_, metric_, bound_, limit_);
  } else {
    result = run_sorted(limit_, nullptr);
  }
  ++num_evaluated_;
  num_chunks_ += result.num_chunks;
  return result.within;
}

bits::ProgramError Evaluator::run_sorted(uint64_t limit, uint32_t* ones) {
  const auto& program = decoder_.sorted_program();
  slots_.resize(std::max(slots_.size(), program.num_slots * bits::kChunkWords));
  return bits::run_program(program, pairs_, metric_, bound_, limit, slots_.data(), ones);
}

std::optional<uint64_t> Evaluator::cost(const Genome& genome, uint64_t at_most) {
  if (target_.objective == Objective::kFault) return fault_cost(genome, at_most);
  const Circuit& circuit = decoder_.decode(genome);
  if (target_.objective == Objective::kArea) {
    if (circuit.area > at_most || !within_error_limit()) return std::nullopt;
    return circuit.area;
  }
  // Most candidates break the error limit: counting ones waits for those that do not.
  if (!within_error_limit()) return std::nullopt;
  ones_.assign(circuit.gates.size(), 0);
  constexpr auto kNoLimit = std::numeric_limits<uint64_t>::max();
  run_sorted(kNoLimit, ones_.data());
  uint64_t switched = 0;
  for (std::size_t g = 0; g < circuit.gates.size(); ++g) {
    const uint64_t n = ones_[g];
    const uint64_t toggles = 2 * n * (uint64_t{netlist::ProductTable::kSize} - n);  // * 2^-32
    switched += (costs_[static_cast<std::size_t>(circuit.gates[g].kind)] * toggles) >> 20;
  }
  switched >>= 12;
  return switched <= at_most ? std::optional(switched) : std::nullopt;
}

std::optional<uint64_t> Evaluator::fault_cost(const Genome& genome, uint64_t at_most) {
  const Circuit& circuit = decoder_.decode(genome);
  if (target_.area_limit > 0 && circuit.area > target_.area_limit) return std::nullopt;
  if (!within_error_limit()) return std::nullopt;
  decoder_.sorted_program();  // runs of equal gates make fault simulation fast
  if (at_most != std::numeric_limits<uint64_t>::max()) {
    const uint64_t screened = fault_units(faults_->evaluate(circuit, kScreenChunks));
    if (screened > at_most + at_most / kScreenSlack) return std::nullopt;
  }
  const uint64_t units = fault_units(faults_->evaluate(circuit, fault_pairs_.num_chunks));
  return units <= at_most ? std::optional(units) : std::nullopt;
}

const Circuit& Evaluator::signals(const Genome& genome, std::vector<uint64_t>& planes) {
  const Circuit& circuit = decoder_.decode(genome);
  const auto plane = [&planes](Value value) { return planes.data() + value * bits::kChunkWords; };
  planes.resize((kNumOperands + genome.nodes.size()) * bits::kChunkWords);
  std::copy(sample_.begin(), sample_.end(), planes.begin());
  for (const auto& gate : circuit.gates) {
    bits::apply(netlist::plane_op(gate.kind), plane(gate.y), plane(gate.a), plane(gate.b), nullptr,
                bits::kChunkWords);
  }
  return circuit;
}

}  // namespace faultwave::evolve
