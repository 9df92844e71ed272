#include "netlist/energy.hpp"

#include <algorithm>
#include <bit>

#include "netlist/fault_simulator.hpp"

namespace faultwave::netlist {
namespace {

/// Published figures of mul8u_1JFF (EvoApproxLib, FreePDK45) and its sums under this model.
constexpr double kReferenceEnergyPj = 0.391 * 1.43;
constexpr double kReferenceDelayNs = 1.43;
constexpr double kReferenceSwitchingSum = 270.10399703917614;
constexpr double kReferencePathSum = 82.5;

struct GateCost {
  double area_nand2;
  double delay;
};

/// Areas as in the usual educational 45 nm cell libraries, relative to NAND2; delays likewise.
GateCost cost(GateKind kind) {
  switch (kind) {
    case GateKind::kConst0:
    case GateKind::kConst1:
      return {0, 0};
    case GateKind::kBuf:
      return {1.0, 1.0};
    case GateKind::kNot:
      return {0.67, 0.6};
    case GateKind::kNand:
    case GateKind::kNor:
      return {1.0, 1.0};
    case GateKind::kAnd:
    case GateKind::kOr:
    case GateKind::kAndNot:
    case GateKind::kOrNot:
      return {1.33, 1.6};
    case GateKind::kXor:
    case GateKind::kXnor:
      return {2.0, 2.2};
    case GateKind::kMux:
      return {2.33, 2.2};
  }
  throw InternalError("unknown gate kind");
}

/// Load of one more reader, in NAND2 equivalents of energy and delay.
constexpr double kLoadPerReader = 0.3;

}  // namespace

double estimated_area_nand2(const Netlist& netlist) {
  double area = 0;
  for (const Gate& gate : netlist.gates) area += cost(gate.kind).area_nand2;
  return area;
}

double switching_sum(const Netlist& netlist) {
  const FaultSimulator simulator(netlist);
  const auto fanouts = netlist.fanouts();
  double sum = 0;
  for (const Gate& gate : netlist.gates) {
    const uint64_t* plane = simulator.golden(gate.out);
    int64_t ones = 0;
    for (std::size_t w = 0; w < FaultSimulator::kWords; ++w) ones += std::popcount(plane[w]);
    const double p = static_cast<double>(ones) / ProductTable::kSize;
    const double weight = cost(gate.kind).area_nand2 + kLoadPerReader * fanouts[gate.out];
    sum += 2 * p * (1 - p) * weight;
  }
  return sum;
}

double path_sum(const Netlist& netlist) {
  const auto fanouts = netlist.fanouts();
  std::vector<double> arrival(netlist.nets.size(), 0);
  for (const Gate& gate : netlist.gates) {
    double latest = 0;
    for (int i = 0; i < num_inputs(gate.kind); ++i) {
      latest = std::max(latest, arrival[gate.in[static_cast<std::size_t>(i)]]);
    }
    const bool is_constant = num_inputs(gate.kind) == 0;
    const double load = is_constant ? 0 : kLoadPerReader * fanouts[gate.out];
    arrival[gate.out] = latest + cost(gate.kind).delay + load;
  }
  double longest = 0;
  for (const NetId net : netlist.port_o) longest = std::max(longest, arrival[net]);
  return longest;
}

double estimated_energy_pj(const Netlist& netlist) {
  return switching_sum(netlist) * (kReferenceEnergyPj / kReferenceSwitchingSum);
}

double estimated_delay_ns(const Netlist& netlist) {
  return path_sum(netlist) * (kReferenceDelayNs / kReferencePathSum);
}

}  // namespace faultwave::netlist
