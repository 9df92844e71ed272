// Estimates of what one multiplication costs, from the netlist alone.
#pragma once

#include "netlist/netlist.hpp"

namespace faultwave::netlist {

/// Estimated switching energy of one multiplication, pJ. The sum over gates of the toggle
/// probability 2 p (1 - p) of its output, p over all 65,536 uniform operand pairs, times the gate's
/// area in NAND2 equivalents plus the input load that it drives. Scaled so that the exact 416-gate
/// EvoApprox8b multiplier mul8u_1JFF has its published 0.391 mW x 1.43 ns (FreePDK45).
/// Glitches, wires and leakage are not modelled: compare circuits with it, do not quote it alone.
/// InternalError when the netlist is no 8x8 multiplier.
double estimated_energy_pj(const Netlist& netlist);

/// Estimated critical path, ns: per-gate-kind delays in NAND2 equivalents, growing with fan-out,
/// summed over the longest path and scaled so that mul8u_1JFF has its published 1.43 ns.
double estimated_delay_ns(const Netlist& netlist);

/// Area in NAND2 equivalents (constants and buffers included as their cells).
double estimated_area_nand2(const Netlist& netlist);

/// The unscaled sums, from which the calibration constants in energy.cpp were taken.
double switching_sum(const Netlist& netlist);
double path_sum(const Netlist& netlist);

}  // namespace faultwave::netlist
