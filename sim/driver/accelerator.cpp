#include "driver/accelerator.hpp"

#include "base/error.hpp"
#include "systemc/gpu_mapping.hpp"
#include "systemc/gpu_system.hpp"
#include "systemc/tpu_mapping.hpp"
#include "systemc/tpu_system.hpp"

namespace faultwave::driver {
namespace {

using systemc::GpuConfig;
using systemc::TpuConfig;

constexpr int64_t kGpuBufferBytes = int64_t{1} << 30;

}  // namespace

void check(const AcceleratorConfig& config) {
  std::visit([](const auto& value) { value.check(); }, config);
}

fault::PeSpace pe_space(const AcceleratorConfig& config) {
  if (const auto* tpu = std::get_if<TpuConfig>(&config)) {
    return fault::PeSpace::array(tpu->rows, tpu->cols);
  }
  const auto& gpu = std::get<GpuConfig>(config);
  return fault::PeSpace::gpu(gpu.sms, gpu.sub_cores, gpu.tensor_core.num_lanes(),
                             gpu.tensor_core.depth);
}

std::string description(const AcceleratorConfig& config) {
  if (const auto* tpu = std::get_if<TpuConfig>(&config)) {
    return fmt::format("{}x{} systolic array at {} MHz", tpu->rows, tpu->cols, tpu->clock_mhz);
  }
  return fmt::format("GPU of {} at {} MHz", pe_space(config).description(), clock_mhz(config));
}

std::string pe_noun(const AcceleratorConfig& config) {
  return std::holds_alternative<TpuConfig>(config) ? "PEs" : "lanes";
}

double clock_mhz(const AcceleratorConfig& config) {
  return std::visit([](const auto& value) { return value.clock_mhz; }, config);
}

int64_t buffer_bytes(const AcceleratorConfig& config) {
  const auto* tpu = std::get_if<TpuConfig>(&config);
  return tpu != nullptr ? tpu->unified_buffer_bytes : kGpuBufferBytes;
}

std::unique_ptr<accel::PeMapping> make_pe_mapping(const AcceleratorConfig& config) {
  if (const auto* tpu = std::get_if<TpuConfig>(&config)) {
    return std::make_unique<systemc::TpuMapping>(*tpu);
  }
  return std::make_unique<systemc::GpuPeMapping>(std::get<GpuConfig>(config));
}

std::unique_ptr<accel::Accelerator> make_accelerator(const AcceleratorConfig& config,
                                                     const netlist::Netlist& multiplier,
                                                     verilated::PeModelLibrary& library,
                                                     std::vector<fault::Fault> faults,
                                                     const systemc::OperandWiring& wiring) {
  if (const auto* tpu = std::get_if<TpuConfig>(&config)) {
    return std::make_unique<systemc::TpuSystem>(*tpu, multiplier, library, std::move(faults),
                                                wiring);
  }
  return std::make_unique<systemc::GpuSystem>(std::get<GpuConfig>(config), multiplier, library,
                                              std::move(faults), wiring);
}

}  // namespace faultwave::driver
