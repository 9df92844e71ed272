// A complete TPU: controller, memories, data setup, array, accumulators in SystemC.
//
// Cycle counts of a product M x N x K on an R x C array with ideal memories, F = ceil(K/R) *
// ceil(N/C) tiles, all M rows in the accumulators (otherwise the same per piece):
//   exposed preload: F * (2R + C + M - 2), per tile R weight_shift and M + R + C - 2 active. SCALE-
//     Sim prints the index of the last cycle: one less.
//   hidden preload: R + (F - 1) * max(M, R) + M + R + C - 2.
// Finite weight memory: a tile takes ceil(R * C / bytes per cycle) cycles; TPU v1's 64 KiB at 34
// GB/s and 700 MHz: 1,350.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "accel/gemm_job.hpp"
#include "fault/fault.hpp"
#include "netlist/netlist.hpp"
#include "systemc/operand_wiring.hpp"
#include "systemc/tpu_config.hpp"
#include "verilated/pe_model.hpp"

namespace faultwave::systemc {

/// Weight (k, n) sits in PE (k mod rows, n mod cols). Each instance has a SystemC context of its
/// own; instances of one process must not run at the same time (SystemC is not thread-safe).
class TpuSystem : public accel::Accelerator {
 public:
  /// UsageError for an impossible configuration or a fault outside the array.
  TpuSystem(const TpuConfig& config, const netlist::Netlist& multiplier,
            verilated::PeModelLibrary& library, std::vector<fault::Fault> faults,
            const OperandWiring& wiring);
  ~TpuSystem() override;

  /// UsageError for an empty product; the job must be wired as the constructor's arguments say.
  accel::CycleReport run_gemm(const accel::GemmJob& job, int32_t* sums) override;
  /// ceil(num_values / cols) cycles of the activation unit, one lane per column.
  accel::CycleReport run_vector(const std::string& name, int64_t num_values) override;
  /// Cycles so far; fault windows count in them.
  uint64_t cycle() const override;
  const fault::PeSpace& pes() const override;
  std::span<const accel::Cause> causes() const override;
  void set_bypassed_pes(const std::vector<int>& pes) override;
  void set_trace_listener(accel::TraceListener* listener) override;
  int k_period() const override;
  void pes_of_output(const accel::GemmShape& shape, int64_t m, int64_t n, int* pes) const override;
  std::vector<accel::PeCount> pes_of_weight(const accel::GemmShape& shape, int64_t k,
                                            int64_t n) const override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace faultwave::systemc
