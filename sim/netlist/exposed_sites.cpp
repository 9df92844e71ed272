#include "netlist/exposed_sites.hpp"

#include "netlist/fault_site.hpp"

namespace faultwave::netlist {
namespace {

Gate buffer(NetId from, NetId to) { return {GateKind::kBuf, {from, kNoNet, kNoNet}, to}; }

}  // namespace

std::string site_net_name(std::size_t index) { return fmt::format("site_{}", index); }

Netlist expose_sites(const Netlist& netlist) {
  const auto sites = enumerate_sites(netlist);
  Netlist result;
  result.name = netlist.name;
  result.is_signed = netlist.is_signed;
  // Stems come first and in net order, so that a net of `netlist` keeps its number.
  for (std::size_t i = 0; i < sites.size(); ++i) {
    FAULTWAVE_CHECK(i >= netlist.nets.size() || (sites[i].is_stem() && sites[i].net == i));
    result.nets.push_back({site_net_name(i), {}});
  }
  const auto add_port = [&](const std::vector<NetId>& port, const char* name) {
    std::vector<NetId> bits;
    for (std::size_t bit = 0; bit < port.size(); ++bit) {
      bits.push_back(static_cast<NetId>(result.nets.size()));
      result.nets.push_back({fmt::format("{}[{}]", name, bit), {}});
      result.gates.push_back(buffer(bits.back(), port[bit]));
    }
    return bits;
  };
  result.port_a = add_port(netlist.port_a, "A");
  result.port_b = add_port(netlist.port_b, "B");
  result.port_o = netlist.port_o;
  const std::size_t first_gate = result.gates.size();
  result.gates.insert(result.gates.end(), netlist.gates.begin(), netlist.gates.end());
  for (std::size_t i = netlist.nets.size(); i < sites.size(); ++i) {
    const auto branch = static_cast<NetId>(i);
    Gate& reader = result.gates[first_gate + static_cast<std::size_t>(sites[i].gate)];
    reader.in[static_cast<std::size_t>(sites[i].pin)] = branch;
    result.gates.push_back(buffer(sites[i].net, branch));
  }
  FAULTWAVE_CHECK(sort_topologically(result).empty(), "a loop");
  result.validate();
  return result;
}

}  // namespace faultwave::netlist
