// Builds a Netlist gate by gate; used by generators and tests.
#pragma once

#include <string>
#include <vector>

#include "netlist/netlist.hpp"

namespace faultwave::netlist {

/// Adds nets and gates in topological order. Port nets are named "A[i]", "B[i]"; output port bits
/// are aliases "O[i]" of the nets that drive them.
class NetlistBuilder {
 public:
  explicit NetlistBuilder(std::string name, int width_a = 8, int width_b = 8);

  NetId a(int bit) const { return netlist_.port_a.at(bit); }
  NetId b(int bit) const { return netlist_.port_b.at(bit); }
  /// One shared constant net per value, named "const0" / "const1".
  NetId constant(bool value);
  /// Adds a gate driving a new net; an empty `name` is replaced with "n<index>".
  NetId gate(GateKind kind, std::vector<NetId> inputs, std::string net_name = {});
  NetId op_and(NetId x, NetId y, std::string n = {}) { return gate(GateKind::kAnd, {x, y}, n); }
  NetId op_or(NetId x, NetId y, std::string n = {}) { return gate(GateKind::kOr, {x, y}, n); }
  NetId op_xor(NetId x, NetId y, std::string n = {}) { return gate(GateKind::kXor, {x, y}, n); }
  NetId op_not(NetId x, std::string n = {}) { return gate(GateKind::kNot, {x}, n); }

  /// The net that a NOT gate inverts to `net`; kNoNet when something else drives it.
  NetId inverse_of(NetId net) const;

  /// Outputs of an adder.
  struct SumCarry {
    NetId sum;
    NetId carry;
  };
  /// Half and full adder from XOR/AND/OR gates, nets named "<name>_s", "<name>_c" and inner nets.
  SumCarry half_adder(NetId x, NetId y, const std::string& name);
  SumCarry full_adder(NetId x, NetId y, NetId z, const std::string& name);

  /// Sets the output port and returns the validated netlist; the builder is then empty.
  Netlist finish(const std::vector<NetId>& outputs, bool is_signed);

 private:
  Netlist netlist_;
  NetId constants_[2] = {kNoNet, kNoNet};
};

}  // namespace faultwave::netlist
