// What the GPU's warps execute: the tiled GEMM kernel and the mma microbenchmark as short programs.
// Free of SystemC.
#pragma once

#include <cstdint>
#include <vector>

#include "accel/gemm_job.hpp"
#include "systemc/gpu_config.hpp"
#include "systemc/gpu_mapping.hpp"

namespace faultwave::systemc {

enum class WarpOp : uint8_t {
  kLoadGlobal,     ///< this warp's part of k tile iteration + `tile` towards its stage
  kWaitGlobal,     ///< until that part has arrived (no issue slot)
  kStoreShared,    ///< that part from the registers to shared memory (without async_copy)
  kBarrier,        ///< until all warps of the CTA are here
  kLoadFragments,  ///< operands of k step `step` of the tile into fragment set `buffer`
  kMma,            ///< block (m, n) of the warp tile, from fragment set `buffer`
  kWaitResults,    ///< until all sums of the warp are complete (no issue slot)
  kArithmetic,     ///< addresses, loop control, epilogue
  kStoreGlobal,    ///< results
  kExit,
};

/// An instruction of a warp in the tiled GEMM kernel.
struct WarpInstruction {
  WarpOp op = WarpOp::kExit;
  uint8_t buffer = 0;
  uint8_t tile = 0;  ///< relative to the iteration; tiles beyond the last are skipped
  int16_t step = 0;
  int16_t m = 0;
  int16_t n = 0;
  int32_t slots = 1;            ///< issue slots that it takes
  int32_t shared_cycles = 0;    ///< kLoadFragments: of the shared memory's port
  int32_t conflict_cycles = 0;  ///< thereof repetitions because of bank conflicts
};

/// prologue, then the body `iterations` times, then the epilogue.
struct WarpProgram {
  std::vector<WarpInstruction> prologue;
  std::vector<WarpInstruction> body;
  std::vector<WarpInstruction> epilogue;
  int64_t iterations = 0;
};

/// A grid of CTAs that run one program.
struct GpuKernel {
  WarpProgram program;
  int64_t num_ctas = 0;
  int warps_per_cta = 0;
  int blocks_m = 0;  ///< mma blocks of a warp tile
  int blocks_n = 0;
  /// GEMM: operands, results and their mapping; null for the microbenchmark.
  const accel::GemmJob* job = nullptr;
  int32_t* sums = nullptr;
  const GpuMapping* mapping = nullptr;
  /// Bytes from global memory per byte of the im2col matrix: a convolution's repeats hit the cache.
  double activation_traffic = 1;
  int result_bytes = 1;  ///< per value written
};

/// The GEMM kernel: k tiles double-buffered in shared memory, fragments double-buffered in
/// registers, one barrier per tile.
WarpProgram gemm_program(const GpuConfig& config, int64_t num_k_tiles);

/// `repeat` times: `chains` independent products of blocks_m x blocks_n x steps_k mma blocks, then
/// a wait for all results.
struct MmaBenchmark {
  int warps = 1;
  int chains = 1;
  int tile_m = 16, tile_n = 8, tile_k = 32;
  int repeat = 100;
};
/// UsageError for sizes that the tensor core or the SM do not take, and for work of hours.
void check_mma(const GpuConfig& config, const MmaBenchmark& benchmark);
WarpProgram mma_program(const GpuConfig& config, const MmaBenchmark& benchmark);

/// Chunks of 16 bytes of a k tile (A rows first, then B rows), and loads of 32 chunks each.
inline constexpr int kChunkBytes = 16;
inline constexpr int kChunksPerLoad = 32;
int chunks_per_tile(const GpuConfig& config);
int loads_per_tile(const GpuConfig& config);
/// Loads of a tile that warp `warp` of a CTA does: number warp, warp + warps, ...
int loads_of_warp(const GpuConfig& config, int warp);

/// Cycles of the shared memory's port to read `rows` rows x 16 bytes (one ldmatrix phase), rows
/// from `first_row` on, at byte `column` of each: the largest number of words in one bank.
int shared_phase_cycles(const GpuConfig& config, int first_row, int rows, int column);

}  // namespace faultwave::systemc
