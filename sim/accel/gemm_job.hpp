// The unit of work that the host driver gives to an accelerator: one matrix product whose operands
// are already hardware codes, and what happens to its sums.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace faultwave::accel {

/// Flags of a loaded weight.
inline constexpr uint8_t kNegate = 1;  ///< the product is subtracted (sign_magnitude)
inline constexpr uint8_t kBypass = 2;  ///< the PE passes partial sums on unchanged

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

/// Cycles of one job by cause; the causes add up to `total`.
struct CycleReport {
  int64_t total = 0;
  int64_t active = 0;            ///< at least one PE computes
  int64_t weight_load = 0;       ///< waits for weights from memory
  int64_t weight_shift = 0;      ///< exposed shifting of a tile into the array
  int64_t read_after_write = 0;  ///< waits for results of the layer before
  int64_t host_wait = 0;         ///< waits for host or DRAM transfers of activations
  int64_t vector = 0;            ///< activation unit only (pooling, addition)
  int64_t multiplications = 0;   ///< products computed by PEs that are not bypassed
  int64_t pe_cycles = 0;         ///< rows * cols * total

  double utilisation() const {
    return pe_cycles == 0 ? 0.0
                          : static_cast<double>(multiplications) / static_cast<double>(pe_cycles);
  }
  CycleReport& operator+=(const CycleReport& other);
};

/// Where the product (m, n, k) is computed.
struct Coordinates {
  int row = 0;
  int col = 0;
};

/// One accelerator instance with its faults: what the driver needs of a TPU or a GPU.
class Accelerator {
 public:
  virtual ~Accelerator() = default;
  /// Runs one product; `sums` is [m][n]. Simulated time goes on across calls.
  virtual CycleReport run_gemm(const GemmJob& job, int32_t* sums) = 0;
  /// Time of an element-wise or pooling step over `num_values` values in the activation unit.
  virtual CycleReport run_vector(const std::string& name, int64_t num_values) = 0;
  /// PE that holds weight (k, n).
  virtual Coordinates locus_of(int64_t k, int64_t n) const = 0;
  virtual uint64_t cycle() const = 0;
  virtual int64_t num_pes() const = 0;
};

}  // namespace faultwave::accel
