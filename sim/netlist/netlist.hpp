// A gate-level combinational netlist: 1-bit nets, primitive gates in topological order, named
// ports.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace faultwave::netlist {

using NetId = uint32_t;
inline constexpr NetId kNoNet = 0xFFFFFFFFu;

/// Primitive gates. Pins are named as in Yosys' simple cells: A, B, C, S in, Y out.
/// kMux: Y = S ? B : A with inputs ordered A, B, S. Constants have no input.
enum class GateKind : uint8_t {
  kConst0,
  kConst1,
  kBuf,
  kNot,
  kAnd,
  kNand,
  kOr,
  kNor,
  kXor,
  kXnor,
  kAndNot,  // A & ~B
  kOrNot,   // A | ~B
  kMux,
};

constexpr int num_inputs(GateKind kind) {
  switch (kind) {
    case GateKind::kConst0:
    case GateKind::kConst1:
      return 0;
    case GateKind::kBuf:
    case GateKind::kNot:
      return 1;
    case GateKind::kMux:
      return 3;
    default:
      return 2;
  }
}
/// "AND", "XOR", ...
std::string_view gate_name(GateKind kind);
/// Pin name of input `index`: "A", "B", "S".
std::string_view pin_name(GateKind kind, int index);

/// A gate of one output; unused inputs are kNoNet.
struct Gate {
  GateKind kind = GateKind::kBuf;
  std::array<NetId, 3> in = {kNoNet, kNoNet, kNoNet};
  NetId out = kNoNet;
};

/// A 1-bit net.
struct Net {
  /// The author's name ("sig_112", "N[148]", "A[3]"); unique in the netlist.
  std::string name;
  /// Further names of the same net: instance pins after flattening ("n1048.YC"), port bits.
  std::vector<std::string> aliases;
};

/// A combinational circuit with named ports. Invariants (checked by `validate`): every net is
/// driven once, by an input port bit or a gate; `gates` is in topological order; no loops.
struct Netlist {
  std::string name;
  std::vector<Net> nets;
  std::vector<Gate> gates;
  /// Input ports A and B and output port O, least significant bit first. For an 8x8 multiplier
  /// 8, 8 and 16 nets.
  std::vector<NetId> port_a;
  std::vector<NetId> port_b;
  std::vector<NetId> port_o;
  /// Operands and product in two's complement.
  bool is_signed = false;

  bool is_multiplier_8x8() const {
    return port_a.size() == 8 && port_b.size() == 8 && port_o.size() == 16;
  }
  /// Index into `gates` of each net's driver; -1 for input port bits. Size nets.size().
  std::vector<int32_t> drivers() const;
  /// Number of gate input pins plus output port bits that each net feeds. Size nets.size().
  std::vector<int> fanouts() const;
  /// Longest path in gates from the inputs to each net (inputs and constants 0; buffers count 0).
  std::vector<int> levels() const;
  /// Largest level over the output port.
  int depth() const;
  /// Gates, buffers included, without constants.
  int num_gates() const;
  /// Net by name or alias; kNoNet when unknown.
  NetId find(std::string_view net_name) const;
  /// Throws InternalError when an invariant does not hold.
  void validate() const;
};

/// Sorts gates topologically. Returns the nets on a combinational loop, empty when there is none.
std::vector<NetId> sort_topologically(Netlist& netlist);

}  // namespace faultwave::netlist
