#include "netlist/explain.hpp"

#include <algorithm>
#include <bit>
#include <cstdlib>

#include "netlist/fault_simulator.hpp"
#include "netlist/verilog_writer.hpp"

namespace faultwave::netlist {
namespace {

int level_step(const Gate& gate) {
  return num_inputs(gate.kind) > 0 && gate.kind != GateKind::kBuf ? 1 : 0;
}

void explain_sources(const Netlist& netlist, SiteExplanation& result) {
  const NetId net = result.site.net;
  result.driver = netlist.drivers()[net];
  result.level = netlist.levels()[net];
  if (result.driver >= 0) {
    const Gate& gate = netlist.gates[static_cast<std::size_t>(result.driver)];
    std::array<std::string, 3> names;
    for (int pin = 0; pin < num_inputs(gate.kind); ++pin) {
      const auto index = static_cast<std::size_t>(pin);
      names[index] = netlist.nets[gate.in[index]].name;
      if (result.site.is_stem()) result.fan_in.push_back(gate.in[index]);
    }
    result.expression = gate_expression(gate.kind, names);
  }
  if (!result.site.is_stem()) result.fan_in.push_back(net);
  std::vector<char> is_before(netlist.nets.size(), 0);
  is_before[net] = 1;
  for (std::size_t g = netlist.gates.size(); g-- > 0;) {
    const Gate& gate = netlist.gates[g];
    if (is_before[gate.out] == 0) continue;
    ++result.num_gates_before;
    for (int pin = 0; pin < num_inputs(gate.kind); ++pin) {
      is_before[gate.in[static_cast<std::size_t>(pin)]] = 1;
    }
  }
  for (const auto* port : {&netlist.port_a, &netlist.port_b}) {
    for (const NetId bit : *port) {
      if (is_before[bit] != 0) result.operand_bits.push_back(bit);
    }
  }
}

void explain_readers(const Netlist& netlist, SiteExplanation& result) {
  const Site& site = result.site;
  // Longest path from the site in gates; -1 where it does not reach.
  std::vector<int> distance(netlist.nets.size(), -1);
  if (site.is_stem()) distance[site.net] = 0;
  for (std::size_t g = 0; g < netlist.gates.size(); ++g) {
    const Gate& gate = netlist.gates[g];
    int longest = -1;
    for (int pin = 0; pin < num_inputs(gate.kind); ++pin) {
      const NetId in = gate.in[static_cast<std::size_t>(pin)];
      const bool is_site =
          site.is_stem() ? in == site.net : site.gate == static_cast<int32_t>(g) && site.pin == pin;
      if (is_site) {
        result.fan_out.push_back({static_cast<int32_t>(g), pin, -1});
        longest = std::max(longest, 0);
      }
      longest = std::max(longest, distance[in]);
    }
    if (longest < 0) continue;
    ++result.num_gates_behind;
    distance[gate.out] = longest + level_step(gate);
  }
  for (std::size_t bit = 0; bit < netlist.port_o.size(); ++bit) {
    const NetId net = netlist.port_o[bit];
    if (site.is_stem() && net == site.net) {
      result.fan_out.push_back({-1, -1, static_cast<int>(bit)});
    }
    if (distance[net] < 0) continue;
    result.reachable_outputs = static_cast<uint16_t>(result.reachable_outputs | (1u << bit));
    result.levels_to_output = std::max(result.levels_to_output, distance[net]);
  }
}

double one_percent(const FaultSimulator& simulator, NetId net) {
  const uint64_t* plane = simulator.golden(net);
  int64_t ones = 0;
  for (std::size_t w = 0; w < FaultSimulator::kWords; ++w) ones += std::popcount(plane[w]);
  return 100.0 * static_cast<double>(ones) / ProductTable::kSize;
}

void find_worst_pair(const ProductTable& golden, const ProductTable& faulty,
                     ExplainedFault& result) {
  int32_t largest = -1;
  for (int b = 0; b < 256; ++b) {
    for (int a = 0; a < 256; ++a) {
      const int32_t magnitude = std::abs(faulty.at(a, b) - golden.at(a, b));
      if (magnitude <= largest) continue;
      largest = magnitude;
      result.worst_a = a;
      result.worst_b = b;
    }
  }
  result.golden_product = golden.at(result.worst_a, result.worst_b);
  result.faulty_product = faulty.at(result.worst_a, result.worst_b);
}

void explain_faults(const Netlist& netlist, const std::vector<FaultKind>& kinds,
                    SiteExplanation& result) {
  FaultSimulator simulator(netlist);
  result.one_percent = one_percent(simulator, result.site.net);
  const ProductTable golden = simulator.golden_table();
  auto universe_faults = enumerate_stuck_at_faults(netlist);
  const std::size_t num_stuck_at = universe_faults.size();
  for (const FaultKind kind : kinds) universe_faults.push_back({result.site, kind});
  const FaultUniverse universe = collapse_faults(netlist, std::move(universe_faults));
  for (std::size_t i = num_stuck_at; i < universe.faults.size(); ++i) {
    ExplainedFault explained;
    explained.fault = universe.faults[i];
    const int32_t id = universe.class_of[i];
    explained.is_undetectable = id == FaultUniverse::kUndetectable;
    if (!explained.is_undetectable) {
      const FaultClass& fault_class = universe.classes[static_cast<std::size_t>(id)];
      explained.effect = fault_class.effect;
    }
    for (std::size_t other = 0; other < num_stuck_at; ++other) {
      if (universe.class_of[other] != id || universe.faults[other] == explained.fault) continue;
      explained.equivalents.push_back(universe.faults[other]);
    }
    simulator.simulate({&explained.fault, 1});
    find_worst_pair(golden, simulator.table(), explained);
    result.faults.push_back(std::move(explained));
  }
}

}  // namespace

SiteExplanation explain_site(const Netlist& netlist, const Site& site,
                             const std::vector<FaultKind>& kinds) {
  SiteExplanation result;
  result.site = site;
  result.depth = netlist.depth();
  explain_sources(netlist, result);
  explain_readers(netlist, result);
  explain_faults(netlist, kinds, result);
  return result;
}

}  // namespace faultwave::netlist
