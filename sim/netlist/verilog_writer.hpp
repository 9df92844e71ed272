// Writes netlists as Verilog: the plain scalar module, and the 64-lane PE modules that Verilator
// compiles.
#pragma once

#include <array>
#include <string>

#include "netlist/netlist.hpp"

namespace faultwave::netlist {

/// Which variant of a PE model is written.
struct LaneModuleOptions {
  int lanes = 64;          ///< width of every net, one lane per PE
  bool faultable = false;  ///< every site passes through y = (x & keep) ^ flip
};

/// Name of the module that write_lane_verilog writes: "pe_64" or "pe_64_faultable".
std::string lane_module_name(const LaneModuleOptions& options);

/// Module with ports `a_i [8]`, `b_i [8]`, `o_o [16]` of `lanes` bits each, and, when faultable,
/// `mask_i` [2 * num_sites] in the order of enumerate_sites, keep of site i at 2 * i and flip at
/// 2 * i + 1. Per lane: stuck-at-0 keep 0 flip 0; stuck-at-1 keep 0 flip 1; invert keep 1 flip 1;
/// healthy keep 1 flip 0. UsageError for lanes outside 1 to 64.
std::string write_lane_verilog(const Netlist& netlist, const LaneModuleOptions& options);

/// The scalar module with ports A[7:0], B[7:0], O[15:0] and the netlist's own net names.
/// `header` is a comment block put on top, without comment marks.
std::string write_scalar_verilog(const Netlist& netlist, const std::string& header = {});

/// The function of a gate as a Verilog expression of its inputs: "x & ~y".
std::string gate_expression(GateKind kind, const std::array<std::string, 3>& in);

}  // namespace faultwave::netlist
