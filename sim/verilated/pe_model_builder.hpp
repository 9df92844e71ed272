// What a PE model is built from.
#pragma once

#include "netlist/netlist.hpp"
#include "verilated/model_builder.hpp"

namespace faultwave::verilated {

/// Names of the C functions that every shared object exports.
inline constexpr const char* kCreateFunction = "faultwave_pe_create";
inline constexpr const char* kDestroyFunction = "faultwave_pe_destroy";
inline constexpr const char* kEvalFunction = "faultwave_pe_eval";
inline constexpr const char* kMasksFunction = "faultwave_pe_masks";
inline constexpr const char* kNumSitesFunction = "faultwave_pe_num_sites";

/// The 64-lane module of a netlist and the C functions around it.
ModelSource pe_model_source(const netlist::Netlist& netlist, bool faultable);

}  // namespace faultwave::verilated
