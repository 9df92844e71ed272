// Runs PE models over whole operand spaces and compares them with product tables.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "netlist/fault_site.hpp"
#include "netlist/netlist.hpp"
#include "netlist/product_table.hpp"
#include "verilated/pe_model.hpp"

namespace faultwave::verilated {

/// The library that all tests share: below $FAULTWAVE_CACHE, else below the build folder.
PeModelLibrary& shared_library();

/// Faults of each lane; at most 64 lanes.
using LaneFaults = std::vector<std::vector<netlist::NetFault>>;

/// Sets the masks of `faults` in a faultable model whose masks are healthy.
void set_masks(PeModel& model, const std::vector<netlist::Site>& sites, const LaneFaults& faults);
/// Makes the masks of `faults` healthy again, and no others.
void clear_masks(PeModel& model, const std::vector<netlist::Site>& sites, const LaneFaults& faults);

/// Product table of the model with all operands spread over the 64 lanes.
netlist::ProductTable table_of_model(PeModel& model);

/// Broadcasts each of the 65,536 operand pairs to all lanes, the masks as they are, and fails the
/// test at the first lane whose product differs from its table in `expected` (one per lane, at most
/// 64).
void expect_lanes_show(PeModel& model, const std::vector<netlist::ProductTable>& expected);

/// Every gate kind, a net read twice by one gate, output bits that share a net, that are an operand
/// bit and that are constant, and a net that nothing reads.
netlist::Netlist every_gate_kind();
/// A random circuit of two-input gates and multiplexers.
netlist::Netlist random_circuit(uint64_t seed, int num_gates);

/// Seed of the random tests: $FAULTWAVE_TEST_SEED, else 1.
uint64_t test_seed();

}  // namespace faultwave::verilated
