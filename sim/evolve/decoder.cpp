#include "evolve/decoder.hpp"

#include <algorithm>
#include <map>

#include "netlist/netlist_builder.hpp"
#include "netlist/plane_op.hpp"

namespace faultwave::evolve {
namespace {

using netlist::GateKind;

constexpr uint32_t kRead = 0xFFFFFFFFu;  // by an output: the slot is never free again

/// What the decoder asks of every node, by kind.
struct KindTraits {
  uint8_t num_inputs = 0;
  uint8_t truth_table = 0;  // of two inputs: bit a + 2 * b
  bits::PlaneOp op = bits::PlaneOp::kCopy;
};

constexpr std::array<KindTraits, 13> kind_traits() {
  std::array<KindTraits, 13> traits{};
  for (std::size_t i = 0; i < traits.size(); ++i) {
    traits[i].num_inputs = static_cast<uint8_t>(netlist::num_inputs(static_cast<GateKind>(i)));
  }
  const auto set = [&traits](GateKind kind, uint8_t truth_table) {
    auto& trait = traits[static_cast<std::size_t>(kind)];
    trait.op = netlist::plane_op(kind);
    trait.truth_table = truth_table;
  };
  set(GateKind::kBuf, 0);
  set(GateKind::kNot, 0);
  set(GateKind::kAnd, 0b1000);
  set(GateKind::kNand, 0b0111);
  set(GateKind::kOr, 0b1110);
  set(GateKind::kNor, 0b0001);
  set(GateKind::kXor, 0b0110);
  set(GateKind::kXnor, 0b1001);
  set(GateKind::kAndNot, 0b0010);
  set(GateKind::kOrNot, 0b1011);
  return traits;
}

constexpr auto kTraits = kind_traits();

const KindTraits& traits(GateKind kind) { return kTraits[static_cast<std::size_t>(kind)]; }

bool is_constant(Value value) { return value >= kZero; }

}  // namespace

Value Decoder::inverse(std::size_t index, Value value) {
  if (is_constant(value)) return value == kZero ? kOne : kZero;
  if (value >= kNumOperands && node_[value - kNumOperands].kind == GateKind::kNot) {
    return node_[value - kNumOperands].a;
  }
  const auto y = static_cast<Value>(kNumOperands + index);
  node_[index] = {GateKind::kNot, y, value, value};
  return y;
}

Value Decoder::reduce_node(std::size_t index, GateKind kind, Value a, Value b) {
  const auto& [num_inputs, table, op] = traits(kind);
  if (num_inputs == 2 && a != b && !is_constant(a) && !is_constant(b)) {
    const auto y = static_cast<Value>(kNumOperands + index);
    node_[index] = {kind, y, a, b};
    return y;
  }
  if (kind == GateKind::kConst0) return kZero;
  if (kind == GateKind::kConst1) return kOne;
  if (kind == GateKind::kBuf) return a;
  if (kind == GateKind::kNot) return inverse(index, a);
  // A function of one value x at most: its outcomes for x = 0 and x = 1.
  const unsigned truth = table;
  const auto at = [truth](bool x, bool y) { return (truth >> ((x ? 1 : 0) + (y ? 2 : 0))) & 1u; };
  const Value x = is_constant(a) ? b : a;
  const unsigned low = at(is_constant(a) ? a == kOne : false, is_constant(b) ? b == kOne : false);
  const unsigned high = at(is_constant(a) ? a == kOne : true, is_constant(b) ? b == kOne : true);
  if (low == high) return low != 0 ? kOne : kZero;
  return high != 0 ? x : inverse(index, x);
}

void Decoder::reduce(const Genome& genome) {
  const std::size_t num_nodes = genome.nodes.size();
  const std::size_t num_values = kNumOperands + num_nodes;
  used_.assign(num_values, 0);
  for (const Value output : genome.outputs) used_[output] = 1;
  for (std::size_t i = num_nodes; i-- > 0;) {
    if (used_[kNumOperands + i] == 0) continue;
    const Node& node = genome.nodes[i];
    const int count = traits(node.kind).num_inputs;
    const auto self = static_cast<Value>(kNumOperands + i);
    used_[count > 0 ? node.a : self] = 1;
    used_[count > 1 ? node.b : self] = 1;
  }
  represented_.resize(num_values);
  node_.resize(num_nodes);
  for (Value i = 0; i < kNumOperands; ++i) represented_[i] = i;
  for (std::size_t i = 0; i < num_nodes; ++i) {
    if (used_[kNumOperands + i] == 0) continue;
    const Node& node = genome.nodes[i];
    node_[i].kind = GateKind::kBuf;
    // Inputs that the kind does not take may be unused: their value does not matter.
    const int count = traits(node.kind).num_inputs;
    const Value a = count > 0 ? represented_[node.a] : kZero;
    const Value b = count > 1 ? represented_[node.b] : a;
    represented_[kNumOperands + i] = reduce_node(i, node.kind, a, b);
  }
}

const Circuit& Decoder::decode(const Genome& genome) {
  reduce(genome);
  const std::size_t num_nodes = genome.nodes.size();
  used_.assign(kNumOperands + num_nodes, 0);
  for (std::size_t bit = 0; bit < 16; ++bit) {
    const Value output = represented_[genome.outputs[bit]];
    circuit_.outputs[bit] = output;
    if (!is_constant(output)) used_[output] = 1;
  }
  circuit_.gates.resize(num_nodes);
  circuit_.area = 0;
  std::size_t first = num_nodes;
  for (std::size_t i = num_nodes; i-- > 0;) {
    if (used_[kNumOperands + i] == 0) continue;
    used_[node_[i].a] = 1;  // gates read no constants
    used_[node_[i].b] = 1;
    circuit_.gates[--first] = node_[i];
    circuit_.area += costs_[static_cast<std::size_t>(node_[i].kind)];
  }
  circuit_.gates.erase(circuit_.gates.begin(),
                       circuit_.gates.begin() + static_cast<std::ptrdiff_t>(first));
  return circuit_;
}

void Decoder::sort_gates() {
  constexpr std::size_t kKinds = 16;
  level_.resize(represented_.size());
  bucket_.clear();
  const auto key = [this](const Circuit::Gate& gate) {
    return level_[gate.y] * kKinds + static_cast<std::size_t>(gate.kind);
  };
  std::fill_n(level_.begin(), kNumOperands, uint16_t{0});
  for (const auto& gate : circuit_.gates) {
    level_[gate.y] = static_cast<uint16_t>(1 + std::max(level_[gate.a], level_[gate.b]));
    const std::size_t end = kKinds * (level_[gate.y] + std::size_t{1});
    if (bucket_.size() < end) bucket_.resize(end, 0);
    ++bucket_[key(gate)];
  }
  uint32_t begin = 0;
  for (auto& count : bucket_) {
    const uint32_t size = count;
    count = begin;
    begin += size;
  }
  sorted_.resize(circuit_.gates.size());
  for (const auto& gate : circuit_.gates) sorted_[bucket_[key(gate)]++] = gate;
  circuit_.gates.swap(sorted_);
}

void Decoder::set_outputs() {
  for (std::size_t bit = 0; bit < 16; ++bit) {
    const Value output = circuit_.outputs[bit];
    program_.outputs[bit] = output == kZero  ? bits::kZeroSlot
                            : output == kOne ? bits::kOneSlot
                                             : slot_of_[output];
  }
}

const bits::PlaneProgram& Decoder::program() {
  slot_of_.resize(represented_.size());
  for (Value i = 0; i < kNumOperands; ++i) slot_of_[i] = i;
  program_.steps.resize(circuit_.gates.size());
  uint16_t slot = bits::kFirstFreeSlot;
  for (std::size_t g = 0; g < circuit_.gates.size(); ++g) {
    const auto& gate = circuit_.gates[g];
    program_.steps[g] = {traits(gate.kind).op, slot, slot_of_[gate.a], slot_of_[gate.b]};
    slot_of_[gate.y] = slot++;
  }
  program_.num_slots = slot;
  set_outputs();
  return program_;
}

const bits::PlaneProgram& Decoder::sorted_program() {
  sort_gates();
  const std::size_t num_values = represented_.size();
  last_reader_.resize(num_values);
  slot_of_.resize(num_values);
  for (uint32_t g = 0; g < circuit_.gates.size(); ++g) {
    const auto& gate = circuit_.gates[g];
    last_reader_[gate.a] = g;
    last_reader_[gate.b] = g;
  }
  for (Value i = 0; i < kNumOperands; ++i) {
    slot_of_[i] = i;
    last_reader_[i] = kRead;
  }
  for (const Value output : circuit_.outputs) {
    if (!is_constant(output)) last_reader_[output] = kRead;
  }
  free_slots_.clear();
  std::size_t num_slots = bits::kFirstFreeSlot;
  program_.steps.clear();
  for (uint32_t g = 0; g < circuit_.gates.size(); ++g) {
    const auto& gate = circuit_.gates[g];
    const uint16_t a = slot_of_[gate.a];
    const uint16_t b = slot_of_[gate.b];
    if (last_reader_[gate.a] == g) free_slots_.push_back(a);
    if (gate.b != gate.a && last_reader_[gate.b] == g) free_slots_.push_back(b);
    uint16_t y = 0;
    if (free_slots_.empty()) {
      y = static_cast<uint16_t>(num_slots++);
    } else {
      y = free_slots_.back();
      free_slots_.pop_back();
    }
    slot_of_[gate.y] = y;
    program_.steps.push_back({traits(gate.kind).op, y, a, b});
  }
  program_.num_slots = num_slots;
  set_outputs();
  return program_;
}

netlist::Netlist to_netlist(const Circuit& circuit, const std::string& name, bool is_signed) {
  netlist::NetlistBuilder builder(name);
  std::map<Value, netlist::NetId> nets;
  std::map<Value, int> levels;
  std::map<std::pair<std::string, int>, int> counts;
  std::map<std::string, int> product_counts;
  for (Value bit = 0; bit < kNumOperands; ++bit) {
    nets[bit] = bit < 8 ? builder.a(bit) : builder.b(bit - 8);
  }
  for (const auto& gate : circuit.gates) {
    const int level = 1 + std::max(levels[gate.a], levels[gate.b]);
    levels[gate.y] = level;
    const auto [low, high] = std::minmax(gate.a, gate.b);
    std::string net_name;
    if (gate.kind == GateKind::kAnd && low < 8 && high >= 8 && high < kNumOperands) {
      net_name = fmt::format("pp_{}_{}", low, high - 8);
      if (product_counts[net_name]++ > 0) net_name.clear();
    }
    if (net_name.empty()) {
      std::string kind(netlist::gate_name(gate.kind));
      for (char& c : kind) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      net_name = fmt::format("{}_{}_{}", kind, level, counts[{kind, level}]++);
    }
    std::vector<netlist::NetId> inputs = {nets.at(gate.a)};
    if (netlist::num_inputs(gate.kind) > 1) inputs.push_back(nets.at(gate.b));
    nets[gate.y] = builder.gate(gate.kind, inputs, net_name);
  }
  std::vector<netlist::NetId> outputs;
  for (const Value output : circuit.outputs) {
    outputs.push_back(output >= kZero ? builder.constant(output == kOne) : nets.at(output));
  }
  return builder.finish(outputs, is_signed);
}

}  // namespace faultwave::evolve
