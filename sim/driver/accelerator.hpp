// The accelerator of a configuration: which one, how large, and an instance of it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "accel/gemm_job.hpp"
#include "fault/fault.hpp"
#include "fault/pe_space.hpp"
#include "netlist/netlist.hpp"
#include "systemc/gpu_config.hpp"
#include "systemc/operand_wiring.hpp"
#include "systemc/tpu_config.hpp"
#include "verilated/pe_model.hpp"

namespace faultwave::driver {

using AcceleratorConfig = std::variant<systemc::TpuConfig, systemc::GpuConfig>;

/// UsageError when a value is impossible.
void check(const AcceleratorConfig& config);
fault::PeSpace pe_space(const AcceleratorConfig& config);
/// "16x16 systolic array at 700 MHz", "GPU of 1 SM x 4 sub-cores x 512 lanes at 1410 MHz".
std::string description(const AcceleratorConfig& config);
/// "PEs" or "lanes".
std::string pe_noun(const AcceleratorConfig& config);
double clock_mhz(const AcceleratorConfig& config);
/// Activations that one batch may hold: the TPU's unified buffer; 1 GiB of a GPU's memory.
int64_t buffer_bytes(const AcceleratorConfig& config);

/// Which PE computes what, without an accelerator.
std::unique_ptr<accel::PeMapping> make_pe_mapping(const AcceleratorConfig& config);

std::unique_ptr<accel::Accelerator> make_accelerator(const AcceleratorConfig& config,
                                                     const netlist::Netlist& multiplier,
                                                     verilated::PeModelLibrary& library,
                                                     std::vector<fault::Fault> faults,
                                                     const systemc::OperandWiring& wiring);

}  // namespace faultwave::driver
