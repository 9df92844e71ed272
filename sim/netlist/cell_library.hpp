// A standard-cell library in Liberty format, as far as comparing circuits needs it.
#pragma once

#include <array>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "netlist/netlist.hpp"

namespace faultwave::netlist {

/// A combinational cell with one output. Delays are linear in the load.
struct Cell {
  std::string name;
  double area_um2 = 0;
  double leakage_nw = 0;
  double energy_pj = 0;             ///< inside the cell, per change of its output
  double delay_ns = 0;              ///< without load, mean of rise and fall
  double delay_ns_per_pf = 0;       ///< per load, mean of rise and fall
  std::vector<std::string> inputs;  ///< pin names in the file's order
  std::vector<double> input_pf;     ///< capacitance of each
  std::string output;               ///< pin name
  std::vector<bool> truth_table;    ///< output by input bits, pin 0 is bit 0
};

/// Standard cells of a Liberty file.
struct CellLibrary {
  std::filesystem::path path;
  double voltage = 0;
  std::map<std::string, Cell> cells;

  /// InputError that names the library when it has no such cell.
  const Cell& at(const std::string& name) const;
  /// Area of a gate on its own: its cell's, or the cheapest pair for A & ~B, A | ~B and the
  /// multiplexer. Constants and buffers 0.
  double gate_area_um2(GateKind kind) const;
};

/// Reads a Liberty file. InputError with file and line for bad syntax and for cells that it does
/// not understand (more than one output, no function, missing area).
CellLibrary load_cell_library(const std::filesystem::path& path);

/// rtl/cells/faultwave45.lib of the installation.
std::filesystem::path default_cell_library();

}  // namespace faultwave::netlist
