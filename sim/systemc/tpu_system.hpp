// The TPU: SystemC modules around the bit-plane systolic array, as an accel::Accelerator.
//
// Cycle counts of a product M x N x K on an R x C array, F = ceil(K/R) * ceil(N/C) tiles (all M rows
// fit into the accumulators and the unified buffer; otherwise the same per chunk of rows):
//   exposed preload, ideal memories: F * (2R + C + M - 2) cycles; per tile R - 1 weight_shift, M
//     active, R + C - 1 read_after_write. SCALE-Sim prints the index of the last cycle: one less.
//   hidden preload, ideal memories:  R + (F - 1) * max(M, R) + M + R + C - 2 cycles.
//   finite weight memory: a tile takes ceil(R * C / bytes per cycle) cycles; TPU v1's 64 KiB at 34
//     GB/s and 700 MHz: 1,350.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "accel/gemm_job.hpp"
#include "fault/fault.hpp"
#include "netlist/netlist.hpp"
#include "systemc/tpu_config.hpp"
#include "verilated/pe_model.hpp"

namespace faultwave::systemc {

/// What the multipliers and their operands mean.
struct TpuOperands {
  bool weight_on_port_a = true;
  bool product_is_signed = false;
};

/// One TPU with its faults. Any number of them may live in a process (each has its own SystemC
/// context); none of them is thread-safe, nor may two run in two threads.
class TpuSystem : public accel::Accelerator {
 public:
  /// UsageError for impossible configurations, loci outside the array and circuits that are no 8x8
  /// multipliers.
  TpuSystem(const TpuConfig& config, const netlist::Netlist& multiplier,
            verilated::PeModelLibrary& library, std::vector<fault::Fault> faults,
            const TpuOperands& operands = {});
  ~TpuSystem() override;

  /// UsageError for empty products, operand conventions other than those of the constructor, and
  /// rows that do not fit into the unified buffer.
  accel::CycleReport run_gemm(const accel::GemmJob& job, int32_t* sums) override;
  /// ceil(num_values / cols) cycles: the activation unit has one lane per column.
  accel::CycleReport run_vector(const std::string& name, int64_t num_values) override;
  /// PE (k mod rows, n mod cols).
  accel::Coordinates locus_of(int64_t k, int64_t n) const override;
  /// Cycles so far; fault windows count in them.
  uint64_t cycle() const override;
  int64_t num_pes() const override;

  const TpuConfig& config() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace faultwave::systemc
