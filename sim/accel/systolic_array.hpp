// Datapath of the weight-stationary systolic array: one call per clock edge, all PEs.
//
// PE registers (RTL twin: rtl/tpu/pe.sv), all loaded at the clock edge:
//   act_q    <= act_i      8-bit activation operand code, from the left; feeds this PE's multiplier
//   valid_q  <= valid_i    travels with the activation; without it the product is gated to zero
//   swap_q, shift_q        weight control, travel right with the activations
//   wn_d      = shift_i ? wn_i : wn_q     next weight (code, negate, bypass); wn_i comes from above
//   wn_q     <= wn_d
//   w_q      <= swap_i ? wn_d : w_q       active weight
//   psum_q   <= psum_i + (valid_q && !bypass ? +/- mult(w_q, act_q) : 0)   32 bits, from above
// psum_i of row 0 is 0. A tile's weights enter from the top, last row first; row r shifts R - r
// times, so shift enters row r at edges r+1 .. R (column c: c edges later), and the swap may come
// with the last one. Faults: multiplier nets (masks of the faultable PE model); weight[b] forces
// w_q; activation[b] forces act_q, hence the PE itself and everything to its right; psum[b] forces
// psum_q.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "accel/lane_mac.hpp"
#include "accel/trace_listener.hpp"
#include "fault/fault.hpp"
#include "netlist/netlist.hpp"
#include "verilated/pe_model.hpp"

namespace faultwave::accel {

/// Size of a systolic array and how its multipliers are wired.
struct ArrayConfig {
  int rows = 16;  ///< 1 to 512
  int cols = 16;  ///< 1 to 512
  bool product_is_signed = false;
  bool weight_on_port_a = true;
  PeModelKind pe_model = PeModelKind::kVerilated;
};

/// Values at the array's edges during one cycle, sampled at its closing clock edge.
struct ArrayInputs {
  explicit ArrayInputs(const ArrayConfig& config)
      : activation(config.rows),
        valid(config.rows),
        swap(config.rows),
        shift(config.rows),
        weight(config.cols),
        weight_flags(config.cols) {}
  std::vector<uint8_t> activation;    ///< [rows] operand codes at the left edge
  std::vector<uint8_t> valid;         ///< [rows] 0 or 1
  std::vector<uint8_t> swap;          ///< [rows] 0 or 1
  std::vector<uint8_t> shift;         ///< [rows] 0 or 1
  std::vector<uint8_t> weight;        ///< [cols] operand codes at the top edge
  std::vector<uint8_t> weight_flags;  ///< [cols] kNegate | kBypass (gemm_job.hpp)
};

/// State of R x C PEs as bit planes, 64 PEs per word in linear order row * cols + col, evaluated by
/// a PE model: words without a fault by its clean variant, the others by the faultable one.
class SystolicArray {
 public:
  /// UsageError for sizes outside 1..512 or a netlist that is not 8x8.
  SystolicArray(const ArrayConfig& config, const netlist::Netlist& multiplier,
                verilated::PeModelLibrary& library, std::vector<fault::Fault> faults);
  ~SystolicArray();

  /// One clock edge that closes cycle `cycle` (fault windows are compared with it).
  void step(uint64_t cycle, const ArrayInputs& inputs);
  /// psum_q of the bottom row after the last step, [cols].
  void bottom_psums(int32_t* psums) const;

  /// One PE's registers after the last step, for tests and waveforms.
  struct PeState {
    uint8_t activation, valid, swap, shift;
    uint8_t weight, weight_flags, next_weight, next_weight_flags;
    int32_t psum;
  };
  PeState pe(int row, int col) const;

  /// What a PE multiplies in `cycle`, the cycle that the next step closes.
  PeProbe probe(int row, int col, uint64_t cycle);

  const ArrayConfig& config() const;
  /// Products computed so far by PEs that are neither bypassed nor idle.
  uint64_t num_multiplications() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace faultwave::accel
