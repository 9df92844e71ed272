// Reads multipliers: Verilog/SystemVerilog, BLIF and Yosys JSON, elaborated by Yosys to 1-bit
// cells.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "netlist/netlist.hpp"

namespace faultwave::netlist {

/// How a netlist file is read.
struct LoadOptions {
  /// Top module; empty: the only module that nothing instantiates.
  std::string top;
  /// Operands in two's complement; unset: as the source says (`signed` ports, catalog, or a name
  /// that starts with "mul8s"), else decided by which exact product the table is nearer to.
  std::optional<bool> is_signed;
  /// Extra cell library; rtl/cells/ is always there.
  std::filesystem::path cell_library;
  /// Accept circuits whose O has little to do with A * B.
  bool any_function = false;
};

/// Loads one combinational 8x8 multiplier (ports A[7:0], B[7:0], O[15:0]). Throws InputError with
/// file, line and fix for undefined cells, loops, undriven nets, wrong ports, registers.
/// `.json` files of 1-bit cells are read without running Yosys.
Netlist load_netlist(const std::filesystem::path& path, const LoadOptions& options = {});

/// Finds a multiplier by path or by name: as a file, then rtl/multipliers/NAME.v of the
/// installation, then $FAULTWAVE_DATA/evoapprox8b/netlists/NAME.json, then .../verilog/NAME.v
/// (where scripts/fetch_data.sh puts the published files). InputError lists near names.
std::filesystem::path find_netlist(const std::string& name_or_path);

/// Names that find_netlist knows, sorted.
std::vector<std::string> known_multipliers();

}  // namespace faultwave::netlist
