// A netlist in which every fault site is a net of its own, for simulators that can force nets only.
#pragma once

#include <string>

#include "netlist/netlist.hpp"

namespace faultwave::netlist {

/// A copy of `netlist` with the same ports and function in which site i of enumerate_sites is the
/// net `site_net_name(i)`: an operand bit reaches its stem through a buffer, and each fan-out
/// branch is a buffer between the stem and the one pin that it feeds. Forcing that net is the
/// fault.
Netlist expose_sites(const Netlist& netlist);

/// "site_17".
std::string site_net_name(std::size_t index);

}  // namespace faultwave::netlist
