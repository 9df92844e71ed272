#include "systemc/program.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"

namespace faultwave::systemc {
namespace {

int64_t ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }

/// Bytes of `total` that fall to rows [first, last) of m: parts of a whole add up to it.
int64_t share(int64_t total, int64_t first, int64_t last, int64_t m) {
  const auto up_to = [&](int64_t row) {
    return static_cast<int64_t>(static_cast<long double>(total) * static_cast<long double>(row) /
                                static_cast<long double>(m));
  };
  return (last == m ? total : up_to(last)) - up_to(first);
}

}  // namespace

Program::Program(const accel::GemmJob& job, const TpuConfig& config)
    : job_(job), rows_(config.rows), cols_(config.cols) {
  if (job.m < 1 || job.n < 1 || job.k < 1) {
    throw UsageError(fmt::format("matrix product '{}': M {}, N {}, K {} must be at least 1",
                                 job.name, job.m, job.n, job.k));
  }
  if (job.k > config.unified_buffer_bytes) {
    throw UsageError(
        fmt::format("matrix product '{}': one row of {} activations does not fit into the unified "
                    "buffer\n  fix: set unified_buffer_bytes to {} or more, now {}",
                    job.name, job.k, job.k, config.unified_buffer_bytes));
  }
  chunk_rows_ = std::min<int64_t>(config.accumulator_rows, config.unified_buffer_bytes / job.k);
  num_chunks_ = ceil_div(job.m, chunk_rows_);
  k_tiles_ = ceil_div(job.k, rows_);
  n_tiles_ = ceil_div(job.n, cols_);
}

Chunk Program::chunk(int64_t index) const {
  Chunk chunk;
  chunk.m0 = index * chunk_rows_;
  const int64_t end = std::min(chunk.m0 + chunk_rows_, job_.m);
  chunk.rows = static_cast<int>(end - chunk.m0);
  chunk.host_read_bytes = share(job_.input_bytes, chunk.m0, end, job_.m);
  chunk.host_write_bytes = share(job_.output_bytes, chunk.m0, end, job_.m);
  chunk.buffer_bytes = chunk.rows * job_.k;
  return chunk;
}

Tile Program::tile(int64_t index) const {
  Tile tile;
  tile.chunk = index / tiles_per_chunk();
  const int64_t in_chunk = index % tiles_per_chunk();
  const int64_t k_tile = in_chunk % k_tiles_;
  tile.k0 = k_tile * rows_;
  tile.n0 = in_chunk / k_tiles_ * cols_;
  tile.rows = static_cast<int>(std::min<int64_t>(rows_, job_.k - tile.k0));
  tile.cols = static_cast<int>(std::min<int64_t>(cols_, job_.n - tile.n0));
  tile.is_first_k = k_tile == 0;
  tile.is_last_k = k_tile == k_tiles_ - 1;
  tile.is_last_of_chunk = in_chunk == tiles_per_chunk() - 1;
  return tile;
}

std::optional<Instruction> Program::peek() const {
  if (chunk_ == num_chunks_) return std::nullopt;
  const int64_t tile = chunk_ * tiles_per_chunk() + tile_;
  switch (step_) {
    case Step::kFirstRead:
      return Instruction{Opcode::kReadHostMemory, 0};
    case Step::kNextRead:
      return Instruction{Opcode::kReadHostMemory, chunk_ + 1};
    case Step::kWeights:
      return Instruction{Opcode::kReadWeights, tile};
    case Step::kMultiply:
      return Instruction{Opcode::kMatrixMultiply, tile};
    case Step::kActivate:
      return Instruction{Opcode::kActivate, tile};
    case Step::kWrite:
      return Instruction{Opcode::kWriteHostMemory, chunk_};
  }
  return std::nullopt;
}

void Program::next() {
  const auto begin_chunk = [this] {
    return chunk_ + 1 < num_chunks_ ? Step::kNextRead : Step::kWeights;
  };
  switch (step_) {
    case Step::kFirstRead:
      step_ = begin_chunk();
      break;
    case Step::kNextRead:
      step_ = Step::kWeights;
      break;
    case Step::kWeights:
      step_ = Step::kMultiply;
      break;
    case Step::kMultiply:
      if (tile_ % k_tiles_ == k_tiles_ - 1) {
        step_ = Step::kActivate;
      } else {
        ++tile_;
        step_ = Step::kWeights;
      }
      break;
    case Step::kActivate:
      step_ = ++tile_ == tiles_per_chunk() ? Step::kWrite : Step::kWeights;
      break;
    case Step::kWrite:
      ++chunk_;
      tile_ = 0;
      step_ = begin_chunk();
      break;
  }
}

}  // namespace faultwave::systemc
