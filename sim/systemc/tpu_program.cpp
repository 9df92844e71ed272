#include "systemc/tpu_program.hpp"

#include <algorithm>

namespace faultwave::systemc {

std::vector<Fold> compile_gemm(const TpuConfig& config, const accel::GemmJob& job) {
  std::vector<Fold> folds;
  for (int64_t m0 = 0; m0 < job.m; m0 += config.accumulator_rows) {
    for (int64_t n0 = 0; n0 < job.n; n0 += config.cols) {
      for (int64_t k0 = 0; k0 < job.k; k0 += config.rows) {
        Fold fold;
        fold.k0 = k0;
        fold.n0 = n0;
        fold.m0 = m0;
        fold.rows = static_cast<int>(std::min<int64_t>(config.accumulator_rows, job.m - m0));
        fold.used_k = static_cast<int>(std::min<int64_t>(config.rows, job.k - k0));
        fold.used_n = static_cast<int>(std::min<int64_t>(config.cols, job.n - n0));
        fold.accumulate = k0 > 0;
        fold.activate = k0 + config.rows >= job.k;
        folds.push_back(fold);
      }
    }
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
