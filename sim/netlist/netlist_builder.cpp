#include "netlist/netlist_builder.hpp"

#include <algorithm>

namespace faultwave::netlist {

NetlistBuilder::NetlistBuilder(std::string name, int width_a, int width_b) {
  netlist_.name = std::move(name);
  const auto add_port = [this](std::vector<NetId>& port, const char* port_name, int width) {
    for (int bit = 0; bit < width; ++bit) {
      port.push_back(static_cast<NetId>(netlist_.nets.size()));
      netlist_.nets.push_back({fmt::format("{}[{}]", port_name, bit), {}});
    }
  };
  add_port(netlist_.port_a, "A", width_a);
  add_port(netlist_.port_b, "B", width_b);
}

NetId NetlistBuilder::constant(bool value) {
  NetId& net = constants_[value ? 1 : 0];
  if (net == kNoNet) {
    net = gate(value ? GateKind::kConst1 : GateKind::kConst0, {}, value ? "const1" : "const0");
  }
  return net;
}

NetId NetlistBuilder::gate(GateKind kind, std::vector<NetId> inputs, std::string net_name) {
  FAULTWAVE_CHECK(static_cast<int>(inputs.size()) == num_inputs(kind), "{} takes {} inputs",
                  gate_name(kind), num_inputs(kind));
  Gate gate;
  gate.kind = kind;
  std::copy(inputs.begin(), inputs.end(), gate.in.begin());
  gate.out = static_cast<NetId>(netlist_.nets.size());
  if (net_name.empty()) net_name = fmt::format("n{}", gate.out);
  netlist_.nets.push_back({std::move(net_name), {}});
  netlist_.gates.push_back(gate);
  return gate.out;
}

NetId NetlistBuilder::inverse_of(NetId net) const {
  // Nets of the ports come first, then one net per gate.
  const std::size_t num_inputs = netlist_.port_a.size() + netlist_.port_b.size();
  if (net < num_inputs) return kNoNet;
  const Gate& driver = netlist_.gates.at(net - num_inputs);
  return driver.kind == GateKind::kNot ? driver.in[0] : kNoNet;
}

NetlistBuilder::SumCarry NetlistBuilder::half_adder(NetId x, NetId y, const std::string& name) {
  const NetId sum = op_xor(x, y, name + "_s");
  return {sum, op_and(x, y, name + "_c")};
}

NetlistBuilder::SumCarry NetlistBuilder::full_adder(NetId x, NetId y, NetId z,
                                                    const std::string& name) {
  const NetId half = op_xor(x, y, name + "_p");
  const NetId generate = op_and(x, y, name + "_g");
  const NetId propagate = op_and(half, z, name + "_t");
  const NetId sum = op_xor(half, z, name + "_s");
  return {sum, op_or(generate, propagate, name + "_c")};
}

Netlist NetlistBuilder::finish(const std::vector<NetId>& outputs, bool is_signed) {
  netlist_.port_o = outputs;
  netlist_.is_signed = is_signed;
  for (std::size_t bit = 0; bit < outputs.size(); ++bit) {
    netlist_.nets.at(outputs[bit]).aliases.push_back(fmt::format("O[{}]", bit));
  }
  netlist_.validate();
  return std::move(netlist_);
}

}  // namespace faultwave::netlist
