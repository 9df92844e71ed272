// The instruction stream of one matrix product: tiles over the array and the accumulators.
#pragma once

#include <cstdint>
#include <vector>

#include "accel/gemm_job.hpp"
#include "systemc/tpu_config.hpp"

namespace faultwave::systemc {

/// One pass of a weight tile: ReadWeights, then MatrixMultiply of `rows` activation rows into the
/// accumulators, then Activate when it is the last over K.
struct Fold {
  int64_t k0 = 0;  ///< first row of the weight tile
  int64_t n0 = 0;  ///< first column
  int64_t m0 = 0;  ///< first activation row
  int rows = 0;    ///< activation rows, at most accumulator_rows
  int used_k = 0;  ///< rows of the tile that hold weights; the others are bypassed
  int used_n = 0;
  bool accumulate = false;  ///< add to the accumulators (not the first over K)
  bool activate = false;    ///< sums are complete (the last over K)
};

/// Folds in execution order: activation rows in pieces of accumulator_rows; per piece, output
/// tiles; per output tile, all input tiles. There are ceil(M / accumulator_rows) * ceil(N / cols) *
/// ceil(K / rows) of them.
std::vector<Fold> compile_gemm(const TpuConfig& config, const accel::GemmJob& job);

/// Closed form, exposed preload and ideal memories: sum over folds of 2 * rows + cols + M - 2.
/// SCALE- Sim reports this minus one (the index of the last cycle).
int64_t exposed_cycles(const TpuConfig& config, const std::vector<Fold>& folds);
/// Closed form, hidden preload and ideal memories: rows + sum over folds of max(M, rows) (last: M)
/// + rows + cols - 2.
int64_t hidden_cycles(const TpuConfig& config, const std::vector<Fold>& folds);

}  // namespace faultwave::systemc
