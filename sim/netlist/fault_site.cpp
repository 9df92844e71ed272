#include "netlist/fault_site.hpp"

#include <algorithm>
#include <array>

#include "base/suggest.hpp"

namespace faultwave::netlist {
namespace {

constexpr std::array<std::string_view, 3> kKindNames = {"sa0", "sa1", "inv"};

/// Gate that drives the net called `name`; UsageError when there is none.
int32_t gate_driving(const Netlist& netlist, std::string_view name, std::string_view whole) {
  const NetId net = netlist.find(name);
  if (net != kNoNet) {
    const auto drivers = netlist.drivers();
    if (drivers[net] >= 0) return drivers[net];
    throw UsageError(fmt::format("site '{}': net '{}' is an input port of '{}', no gate drives it",
                                 whole, name, netlist.name));
  }
  return -1;
}

[[noreturn]] void throw_unknown_net(const Netlist& netlist, std::string_view name) {
  std::vector<std::string> names;
  for (const Net& net : netlist.nets) {
    names.push_back(net.name);
    names.insert(names.end(), net.aliases.begin(), net.aliases.end());
  }
  const std::string nearest = nearest_name(name, names);
  throw UsageError(fmt::format(
      "'{}' has no net '{}'\n  fix: {}'faultwave sites' lists the sites of a netlist", netlist.name,
      name, nearest.empty() ? "" : fmt::format("did you mean '{}'? ", nearest)));
}

}  // namespace

std::string_view to_string(FaultKind kind) { return kKindNames.at(static_cast<std::size_t>(kind)); }

FaultKind parse_fault_kind(std::string_view text) {
  for (std::size_t i = 0; i < kKindNames.size(); ++i) {
    if (kKindNames[i] == text) return static_cast<FaultKind>(i);
  }
  const std::vector<std::string> known(kKindNames.begin(), kKindNames.end());
  const auto nearest = nearest_name(text, known);
  throw UsageError(
      fmt::format("unknown fault kind '{}'\n  fix: {}use sa0 (stuck-at-0), sa1 "
                  "(stuck-at-1) or inv (inverted)",
                  text, nearest.empty() ? "" : fmt::format("did you mean '{}'? ", nearest)));
}

std::vector<Site> enumerate_sites(const Netlist& netlist) {
  std::vector<Site> sites;
  for (std::size_t net = 0; net < netlist.nets.size(); ++net) {
    sites.push_back({static_cast<NetId>(net), -1, -1});
  }
  const auto fanouts = netlist.fanouts();
  for (std::size_t g = 0; g < netlist.gates.size(); ++g) {
    const Gate& gate = netlist.gates[g];
    for (int pin = 0; pin < num_inputs(gate.kind); ++pin) {
      const NetId net = gate.in[static_cast<std::size_t>(pin)];
      if (fanouts[net] > 1) {
        sites.push_back({net, static_cast<int32_t>(g), static_cast<int8_t>(pin)});
      }
    }
  }
  return sites;
}

int site_index(const std::vector<Site>& sites, const Site& site) {
  // Stems come first, in net order.
  if (site.is_stem()) {
    FAULTWAVE_CHECK(site.net < sites.size() && sites[site.net] == site, "unknown stem");
    return static_cast<int>(site.net);
  }
  const auto order = [](const Site& x, const Site& y) {
    return std::pair(x.gate, x.pin) < std::pair(y.gate, y.pin);
  };
  const auto found = std::lower_bound(sites.begin(), sites.end(), site, order);
  FAULTWAVE_CHECK(found != sites.end() && *found == site, "unknown branch");
  return static_cast<int>(found - sites.begin());
}

std::string site_name(const Netlist& netlist, const Site& site) {
  if (site.is_stem()) return netlist.nets.at(site.net).name;
  const Gate& gate = netlist.gates.at(static_cast<std::size_t>(site.gate));
  return fmt::format("{}/{}", netlist.nets.at(gate.out).name, pin_name(gate.kind, site.pin));
}

std::string fault_name(const Netlist& netlist, const NetFault& fault) {
  return fmt::format("{}.{}", site_name(netlist, fault.site), to_string(fault.kind));
}

Site parse_site(const Netlist& netlist, std::string_view text) {
  if (const NetId net = netlist.find(text); net != kNoNet) return {net, -1, -1};
  const auto slash = text.rfind('/');
  if (slash == std::string_view::npos) throw_unknown_net(netlist, text);
  const auto gate_net = text.substr(0, slash);
  const auto pin_text = text.substr(slash + 1);
  const int32_t index = gate_driving(netlist, gate_net, text);
  if (index < 0) throw_unknown_net(netlist, gate_net);
  const Gate& gate = netlist.gates[static_cast<std::size_t>(index)];
  for (int pin = 0; pin < num_inputs(gate.kind); ++pin) {
    if (pin_name(gate.kind, pin) != pin_text) continue;
    const NetId net = gate.in[static_cast<std::size_t>(pin)];
    // With a single reader, branch and stem are the same wire.
    if (netlist.fanouts()[net] == 1) return {net, -1, -1};
    return {net, index, static_cast<int8_t>(pin)};
  }
  throw UsageError(fmt::format("site '{}': the {} gate that drives '{}' has no input pin '{}'",
                               text, gate_name(gate.kind), gate_net, pin_text));
}

NetFault parse_net_fault(const Netlist& netlist, std::string_view text) {
  const auto dot = text.rfind('.');
  if (dot == std::string_view::npos) {
    throw UsageError(
        fmt::format("fault '{}': the kind is missing\n  fix: append .sa0, .sa1 or .inv", text));
  }
  NetFault fault;
  fault.kind = parse_fault_kind(text.substr(dot + 1));
  fault.site = parse_site(netlist, text.substr(0, dot));
  return fault;
}

std::vector<NetFault> enumerate_stuck_at_faults(const Netlist& netlist) {
  std::vector<NetFault> faults;
  for (const Site& site : enumerate_sites(netlist)) {
    faults.push_back({site, FaultKind::kStuckAt0});
    faults.push_back({site, FaultKind::kStuckAt1});
  }
  return faults;
}

}  // namespace faultwave::netlist
