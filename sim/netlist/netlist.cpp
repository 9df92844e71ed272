#include "netlist/netlist.hpp"

#include <algorithm>
#include <set>

namespace faultwave::netlist {
namespace {

constexpr std::array<std::string_view, 13> kGateNames = {"CONST0", "CONST1", "BUF", "NOT", "AND",
                                                         "NAND",   "OR",     "NOR", "XOR", "XNOR",
                                                         "ANDNOT", "ORNOT",  "MUX"};

}  // namespace

std::string_view gate_name(GateKind kind) { return kGateNames.at(static_cast<std::size_t>(kind)); }

std::string_view pin_name(GateKind, int index) {
  constexpr std::array<std::string_view, 3> kPins = {"A", "B", "S"};
  return kPins.at(static_cast<std::size_t>(index));
}

std::vector<int32_t> Netlist::drivers() const {
  std::vector<int32_t> result(nets.size(), -1);
  for (std::size_t g = 0; g < gates.size(); ++g) result[gates[g].out] = static_cast<int32_t>(g);
  return result;
}

std::vector<int> Netlist::fanouts() const {
  std::vector<int> result(nets.size(), 0);
  for (const Gate& gate : gates) {
    for (int i = 0; i < num_inputs(gate.kind); ++i) ++result[gate.in[static_cast<std::size_t>(i)]];
  }
  for (const NetId net : port_o) ++result[net];
  return result;
}

std::vector<int> Netlist::levels() const {
  std::vector<int> result(nets.size(), 0);
  for (const Gate& gate : gates) {
    int level = 0;
    for (int i = 0; i < num_inputs(gate.kind); ++i) {
      level = std::max(level, result[gate.in[static_cast<std::size_t>(i)]]);
    }
    const bool counts = num_inputs(gate.kind) > 0 && gate.kind != GateKind::kBuf;
    result[gate.out] = level + (counts ? 1 : 0);
  }
  return result;
}

int Netlist::depth() const {
  const auto all = levels();
  int result = 0;
  for (const NetId net : port_o) result = std::max(result, all[net]);
  return result;
}

int Netlist::num_gates() const {
  return static_cast<int>(std::count_if(
      gates.begin(), gates.end(), [](const Gate& gate) { return num_inputs(gate.kind) > 0; }));
}

NetId Netlist::find(std::string_view net_name) const {
  for (std::size_t i = 0; i < nets.size(); ++i) {
    if (nets[i].name == net_name) return static_cast<NetId>(i);
  }
  for (std::size_t i = 0; i < nets.size(); ++i) {
    const auto& aliases = nets[i].aliases;
    if (std::find(aliases.begin(), aliases.end(), net_name) != aliases.end()) {
      return static_cast<NetId>(i);
    }
  }
  return kNoNet;
}

void Netlist::validate() const {
  std::vector<char> driven(nets.size(), 0);
  const auto drive = [&](NetId net) {
    FAULTWAVE_CHECK(net < nets.size(), "net {} of {}", net, nets.size());
    FAULTWAVE_CHECK(driven[net] == 0, "net '{}' is driven twice or read before it is driven",
                    nets[net].name);
    driven[net] = 1;
  };
  for (const NetId net : port_a) drive(net);
  for (const NetId net : port_b) drive(net);
  for (const Gate& gate : gates) {
    for (int i = 0; i < num_inputs(gate.kind); ++i) {
      const NetId net = gate.in[static_cast<std::size_t>(i)];
      FAULTWAVE_CHECK(net < nets.size() && driven[net] != 0, "gate order");
    }
    drive(gate.out);
  }
  for (std::size_t i = 0; i < nets.size(); ++i) {
    FAULTWAVE_CHECK(driven[i] != 0, "net '{}' is not driven", nets[i].name);
  }
  for (const NetId net : port_o) FAULTWAVE_CHECK(net < nets.size());
  std::set<std::string_view> names;
  for (const Net& net : nets) {
    FAULTWAVE_CHECK(names.insert(net.name).second, "two nets are named '{}'", net.name);
  }
}

std::vector<NetId> sort_topologically(Netlist& netlist) {
  const auto drivers = netlist.drivers();
  std::vector<std::vector<std::size_t>> readers(netlist.gates.size());
  std::vector<int> waiting(netlist.gates.size(), 0);
  for (std::size_t g = 0; g < netlist.gates.size(); ++g) {
    const Gate& gate = netlist.gates[g];
    for (int i = 0; i < num_inputs(gate.kind); ++i) {
      const int32_t driver = drivers[gate.in[static_cast<std::size_t>(i)]];
      if (driver < 0) continue;
      readers[static_cast<std::size_t>(driver)].push_back(g);
      ++waiting[g];
    }
  }
  // A min-heap of ready gates keeps the author's order wherever it is already topological.
  std::set<std::size_t> ready;
  for (std::size_t g = 0; g < waiting.size(); ++g) {
    if (waiting[g] == 0) ready.insert(g);
  }
  std::vector<Gate> sorted;
  sorted.reserve(netlist.gates.size());
  while (!ready.empty()) {
    const std::size_t g = *ready.begin();
    ready.erase(ready.begin());
    sorted.push_back(netlist.gates[g]);
    for (const std::size_t reader : readers[g]) {
      if (--waiting[reader] == 0) ready.insert(reader);
    }
  }
  if (sorted.size() == netlist.gates.size()) {
    netlist.gates = std::move(sorted);
    return {};
  }
  // Walk backwards through waiting gates: after as many steps as there are gates it is on a loop.
  std::size_t at = 0;
  while (waiting[at] == 0) ++at;
  const auto step = [&](std::size_t g) {
    const Gate& gate = netlist.gates[g];
    for (int i = 0; i < num_inputs(gate.kind); ++i) {
      const int32_t driver = drivers[gate.in[static_cast<std::size_t>(i)]];
      if (driver >= 0 && waiting[static_cast<std::size_t>(driver)] > 0) {
        return static_cast<std::size_t>(driver);
      }
    }
    throw InternalError("a waiting gate has no waiting driver");
  };
  for (std::size_t i = 0; i < netlist.gates.size(); ++i) at = step(at);
  std::vector<NetId> loop;
  const std::size_t first = at;
  do {
    loop.push_back(netlist.gates[at].out);
    at = step(at);
  } while (at != first);
  std::reverse(loop.begin(), loop.end());
  return loop;
}

}  // namespace faultwave::netlist
