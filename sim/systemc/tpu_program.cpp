#include "systemc/tpu_program.hpp"

#include <algorithm>

#include "base/error.hpp"

namespace faultwave::systemc {

namespace {

int64_t footprint(const accel::GemmJob& job) {
  return job.buffer_bytes > 0 ? job.buffer_bytes : job.m * job.k;
}

int64_t divide_up(int64_t x, int64_t y) { return (x + y - 1) / y; }

}  // namespace

int64_t rows_per_piece(const TpuConfig& config, const accel::GemmJob& job) {
  const int64_t bytes = footprint(job);
  int64_t rows = std::min<int64_t>(job.m, config.accumulator_rows);
  if (bytes > config.unified_buffer_bytes) {
    const auto fitting = static_cast<int64_t>(static_cast<double>(job.m) *
                                              static_cast<double>(config.unified_buffer_bytes) /
                                              static_cast<double>(bytes));
    rows = std::min(rows, fitting);
  }
  if (rows >= 1) return rows;
  throw UsageError(fmt::format(
      "a row of {} activation bytes does not fit into the unified buffer of {} bytes\n  fix: raise "
      "unified_buffer_bytes",
      divide_up(bytes, job.m), config.unified_buffer_bytes));
}

std::vector<Instruction> compile_gemm(const TpuConfig& config, const accel::GemmJob& job) {
  const int64_t piece = rows_per_piece(config, job);
  const int64_t num_folds =
      divide_up(job.m, piece) * divide_up(job.n, config.cols) * divide_up(job.k, config.rows);
  if (num_folds > kMaxFolds) {
    throw UsageError(
        fmt::format("the product needs {} passes of weight tiles, at most {} are "
                    "supported\n  fix: use a larger array or more accumulator rows",
                    num_folds, kMaxFolds));
  }
  const bool is_streamed = footprint(job) > config.unified_buffer_bytes;
  std::vector<Instruction> program;
  if (job.input_bytes > 0 && !is_streamed) {
    program.push_back({Opcode::kReadHostMemory, {}, job.input_bytes});
  }
  for (int64_t m0 = 0; m0 < job.m; m0 += piece) {
    const int64_t rows = std::min(piece, job.m - m0);
    if (is_streamed) {
      program.push_back({Opcode::kReadHostMemory, {}, divide_up(footprint(job) * rows, job.m)});
    }
    for (int64_t n0 = 0; n0 < job.n; n0 += config.cols) {
      for (int64_t k0 = 0; k0 < job.k; k0 += config.rows) {
        Fold fold;
        fold.k0 = k0;
        fold.n0 = n0;
        fold.m0 = m0;
        fold.rows = static_cast<int>(rows);
        fold.used_k = static_cast<int>(std::min<int64_t>(config.rows, job.k - k0));
        fold.used_n = static_cast<int>(std::min<int64_t>(config.cols, job.n - n0));
        fold.accumulate = k0 > 0;
        fold.activate = k0 + config.rows >= job.k;
        program.push_back({Opcode::kReadWeights, fold, 0});
        program.push_back({Opcode::kMatrixMultiply, fold, 0});
        if (fold.activate) program.push_back({Opcode::kActivate, fold, 0});
      }
    }
  }
  if (job.output_bytes > 0) program.push_back({Opcode::kWriteHostMemory, {}, job.output_bytes});
  return program;
}

std::vector<Fold> folds_of(const std::vector<Instruction>& program) {
  std::vector<Fold> folds;
  for (const Instruction& instruction : program) {
    if (instruction.opcode == Opcode::kMatrixMultiply) folds.push_back(instruction.fold);
  }
  return folds;
}

int64_t exposed_cycles(const TpuConfig& config, const std::vector<Fold>& folds) {
  int64_t cycles = 0;
  for (const Fold& fold : folds) cycles += 2 * config.rows + config.cols + fold.rows - 2;
  return cycles;
}

int64_t hidden_cycles(const TpuConfig& config, const std::vector<Fold>& folds) {
  if (folds.empty()) return 0;
  int64_t cycles = config.rows;
  for (const Fold& fold : folds) cycles += std::max(fold.rows, config.rows);
  const int last = folds.back().rows;
  return cycles - std::max(last, config.rows) + last + config.rows + config.cols - 2;
}

}  // namespace faultwave::systemc
