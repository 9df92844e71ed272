// Cartesian genetic programming: a circuit as a row of two-input gates (Miller and Thomson,
// "Cartesian genetic programming", EuroGP 2000).
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "base/rng.hpp"
#include "netlist/netlist.hpp"

namespace faultwave::evolve {

/// Values 0 to 15 are the operand bits (A, then B), value 16 + i is what node i drives.
using Value = uint16_t;
inline constexpr Value kNumOperands = 16;

/// A gate or a wire (kBuf); a constant or an inverter ignores inputs that it does not take.
struct Node {
  netlist::GateKind kind = netlist::GateKind::kBuf;
  Value a = 0;
  Value b = 0;
  bool operator==(const Node&) const = default;
};

/// Node i reads values below 16 + i only, so every genome is a circuit. Nodes that no output
/// depends on are inactive: they cost nothing and drift.
struct Genome {
  std::vector<Node> nodes;
  std::array<Value, 16> outputs{};
  bool operator==(const Genome&) const = default;
};

/// The kinds that nodes take: all gates of at most two inputs.
bool is_node_kind(netlist::GateKind kind);

/// The netlist's gates as nodes, multiplexers in three, with inactive nodes spread between them so
/// that there are `spare_frac` more nodes than gates. InternalError when it is no 8x8 multiplier.
Genome to_genome(const netlist::Netlist& netlist, double spare_frac);

/// Which nodes the outputs depend on.
void mark_active(const Genome& genome, std::vector<uint8_t>& active);

/// Point mutations: redraws genes until `num_active` of those that are active have changed; those
/// of inactive nodes that are hit on the way change too. `active`: of the genome before.
void mutate(Genome& genome, const std::vector<uint8_t>& active, int num_active, CounterRng& rng);

/// InternalError when a node or an output reads what it must not.
void validate(const Genome& genome);

}  // namespace faultwave::evolve
