#include "evolve/fault_error.hpp"

#include <algorithm>

#include "netlist/plane_op.hpp"

namespace faultwave::evolve {
namespace {

constexpr std::size_t kNumSources = bits::kFirstFreeSlot;  // that are no gates

/// What is left of a gate when one input is constant.
struct Remainder {
  enum Kind { kConstant, kSame, kInverse } kind;
  bool value = false;  // of the constant
};

Remainder remainder(netlist::GateKind kind, int pin, bool value) {
  const bits::PlaneOp op = netlist::plane_op(kind);
  const auto evaluate = [&](bool other) {
    const bool a = pin == 0 ? value : other;
    const bool b = pin == 0 ? other : value;
    switch (op) {
      case bits::PlaneOp::kAnd:
        return a && b;
      case bits::PlaneOp::kNand:
        return !(a && b);
      case bits::PlaneOp::kOr:
        return a || b;
      case bits::PlaneOp::kNor:
        return !(a || b);
      case bits::PlaneOp::kXor:
        return a != b;
      case bits::PlaneOp::kXnor:
        return a == b;
      case bits::PlaneOp::kAndNot:
        return a && !b;
      case bits::PlaneOp::kOrNot:
        return a || !b;
      case bits::PlaneOp::kNot:
        return !a;
      default:
        throw InternalError("circuits have gates of two inputs");
    }
  };
  const bool low = evaluate(false);
  const bool high = evaluate(true);
  if (low == high) return {Remainder::kConstant, low};
  return {high ? Remainder::kSame : Remainder::kInverse};
}

int num_pins(const Circuit::Gate& gate) { return netlist::num_inputs(gate.kind); }

}  // namespace

void FaultErrorEvaluator::number(const Circuit& circuit) {
  const std::size_t num_gates = circuit.gates.size();
  Value highest = kNumOperands;
  for (const auto& gate : circuit.gates) highest = std::max(highest, gate.y);
  source_of_.resize(std::size_t{highest} + 1);
  for (Value i = 0; i < kNumOperands; ++i) source_of_[i] = i;
  a_.resize(num_gates);
  b_.resize(num_gates);
  fanout_.assign(kNumSources + num_gates, 0);
  only_reader_.assign(kNumSources + num_gates, -1);
  golden_steps_.resize(num_gates);
  const auto read = [this](uint16_t source, int32_t gate) {
    only_reader_[source] = fanout_[source]++ == 0 ? gate : -1;
  };
  for (std::size_t g = 0; g < num_gates; ++g) {
    const auto& gate = circuit.gates[g];
    a_[g] = source_of_[gate.a];
    b_[g] = source_of_[gate.b];
    source_of_[gate.y] = static_cast<uint16_t>(kNumSources + g);
    read(a_[g], static_cast<int32_t>(g));
    if (num_pins(gate) > 1) read(b_[g], static_cast<int32_t>(g));
    golden_steps_[g] = {netlist::plane_op(gate.kind), source_of_[gate.y], a_[g], b_[g]};
  }
  for (std::size_t bit = 0; bit < 16; ++bit) {
    const Value output = circuit.outputs[bit];
    outputs_[bit] = output == kZero  ? bits::kZeroSlot
                    : output == kOne ? bits::kOneSlot
                                     : source_of_[output];
    read(outputs_[bit], -1);
  }
}

FaultErrorEvaluator::Cone FaultErrorEvaluator::cone_of(const Circuit& circuit, std::size_t source) {
  const std::size_t num_gates = circuit.gates.size();
  // Faulty planes lie behind the golden ones: an operand's or constant's in a gate's stead.
  const auto faulty = [num_gates](std::size_t s) {
    return static_cast<uint16_t>(kNumSources + num_gates + s);
  };
  Cone cone;
  cone.begin = static_cast<uint32_t>(cone_steps_.size());
  changed_.assign(kNumSources + num_gates, 0);
  changed_[source] = 1;
  const std::size_t first = source < kNumSources ? 0 : source - kNumSources + 1;
  for (std::size_t g = first; g < num_gates; ++g) {
    const bool a = changed_[a_[g]] != 0;
    const bool b = changed_[b_[g]] != 0;
    if (!a && !b) continue;
    changed_[kNumSources + g] = 1;
    cone_steps_.push_back({golden_steps_[g].op, faulty(kNumSources + g), a ? faulty(a_[g]) : a_[g],
                           b ? faulty(b_[g]) : b_[g]});
  }
  cone.end = static_cast<uint32_t>(cone_steps_.size());
  for (std::size_t bit = 0; bit < 16; ++bit) {
    const uint16_t output = outputs_[bit];
    cone.outputs[bit] = changed_[output] != 0 ? faulty(output) : output;
  }
  return cone;
}

uint64_t FaultErrorEvaluator::run_cone(std::size_t source, const bits::PlaneStep& first,
                                       std::size_t chunk) {
  const Cone& cone = cones_[source];
  bits::run_steps(&first, 1, slots_.data());
  bits::run_steps(cone_steps_.data() + cone.begin, cone.end - cone.begin, slots_.data());
  return bits::absolute_error(cone.outputs, pairs_, chunk, slots_.data());
}

uint64_t FaultErrorEvaluator::chunk_total(const Circuit& circuit, std::size_t chunk) {
  const std::size_t num_gates = circuit.gates.size();
  const auto faulty = [num_gates](std::size_t s) {
    return static_cast<uint16_t>(kNumSources + num_gates + s);
  };
  bits::load_chunk(pairs_, chunk, slots_.data());
  bits::run_steps(golden_steps_.data(), num_gates, slots_.data());
  uint64_t total = 0;
  for (std::size_t source = kNumSources + num_gates; source-- > 0;) {
    const bool is_constant = source == bits::kZeroSlot || source == bits::kOneSlot;
    if (is_constant && fanout_[source] == 0) continue;  // the netlist has no such net
    for (const bool value : {false, true}) {
      uint64_t& sum = stuck_[source][value ? 1 : 0];
      const int32_t reader = only_reader_[source];
      if (reader >= 0) {
        const auto index = static_cast<std::size_t>(reader);
        const auto rest = remainder(circuit.gates[index].kind, a_[index] == source ? 0 : 1, value);
        if (rest.kind == Remainder::kConstant) {
          sum = stuck_[kNumSources + index][rest.value ? 1 : 0];
          total += sum;
          continue;
        }
      }
      const uint16_t constant = value ? bits::kOneSlot : bits::kZeroSlot;
      sum = run_cone(source, {bits::PlaneOp::kCopy, faulty(source), constant, constant}, chunk);
      total += sum;
    }
    if (source < kNumSources) continue;
    // Branches into this gate.
    const std::size_t g = source - kNumSources;
    for (int pin = 0; pin < num_pins(circuit.gates[g]); ++pin) {
      if (fanout_[pin == 0 ? a_[g] : b_[g]] < 2) continue;
      for (const bool value : {false, true}) {
        const auto rest = remainder(circuit.gates[g].kind, pin, value);
        if (rest.kind == Remainder::kConstant) {
          total += stuck_[source][rest.value ? 1 : 0];
          continue;
        }
        const uint16_t other = pin == 0 ? b_[g] : a_[g];
        const auto op = rest.kind == Remainder::kSame ? bits::PlaneOp::kCopy : bits::PlaneOp::kNot;
        total += run_cone(source, {op, faulty(source), other, other}, chunk);
      }
    }
  }
  return total;
}

FaultErrorSum FaultErrorEvaluator::evaluate(const Circuit& circuit, std::size_t num_chunks) {
  const std::size_t num_gates = circuit.gates.size();
  const std::size_t num_sources = kNumSources + num_gates;
  number(circuit);
  cones_.clear();
  cone_steps_.clear();
  for (std::size_t source = 0; source < num_sources; ++source) {
    cones_.push_back(cone_of(circuit, source));
  }
  slots_.resize(2 * num_sources * bits::kChunkWords);
  stuck_.resize(num_sources);
  FaultErrorSum sum;
  num_chunks = std::min(num_chunks, pairs_.num_chunks);
  for (std::size_t chunk = 0; chunk < num_chunks; ++chunk) {
    sum.total += chunk_total(circuit, chunk);
  }
  sum.num_pairs = num_chunks * bits::kChunkPairs;
  for (std::size_t source = 0; source < num_sources; ++source) {
    const bool is_constant = source == bits::kZeroSlot || source == bits::kOneSlot;
    sum.num_faults += is_constant && fanout_[source] == 0 ? 0 : 2;
  }
  for (std::size_t g = 0; g < num_gates; ++g) {
    for (int pin = 0; pin < num_pins(circuit.gates[g]); ++pin) {
      sum.num_faults += fanout_[pin == 0 ? a_[g] : b_[g]] < 2 ? 0 : 2;
    }
  }
  return sum;
}

}  // namespace faultwave::evolve
