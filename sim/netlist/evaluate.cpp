#include "netlist/evaluate.hpp"

#include "netlist/fault_simulator.hpp"

namespace faultwave::netlist {
namespace {

bool evaluate_gate(GateKind kind, bool a, bool b, bool s) {
  switch (kind) {
    case GateKind::kConst0:
      return false;
    case GateKind::kConst1:
      return true;
    case GateKind::kBuf:
      return a;
    case GateKind::kNot:
      return !a;
    case GateKind::kAnd:
      return a && b;
    case GateKind::kNand:
      return !(a && b);
    case GateKind::kOr:
      return a || b;
    case GateKind::kNor:
      return !(a || b);
    case GateKind::kXor:
      return a != b;
    case GateKind::kXnor:
      return a == b;
    case GateKind::kAndNot:
      return a && !b;
    case GateKind::kOrNot:
      return a || !b;
    case GateKind::kMux:
      return s ? b : a;
  }
  throw InternalError("unknown gate kind");
}

bool force(FaultKind kind, bool value) {
  switch (kind) {
    case FaultKind::kStuckAt0:
      return false;
    case FaultKind::kStuckAt1:
      return true;
    case FaultKind::kInvert:
      return !value;
  }
  throw InternalError("unknown fault kind");
}

}  // namespace

ProductTable product_table(const Netlist& netlist, std::span<const NetFault> faults) {
  FaultSimulator simulator(netlist);
  simulator.simulate(faults);
  return simulator.table();
}

uint16_t evaluate_scalar(const Netlist& netlist, uint8_t a_code, uint8_t b_code,
                         std::span<const NetFault> faults) {
  std::vector<char> value(netlist.nets.size(), 0);
  const auto drive = [&](NetId net, bool healthy) {
    for (const NetFault& fault : faults) {
      if (fault.site.is_stem() && fault.site.net == net) healthy = force(fault.kind, healthy);
    }
    value[net] = healthy ? 1 : 0;
  };
  for (std::size_t bit = 0; bit < 8; ++bit) {
    drive(netlist.port_a.at(bit), ((a_code >> bit) & 1) != 0);
    drive(netlist.port_b.at(bit), ((b_code >> bit) & 1) != 0);
  }
  for (std::size_t g = 0; g < netlist.gates.size(); ++g) {
    const Gate& gate = netlist.gates[g];
    bool in[3] = {};
    for (int pin = 0; pin < num_inputs(gate.kind); ++pin) {
      in[pin] = value[gate.in[static_cast<std::size_t>(pin)]] != 0;
      for (const NetFault& fault : faults) {
        if (fault.site.gate == static_cast<int32_t>(g) && fault.site.pin == pin) {
          in[pin] = force(fault.kind, in[pin]);
        }
      }
    }
    drive(gate.out, evaluate_gate(gate.kind, in[0], in[1], in[2]));
  }
  unsigned product = 0;
  for (std::size_t bit = 0; bit < netlist.port_o.size(); ++bit) {
    product |= static_cast<unsigned>(value[netlist.port_o[bit]]) << bit;
  }
  return static_cast<uint16_t>(product);
}

}  // namespace faultwave::netlist
