// The result of a search as a Verilog file and as a row of the catalog.
#pragma once

#include <string>

#include "evolve/search.hpp"
#include "netlist/cell_library.hpp"

namespace faultwave::evolve {

/// Area of gates in units of 1e-4 um^2, from the cells of a library.
GateCosts gate_costs(const netlist::CellLibrary& library);

/// Everything that a file of rtl/multipliers/evolved says about itself.
struct EvolvedMultiplier {
  std::string seed_netlist;  ///< as on the command line
  SearchSettings settings;
  SearchResult result;
};

/// "faultwave evolve --metric mae ... --generations N": gives the circuit again, bit for bit.
std::string regenerate_command(const EvolvedMultiplier& multiplier);

/// The file: header with metrics, costs and the command, then the module.
std::string evolved_verilog(const EvolvedMultiplier& multiplier,
                            const netlist::CellLibrary& library);

/// Columns of rtl/multipliers/catalog.csv, then those of the one cost model and the expected faulty
/// MAE.
std::string evolved_catalog_header();
std::string evolved_catalog_row(const EvolvedMultiplier& multiplier,
                                const netlist::CellLibrary& library);

/// Expected MAE under a random single stuck-at fault of the netlist, over all sites and pairs.
double expected_fault_mae(const netlist::Netlist& netlist);

}  // namespace faultwave::evolve
