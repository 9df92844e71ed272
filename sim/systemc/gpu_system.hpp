// A complete GPU: CTA dispatcher, SMs with their sub-cores and memories, global memory in SystemC.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "accel/gemm_job.hpp"
#include "fault/fault.hpp"
#include "netlist/netlist.hpp"
#include "systemc/gpu_config.hpp"
#include "systemc/gpu_kernel.hpp"
#include "systemc/operand_wiring.hpp"
#include "verilated/pe_model.hpp"

namespace faultwave::systemc {

/// What the microbenchmark measured, from the first mma's issue to the last one's result.
struct MmaTiming {
  int64_t cycles = 0;
  int64_t multiply_adds = 0;
  double latency_cycles = 0;           ///< cycles per repetition
  double multiply_adds_per_cycle = 0;  ///< of the SM
};

/// Lanes are numbered as fault::PeSpace::gpu does; GpuMapping tells which products they compute.
/// Each instance has a SystemC context of its own; instances of one process must not run at the
/// same time (SystemC is not thread-safe).
class GpuSystem : public accel::Accelerator {
 public:
  /// UsageError for an impossible configuration or a fault outside the GPU.
  GpuSystem(const GpuConfig& config, const netlist::Netlist& multiplier,
            verilated::PeModelLibrary& library, std::vector<fault::Fault> faults,
            const OperandWiring& wiring);
  ~GpuSystem() override;

  /// UsageError for an empty product; the job must be wired as the constructor's arguments say.
  /// Causes are counted per warp scheduler. Transfers from and to the host are not modelled.
  accel::CycleReport run_gemm(const accel::GemmJob& job, int32_t* sums) override;
  /// A kernel that reads and writes all values once: the latency of global memory and its
  /// bandwidth.
  accel::CycleReport run_vector(const std::string& name, int64_t num_values) override;
  uint64_t cycle() const override;
  const fault::PeSpace& pes() const override;
  std::span<const accel::Cause> causes() const override;
  void set_bypassed_pes(const std::vector<int>& pes) override;
  void set_trace_listener(accel::TraceListener* listener) override;
  int k_period() const override;
  void pes_of_output(const accel::GemmShape& shape, int64_t m, int64_t n, int* pes) const override;
  std::vector<accel::PeCount> pes_of_weight(const accel::GemmShape& shape, int64_t k,
                                            int64_t n) const override;

  /// The mma microbenchmark on SM 0. UsageError for sizes that the tensor core or the SM do not
  /// take.
  MmaTiming run_mma(const MmaBenchmark& benchmark);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace faultwave::systemc
