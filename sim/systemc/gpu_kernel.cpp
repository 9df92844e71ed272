#include "systemc/gpu_kernel.hpp"

#include <algorithm>

#include "base/error.hpp"

namespace faultwave::systemc {
namespace {

constexpr int kRowsPerPhase = 8;
constexpr int kPhasesPerLoad = 4;  ///< ldmatrix.x4
constexpr int kWordBytes = 4;
constexpr int kThreadsPerWarp = 32;
constexpr int kMaxRegistersPerThread = 255;
/// Bounds of the microbenchmark: minutes of simulation.
constexpr int kMaxMmaChains = 64;
constexpr int kMaxMmaRepeat = 1'000'000;
constexpr double kMaxMmaInstructions = 1e5;
constexpr double kMaxMmaProducts = 1e11;
constexpr int kLineBytes = 128;  ///< what swizzling spreads a column over

int ceil_div(int a, int b) { return (a + b - 1) / b; }

/// Byte address of byte `column` of row `row` of a tile in shared memory.
int shared_address(const GpuConfig& config, int row, int column) {
  int chunk = column / kChunkBytes;
  if (config.shared_layout == SharedLayout::kSwizzled) {
    const int chunks = config.cta_k / kChunkBytes;
    const int rows_per_line = std::max(1, kLineBytes / config.cta_k);
    chunk ^= row / rows_per_line & (chunks - 1) & (kRowsPerPhase - 1);
  }
  return row * config.shared_row_bytes() + chunk * kChunkBytes + column % kChunkBytes;
}

WarpInstruction load_fragments(const GpuConfig& config, int step, int buffer) {
  WarpInstruction load{.op = WarpOp::kLoadFragments,
                       .buffer = static_cast<uint8_t>(buffer),
                       .step = static_cast<int16_t>(step)};
  int phases = 0;
  for (const int tile_rows : {config.warp_m, config.warp_n}) {
    for (int row = 0; row < tile_rows; row += kRowsPerPhase) {
      const int rows = std::min(kRowsPerPhase, tile_rows - row);
      for (int column = 0; column < config.tensor_core.mma_k; column += kChunkBytes) {
        const int cycles =
            shared_phase_cycles(config, row, rows, step * config.tensor_core.mma_k + column);
        load.shared_cycles += cycles;
        load.conflict_cycles +=
            cycles - ceil_div(rows * kChunkBytes, kWordBytes * config.shared_banks);
        ++phases;
      }
    }
  }
  load.slots = ceil_div(phases, kPhasesPerLoad);
  return load;
}

}  // namespace

int shared_phase_cycles(const GpuConfig& config, int first_row, int rows, int column) {
  std::vector<int> words(static_cast<std::size_t>(config.shared_banks));
  int most = 0;
  for (int row = first_row; row < first_row + rows; ++row) {
    const int address = shared_address(config, row, column);
    for (int byte = 0; byte < kChunkBytes; byte += kWordBytes) {
      const int bank = (address + byte) / kWordBytes % config.shared_banks;
      most = std::max(most, ++words[static_cast<std::size_t>(bank)]);
    }
  }
  return most;
}

int chunks_per_tile(const GpuConfig& config) {
  return (config.cta_m + config.cta_n) * config.cta_k / kChunkBytes;
}

int loads_per_tile(const GpuConfig& config) {
  return ceil_div(chunks_per_tile(config), kChunksPerLoad);
}

int loads_of_warp(const GpuConfig& config, int warp) {
  return ceil_div(std::max(0, loads_per_tile(config) - warp), config.warps_per_cta());
}

WarpProgram gemm_program(const GpuConfig& config, int64_t num_k_tiles) {
  const auto& core = config.tensor_core;
  const int blocks_m = config.warp_m / core.mma_m;
  const int blocks_n = config.warp_n / core.mma_n;
  const int steps = config.cta_k / core.mma_k;
  WarpProgram program;
  program.iterations = num_k_tiles;
  const auto load = [](int tile) {
    return WarpInstruction{.op = WarpOp::kLoadGlobal, .tile = static_cast<uint8_t>(tile)};
  };
  const auto arrive = [&](std::vector<WarpInstruction>& code, int tile) {
    code.push_back({.op = WarpOp::kWaitGlobal, .tile = static_cast<uint8_t>(tile)});
    if (config.async_copy) return;
    code.push_back({.op = WarpOp::kStoreShared, .tile = static_cast<uint8_t>(tile)});
  };
  program.prologue.push_back(load(0));
  if (!config.async_copy) arrive(program.prologue, 0);

  // Behind the barrier all parts of this tile are in shared memory, and no warp reads the stage of
  // the tile before any more: the next tile may go there.
  auto& body = program.body;
  if (config.async_copy) arrive(body, 0);
  body.push_back({.op = WarpOp::kBarrier});
  body.push_back(load(1));
  body.push_back(load_fragments(config, 0, 0));
  for (int step = 0; step < steps; ++step) {
    if (step + 1 < steps) body.push_back(load_fragments(config, step + 1, (step + 1) % 2));
    for (int m = 0; m < blocks_m; ++m) {
      for (int n = 0; n < blocks_n; ++n) {
        body.push_back({.op = WarpOp::kMma,
                        .buffer = static_cast<uint8_t>(step % 2),
                        .m = static_cast<int16_t>(m),
                        .n = static_cast<int16_t>(n)});
      }
    }
  }
  if (!config.async_copy) arrive(body, 1);
  if (config.loop_instructions > 0) {
    body.push_back({.op = WarpOp::kArithmetic, .slots = config.loop_instructions});
  }

  const int values_per_thread = ceil_div(config.warp_m * config.warp_n, kThreadsPerWarp);
  program.epilogue.push_back({.op = WarpOp::kWaitResults});
  if (config.epilogue_instructions > 0) {
    program.epilogue.push_back(
        {.op = WarpOp::kArithmetic, .slots = values_per_thread * config.epilogue_instructions});
  }
  program.epilogue.push_back({.op = WarpOp::kStoreGlobal});
  program.epilogue.push_back({.op = WarpOp::kExit});
  return program;
}

void check_mma(const GpuConfig& config, const MmaBenchmark& benchmark) {
  const auto& core = config.tensor_core;
  const auto check_range = [](const char* name, int64_t value, int64_t high) {
    if (value >= 1 && value <= high) return;
    throw UsageError(fmt::format("{} {} is out of range\n  fix: use 1 to {}", name, value, high));
  };
  const auto check_tile = [](const char* name, int tile, int part) {
    if (tile >= part && tile % part == 0) return;
    throw UsageError(fmt::format("{} {} is no multiple of the mma's {}\n  fix: use {}, {}, ...",
                                 name, tile, part, part, 2 * part));
  };
  check_range("warps", benchmark.warps, config.max_warps);
  check_range("chains", benchmark.chains, kMaxMmaChains);
  check_range("repeat", benchmark.repeat, kMaxMmaRepeat);
  check_tile("tile_m", benchmark.tile_m, core.mma_m);
  check_tile("tile_n", benchmark.tile_n, core.mma_n);
  check_tile("tile_k", benchmark.tile_k, core.mma_k);
  const int64_t sums_per_warp = int64_t{benchmark.chains} * benchmark.tile_m * benchmark.tile_n;
  const int64_t registers = sums_per_warp / kThreadsPerWarp;
  if (registers > kMaxRegistersPerThread ||
      registers * kThreadsPerWarp * benchmark.warps > config.registers) {
    throw UsageError(fmt::format(
        "the sums of {} tiles of {}x{} need {} registers per thread in {} warps, there "
        "are {} per thread and {} on the SM\n  fix: fewer chains, warps or a smaller tile",
        benchmark.chains, benchmark.tile_m, benchmark.tile_n, registers, benchmark.warps,
        kMaxRegistersPerThread, config.registers));
  }
  const double instructions = static_cast<double>(sums_per_warp) / (core.mma_m * core.mma_n) *
                              (static_cast<double>(benchmark.tile_k) / core.mma_k);
  const double products =
      static_cast<double>(sums_per_warp) * benchmark.tile_k * benchmark.warps * benchmark.repeat;
  if (instructions > kMaxMmaInstructions || products > kMaxMmaProducts) {
    throw UsageError(
        fmt::format("{:.0e} mma per repetition and {:.0e} products in all are too many\n"
                    "  fix: at most {:.0e} and {:.0e}",
                    instructions, products, kMaxMmaInstructions, kMaxMmaProducts));
  }
}

WarpProgram mma_program(const GpuConfig& config, const MmaBenchmark& benchmark) {
  const auto& core = config.tensor_core;
  const int blocks_m = benchmark.tile_m / core.mma_m;
  WarpProgram program;
  program.iterations = benchmark.repeat;
  for (int chain = 0; chain < benchmark.chains; ++chain) {
    for (int step = 0; step < benchmark.tile_k / core.mma_k; ++step) {
      for (int m = 0; m < blocks_m; ++m) {
        for (int n = 0; n < benchmark.tile_n / core.mma_n; ++n) {
          program.body.push_back({.op = WarpOp::kMma,
                                  .m = static_cast<int16_t>(chain * blocks_m + m),
                                  .n = static_cast<int16_t>(n)});
        }
      }
    }
  }
  program.body.push_back({.op = WarpOp::kWaitResults});
  program.epilogue.push_back({.op = WarpOp::kExit});
  return program;
}

}  // namespace faultwave::systemc
