#include "evolve/genome.hpp"

#include <algorithm>
#include <cmath>

namespace faultwave::evolve {
namespace {

using netlist::GateKind;

constexpr std::array kKinds = {GateKind::kAnd,    GateKind::kNand,   GateKind::kOr,
                               GateKind::kNor,    GateKind::kXor,    GateKind::kXnor,
                               GateKind::kAndNot, GateKind::kOrNot,  GateKind::kNot,
                               GateKind::kBuf,    GateKind::kConst0, GateKind::kConst1};

class GenomeBuilder {
 public:
  GenomeBuilder(std::size_t num_gates, double spare_frac)
      : spares_per_gate_(num_gates == 0 ? 0 : spare_frac), next_spare_(1) {}

  Value add(GateKind kind, Value a, Value b) {
    genome.nodes.push_back({kind, a, b});
    const auto value = static_cast<Value>(kNumOperands + genome.nodes.size() - 1);
    due_ += spares_per_gate_;
    for (; due_ >= next_spare_; due_ -= next_spare_) {
      genome.nodes.push_back({GateKind::kBuf, a, a});
    }
    return value;
  }

  Genome genome;

 private:
  double spares_per_gate_;
  double next_spare_;
  double due_ = 0;
};

}  // namespace

bool is_node_kind(GateKind kind) {
  return std::find(kKinds.begin(), kKinds.end(), kind) != kKinds.end();
}

Genome to_genome(const netlist::Netlist& netlist, double spare_frac) {
  FAULTWAVE_CHECK(netlist.is_multiplier_8x8(), "'{}' is no 8x8 multiplier", netlist.name);
  std::vector<Value> values(netlist.nets.size(), 0);
  for (std::size_t bit = 0; bit < 8; ++bit) {
    values[netlist.port_a[bit]] = static_cast<Value>(bit);
    values[netlist.port_b[bit]] = static_cast<Value>(8 + bit);
  }
  GenomeBuilder builder(netlist.gates.size(), spare_frac);
  for (const auto& gate : netlist.gates) {
    const int count = netlist::num_inputs(gate.kind);
    const Value a = count > 0 ? values[gate.in[0]] : Value{0};
    const Value b = count > 1 ? values[gate.in[1]] : a;
    if (gate.kind == GateKind::kMux) {
      const Value select = values[gate.in[2]];
      const Value high = builder.add(GateKind::kAnd, b, select);
      const Value low = builder.add(GateKind::kAndNot, a, select);
      values[gate.out] = builder.add(GateKind::kOr, high, low);
    } else {
      values[gate.out] = builder.add(gate.kind, a, b);
    }
  }
  for (std::size_t bit = 0; bit < 16; ++bit) {
    builder.genome.outputs[bit] = values[netlist.port_o[bit]];
  }
  validate(builder.genome);
  return std::move(builder.genome);
}

void mark_active(const Genome& genome, std::vector<uint8_t>& active) {
  active.assign(genome.nodes.size(), 0);
  const auto mark = [&active](Value value) {
    if (value >= kNumOperands) active[value - kNumOperands] = 1;
  };
  for (const Value output : genome.outputs) mark(output);
  for (std::size_t i = genome.nodes.size(); i-- > 0;) {
    if (active[i] == 0) continue;
    const Node& node = genome.nodes[i];
    const int count = netlist::num_inputs(node.kind);
    if (count > 0) mark(node.a);
    if (count > 1) mark(node.b);
  }
}

void mutate(Genome& genome, const std::vector<uint8_t>& active, int num_active, CounterRng& rng) {
  const std::size_t num_nodes = genome.nodes.size();
  const std::size_t num_genes = 3 * num_nodes + genome.outputs.size();
  const auto draw = [&rng](std::size_t bound) {
    return static_cast<std::size_t>(rng.below(bound));
  };
  while (num_active > 0) {
    const std::size_t gene = draw(num_genes);
    if (gene >= 3 * num_nodes) {
      Value& output = genome.outputs[gene - 3 * num_nodes];
      const auto value = static_cast<Value>(draw(kNumOperands + num_nodes));
      num_active -= value != output ? 1 : 0;
      output = value;
      continue;
    }
    const std::size_t index = gene / 3;
    Node& node = genome.nodes[index];
    const Node before = node;
    const int count = netlist::num_inputs(node.kind);
    bool is_read = true;
    if (gene % 3 == 0) {
      node.kind = kKinds[draw(kKinds.size())];
    } else if (gene % 3 == 1) {
      node.a = static_cast<Value>(draw(kNumOperands + index));
      is_read = count > 0;
    } else {
      node.b = static_cast<Value>(draw(kNumOperands + index));
      is_read = count > 1;
    }
    if (is_read && active[index] != 0 && node != before) --num_active;
  }
}

void validate(const Genome& genome) {
  FAULTWAVE_CHECK(genome.nodes.size() < 60000, "{} nodes are too many", genome.nodes.size());
  for (std::size_t i = 0; i < genome.nodes.size(); ++i) {
    const Node& node = genome.nodes[i];
    FAULTWAVE_CHECK(is_node_kind(node.kind), "node {} is no gate", i);
    FAULTWAVE_CHECK(node.a < kNumOperands + i && node.b < kNumOperands + i,
                    "node {} reads a later one", i);
  }
  for (const Value output : genome.outputs) {
    FAULTWAVE_CHECK(output < kNumOperands + genome.nodes.size(), "an output reads no node");
  }
}

}  // namespace faultwave::evolve
