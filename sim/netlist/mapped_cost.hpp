// What a circuit costs when it is mapped to standard cells: one model for every circuit.
#pragma once

#include <map>
#include <string>

#include "netlist/cell_library.hpp"
#include "netlist/netlist.hpp"

namespace faultwave::netlist {

/// Costs of a circuit mapped to the cells of a library.
struct MappedCost {
  double area_um2 = 0;
  /// Mean switching energy of one multiplication of independent uniform operands: over the cells,
  /// the probability that the output changes times (internal energy + load * V^2 / 2). Without
  /// glitches and wires.
  double energy_pj = 0;
  /// Longest path, delays linear in the load; outputs carry none.
  double delay_ns = 0;
  double leakage_nw = 0;
  std::map<std::string, int> num_cells;  ///< by cell name
};

/// Optimises and maps an 8x8 multiplier with Yosys and ABC ("ifraig; dch; amap -m") and adds up its
/// cells. EnvironmentError without Yosys; CheckError when the mapped circuit does not compute the
/// netlist's products (compared over all 65,536 operand pairs).
MappedCost mapped_cost(const Netlist& netlist, const CellLibrary& library);

}  // namespace faultwave::netlist
