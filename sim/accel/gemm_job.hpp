// The unit of work that the host driver gives to an accelerator: one matrix product whose operands
// are already hardware codes, and what happens to its sums.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "accel/pe_mapping.hpp"

namespace faultwave::accel {

/// Flags of a loaded weight.
inline constexpr uint8_t kNegate = 1;  ///< the product is subtracted (sign_magnitude)
inline constexpr uint8_t kBypass = 2;  ///< the product is not added (padding, bypassed PEs)

/// sums[m][n] = sum over k of (+/-) product(activation[m][k], weight[k][n]).
/// Matrices are dense, row-major. Rows and columns of an array beyond K and N are bypassed.
struct GemmJob {
  std::string name;
  int64_t m = 0;
  int64_t n = 0;
  int64_t k = 0;
  const uint8_t* activations = nullptr;   ///< [m][k] operand codes
  const uint8_t* weights = nullptr;       ///< [k][n] operand codes
  const uint8_t* weight_flags = nullptr;  ///< [k][n] kNegate | kBypass; nullptr: all zero
  bool product_is_signed = false;         ///< product bits are two's complement
  bool weight_on_port_a = true;           ///< port B carries the activation
  /// Bytes that move between host and accelerator memory around this product (0: resident).
  int64_t input_bytes = 0;
  int64_t output_bytes = 0;
  /// Activations' footprint on chip (a convolution's feature maps are smaller than its im2col
  /// matrix); 0: m * k. What does not fit is streamed from the host in pieces.
  int64_t buffer_bytes = 0;
};

/// What a cycle was spent on.
enum class Cause : uint8_t {
  kIdle,  ///< nothing to do (a GPU sub-core without a warp)
  // Systolic array
  kActive,          ///< at least one PE computes
  kWeightLoad,      ///< waits for weights from memory
  kWeightShift,     ///< exposed shifting of a tile into the array
  kReadAfterWrite,  ///< waits for results of the layer before
  kHostWait,        ///< waits for host or DRAM transfers of activations
  kVector,          ///< element-wise or pooling step only
  // GPU, per warp scheduler
  kIssue,           ///< an instruction is issued
  kOperand,         ///< an mma waits for register read ports
  kTensorBusy,      ///< an mma waits for the tensor core
  kSharedConflict,  ///< a shared-memory access is being repeated because of bank conflicts
  kSharedWait,      ///< waits for shared memory otherwise
  kGlobalWait,      ///< waits for global memory
  kBarrier,         ///< waits for other warps of the CTA
  kDependency,      ///< waits for a result of the tensor core
};
inline constexpr int kNumCauses = static_cast<int>(Cause::kDependency) + 1;
/// "weight_load", "tensor_busy", ...: the names of reports.
const char* to_string(Cause cause);

/// Cycles of one job by cause. One or more units account for every cycle each (a TPU's controller;
/// the warp schedulers of a GPU): the causes add up to total * num_units.
struct CycleReport {
  int64_t total = 0;
  int64_t num_units = 1;
  std::array<int64_t, kNumCauses> by_cause{};
  int64_t multiplications = 0;  ///< products computed by PEs that are not bypassed
  int64_t pe_cycles = 0;        ///< PEs * total
  int64_t warp_cycles = 0;      ///< GPU: resident warps, summed over cycles
  int64_t warp_slots = 0;       ///< GPU: warps that could be resident, summed over cycles

  int64_t& operator[](Cause cause) { return by_cause[static_cast<std::size_t>(cause)]; }
  int64_t operator[](Cause cause) const { return by_cause[static_cast<std::size_t>(cause)]; }
  double utilisation() const { return ratio(multiplications, pe_cycles); }
  /// GPU: resident warps / warp slots; 0 on other accelerators.
  double occupancy() const { return ratio(warp_cycles, warp_slots); }
  /// Sums everything but num_units, which must agree (a report without cycles agrees with all).
  CycleReport& operator+=(const CycleReport& other);

 private:
  static double ratio(int64_t part, int64_t whole) {
    return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
  }
};

class TraceListener;

/// One accelerator instance with its faults: what the driver needs of a TPU or a GPU.
class Accelerator : public PeMapping {
 public:
  /// Runs one product; `sums` is [m][n]. Simulated time goes on across calls.
  virtual CycleReport run_gemm(const GemmJob& job, int32_t* sums) = 0;
  /// Time of an element-wise or pooling step over `num_values` values.
  virtual CycleReport run_vector(const std::string& name, int64_t num_values) = 0;
  virtual uint64_t cycle() const = 0;

  /// The causes that this accelerator reports, in the order of its tables.
  virtual std::span<const Cause> causes() const = 0;
  /// From now on these PEs (a fuse per PE) add nothing to their sums. Replaces the set before.
  virtual void set_bypassed_pes(const std::vector<int>& pes) = 0;

  /// Tells `listener` of every cycle from now on; null: nobody. Must outlive its use.
  virtual void set_trace_listener(TraceListener* listener) = 0;
};

}  // namespace faultwave::accel
