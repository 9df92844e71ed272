// Bit-parallel exhaustive evaluation: all 65,536 operand pairs of an 8x8 multiplier at once.
#pragma once

#include <span>
#include <vector>

#include "netlist/fault_site.hpp"
#include "netlist/netlist.hpp"
#include "netlist/product_table.hpp"

namespace faultwave::netlist {

/// Product table of the netlist with any number of faults at once (none: golden).
ProductTable product_table(const Netlist& netlist, std::span<const NetFault> faults = {});

/// One product by plain scalar gate evaluation: the slow oracle of the bit-parallel path.
uint16_t evaluate_scalar(const Netlist& netlist, uint8_t a_code, uint8_t b_code,
                         std::span<const NetFault> faults = {});

}  // namespace faultwave::netlist
