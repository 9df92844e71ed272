// The instruction stream of one matrix product: tiles over array, accumulators and unified buffer.
#pragma once

#include <cstdint>
#include <vector>

#include "accel/gemm_job.hpp"
#include "systemc/tpu_config.hpp"

namespace faultwave::systemc {

/// One pass of a weight tile: `rows` activation rows through the array into the accumulators.
struct Fold {
  int64_t k0 = 0;  ///< first row of the weight tile
  int64_t n0 = 0;  ///< first column
  int64_t m0 = 0;  ///< first activation row
  int rows = 0;    ///< activation rows, at most accumulator_rows
  int used_k = 0;  ///< rows of the tile that hold weights; the others are bypassed
  int used_n = 0;
  bool accumulate = false;  ///< add to the accumulators (not the first over K)
  bool activate = false;    ///< sums are complete (the last over K): an Activate follows
};

/// The TPU's instructions (Jouppi et al., ISCA 2017, section 2).
enum class Opcode : uint8_t {
  kReadHostMemory,   ///< `bytes` of activations into the unified buffer
  kReadWeights,      ///< the tile of `fold` from the FIFO into the array's next weights
  kMatrixMultiply,   ///< the activation rows of `fold` through the array
  kActivate,         ///< the sums of `fold` out of the accumulators, as they become complete
  kWriteHostMemory,  ///< `bytes` of results to the host
};

/// An instruction of the TPU's controller.
struct Instruction {
  Opcode opcode = Opcode::kMatrixMultiply;
  Fold fold;
  int64_t bytes = 0;
};

/// Activation rows that run together: what accumulators and unified buffer hold.
int64_t rows_per_piece(const TpuConfig& config, const accel::GemmJob& job);

/// The program of a product. Activation rows in pieces; per piece, output tiles; per output tile,
/// all input tiles. There are ceil(M / rows_per_piece) * ceil(N / cols) * ceil(K / rows) folds.
/// Activations that do not fit on chip are read from the host piece by piece. UsageError when one
/// row does not fit or the program would have more than kMaxFolds folds.
std::vector<Instruction> compile_gemm(const TpuConfig& config, const accel::GemmJob& job);
inline constexpr int64_t kMaxFolds = int64_t{1} << 22;

/// The folds of a program in order.
std::vector<Fold> folds_of(const std::vector<Instruction>& program);

/// Closed form, exposed preload and ideal memories: sum over folds of 2 * rows + cols + M - 2.
/// SCALE- Sim reports this minus one (the index of the last cycle).
int64_t exposed_cycles(const TpuConfig& config, const std::vector<Fold>& folds);
/// Closed form, hidden preload and ideal memories: rows + sum over folds of max(M, rows) (last: M)
/// + rows + cols - 2.
int64_t hidden_cycles(const TpuConfig& config, const std::vector<Fold>& folds);

}  // namespace faultwave::systemc
