// An exact 8x8 array multiplier with known net names, for tests.
#pragma once

#include "netlist/netlist.hpp"

namespace faultwave::fault {

/// Unsigned; partial product (i, j) is net "pp_i_j", adders are "add_i_j".
netlist::Netlist exact_multiplier();

}  // namespace faultwave::fault
