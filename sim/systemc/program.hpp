// The instruction stream of one matrix product, compiled on the fly from a GemmJob.
#pragma once

#include <cstdint>
#include <optional>

#include "accel/gemm_job.hpp"
#include "systemc/tpu_config.hpp"

namespace faultwave::systemc {

/// The TPU's instructions (Jouppi et al., ISCA 2017, section 2).
enum class Opcode : uint8_t {
  kReadHostMemory,   ///< operand: chunk; activations into the unified buffer
  kReadWeights,      ///< operand: tile; weight memory into the weight FIFO
  kMatrixMultiply,   ///< operand: tile; the chunk's rows through the tile into the accumulators
  kActivate,         ///< operand: tile; finished sums leave the accumulators behind this tile
  kWriteHostMemory,  ///< operand: chunk
};

struct Instruction {
  Opcode opcode = Opcode::kReadHostMemory;
  int64_t operand = 0;
};

/// Rows m0 .. m0 + rows - 1 of the product: what the accumulators and the unified buffer hold.
struct Chunk {
  int64_t m0 = 0;
  int rows = 0;
  int64_t host_read_bytes = 0;  ///< 0: already in the unified buffer
  int64_t host_write_bytes = 0;
  int64_t buffer_bytes = 0;  ///< of the unified buffer
};

/// A block of weights in the array: W[k0 .. k0 + rows)[n0 .. n0 + cols), with its chunk.
struct Tile {
  int64_t chunk = 0;
  int64_t k0 = 0;
  int64_t n0 = 0;
  int rows = 0;
  int cols = 0;
  bool is_first_k = false;  ///< sums overwrite the accumulators
  bool is_last_k = false;   ///< sums are finished
  bool is_last_of_chunk = false;
};

/// Order of work: chunks of M; in a chunk the tiles of N; in those the tiles of K, which add up in
/// the accumulators. Host reads stand one chunk ahead, so that they overlap with computing.
class Program {
 public:
  /// Refers to `job` as long as it lives. UsageError when the unified buffer cannot hold one row.
  Program(const accel::GemmJob& job, const TpuConfig& config);

  const accel::GemmJob& job() const { return job_; }
  int64_t num_chunks() const { return num_chunks_; }
  int64_t num_tiles() const { return num_chunks_ * tiles_per_chunk(); }
  Chunk chunk(int64_t index) const;
  Tile tile(int64_t index) const;

  /// The instruction that next() takes; nothing at the end.
  std::optional<Instruction> peek() const;
  void next();

 private:
  int64_t tiles_per_chunk() const { return k_tiles_ * n_tiles_; }

  const accel::GemmJob& job_;
  int rows_;
  int cols_;
  int64_t chunk_rows_ = 1;
  int64_t num_chunks_ = 0;
  int64_t k_tiles_ = 0;
  int64_t n_tiles_ = 0;
  /// Position: chunk, tile in it, and what of the tile comes next.
  enum class Step : uint8_t { kFirstRead, kNextRead, kWeights, kMultiply, kActivate, kWrite };
  Step step_ = Step::kFirstRead;
  int64_t chunk_ = 0;
  int64_t tile_ = 0;
};

}  // namespace faultwave::systemc
