// What an accelerator tells those who draw waveforms, once per cycle of interest.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "accel/gemm_job.hpp"

namespace faultwave::accel {

/// What one PE or lane does in a cycle: registers as they are seen, faults of registers included.
struct PeProbe {
  uint8_t activation = 0;  ///< operand codes at the multiplier
  uint8_t weight = 0;
  uint16_t product = 0;   ///< raw output bits of the gate-level lane model, faults included
  bool is_valid = false;  ///< the operands are ones of the product that is being computed
  bool is_added = false;  ///< neither gated nor bypassed
  bool is_negated = false;
  int32_t sum = 0;  ///< psum register of the PE, accumulator of the lane's dot-product unit
  // TPU: what enters the PE's row from the skewing data setup, and what leaves its column.
  uint8_t edge_activation = 0;
  bool edge_is_valid = false;
  int32_t column_sum = 0;
  bool operator==(const PeProbe&) const = default;
};

/// The architecture around the PEs. Which fields mean something depends on the accelerator.
struct ControlProbe {
  Cause cause = Cause::kIdle;
  // TPU
  int64_t tile = 0;         ///< weight tiles whose stream has begun
  int64_t tiles_ready = 0;  ///< fetched into the weight FIFO
  bool host_is_busy = false;
  // GPU sub-core
  int resident_warps = 0;
  int mma_in_flight = 0;  ///< mma that read operands or are in the tensor core
  int step = -1;          ///< of the mma that enters the tensor core, -1: none
  bool operator==(const ControlProbe&) const = default;
};

/// Receives probes; called before the clock edge that ends the cycle.
class TraceListener {
 public:
  virtual ~TraceListener() = default;
  /// A product begins in `cycle`.
  virtual void on_product(const std::string& name, uint64_t cycle) = 0;
  /// Whether the PEs below are to be probed in `cycle`.
  virtual bool wants(uint64_t cycle) = 0;
  /// PEs of interest (PeSpace numbers), ascending.
  virtual const std::vector<int>& pes() const = 0;
  virtual void on_pe(uint64_t cycle, int pe, const PeProbe& probe) = 0;
  /// `unit`: 0 on a TPU; SM * sub-cores + sub-core on a GPU.
  virtual void on_control(uint64_t cycle, int unit, const ControlProbe& probe) = 0;
};

}  // namespace faultwave::accel
