// From a genome to the circuit that it stands for: wires, constants and double inverters folded,
// inactive nodes gone.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "bits/plane_program.hpp"
#include "evolve/genome.hpp"

namespace faultwave::evolve {

/// Cost of a gate by kind, index static_cast<size_t>(GateKind): area in units of 1e-4 um^2.
using GateCosts = std::array<uint32_t, 13>;

/// Constants among the values of a circuit.
inline constexpr Value kZero = 0xFFFE;
inline constexpr Value kOne = 0xFFFF;

/// Gates in topological order, each driving value 16 + (its node's index).
struct Circuit {
  /// A gate of at most two inputs.
  struct Gate {
    netlist::GateKind kind;
    Value y, a, b;  // b = a for inverters
  };
  std::vector<Gate> gates;
  std::array<Value, 16> outputs{};
  uint64_t area = 0;
};

/// Reuses its memory from genome to genome; not thread-safe.
class Decoder {
 public:
  explicit Decoder(const GateCosts& costs) : costs_(costs) {}

  /// The circuit of a genome; valid until the next call.
  const Circuit& decode(const Genome& genome);
  /// The same circuit as a plane program, in the genome's order, for bits::PlaneCode. Valid until
  /// the next call.
  const bits::PlaneProgram& program();
  /// The same for an interpreter: gates sorted by level and kind (the circuit's as well, so that
  /// the i-th step is the i-th gate), slots reused once their last reader has run. Valid until the
  /// next call.
  const bits::PlaneProgram& sorted_program();

 private:
  void reduce(const Genome& genome);
  /// What the node's output is: a constant, another value, or its own (then `node_` holds it).
  Value reduce_node(std::size_t index, netlist::GateKind kind, Value a, Value b);
  Value inverse(std::size_t index, Value value);
  void sort_gates();
  void set_outputs();

  GateCosts costs_;
  std::vector<Value> represented_;
  std::vector<Circuit::Gate> node_;
  std::vector<uint8_t> used_;  // by value
  std::vector<uint16_t> level_;
  std::vector<uint32_t> bucket_;
  std::vector<Circuit::Gate> sorted_;
  std::vector<uint32_t> last_reader_;
  std::vector<uint16_t> slot_of_;
  std::vector<uint16_t> free_slots_;
  Circuit circuit_;
  bits::PlaneProgram program_;
};

/// A netlist with readable names: partial products "pp_<i>_<j>", the others
/// "<kind>_<level>_<index>".
netlist::Netlist to_netlist(const Circuit& circuit, const std::string& name, bool is_signed);

}  // namespace faultwave::evolve
