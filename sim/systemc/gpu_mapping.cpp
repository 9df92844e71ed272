#include "systemc/gpu_mapping.hpp"

#include <algorithm>
#include <map>

namespace faultwave::systemc {
namespace {

int64_t ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }

}  // namespace

GpuMapping::GpuMapping(const GpuConfig& config, const accel::GemmShape& shape)
    : config_(config),
      shape_(shape),
      grid_m_(ceil_div(shape.m, config.cta_m)),
      grid_n_(ceil_div(shape.n, config.cta_n)),
      num_k_tiles_(ceil_div(shape.k, config.cta_k)) {}

int GpuMapping::sub_core_of_warp(int64_t cta, int warp) const {
  const int64_t cta_of_sm = cta / config_.sms;
  return static_cast<int>((cta_of_sm * config_.warps_per_cta() + warp) % config_.sub_cores);
}

int GpuMapping::first_lane(int64_t m, int64_t n) const {
  const int64_t cta = m / config_.cta_m * grid_n_ + n / config_.cta_n;
  const auto warp =
      static_cast<int>(m % config_.cta_m / config_.warp_m * (config_.cta_n / config_.warp_n) +
                       n % config_.cta_n / config_.warp_n);
  const int core = sm_of_cta(cta) * config_.sub_cores + sub_core_of_warp(cta, warp);
  return core * config_.tensor_core.num_lanes();
}

int GpuMapping::pe_of(int64_t m, int64_t n, int64_t k) const {
  const auto& core = config_.tensor_core;
  return first_lane(m, n) + core.lane_of(static_cast<int>(m % core.rows),
                                         static_cast<int>(n % core.cols),
                                         static_cast<int>(k % core.depth));
}

std::vector<accel::PeCount> GpuMapping::pes_of_weight(int64_t k, int64_t n) const {
  // All rows of one warp tile are on one sub-core.
  std::map<int, int64_t> counts;
  for (int64_t m = 0; m < shape_.m; m += config_.warp_m) {
    const int64_t rows = std::min<int64_t>(config_.warp_m, shape_.m - m);
    for (int64_t row = 0; row < std::min<int64_t>(rows, config_.tensor_core.rows); ++row) {
      counts[pe_of(m + row, n, k)] += ceil_div(rows - row, config_.tensor_core.rows);
    }
  }
  std::vector<accel::PeCount> result;
  for (const auto& [pe, count] : counts) result.push_back({pe, count});
  return result;
}

GpuPeMapping::GpuPeMapping(const GpuConfig& config)
    : config_(config),
      space_(fault::PeSpace::gpu(config.sms, config.sub_cores, config.tensor_core.num_lanes(),
                                 config.tensor_core.depth)) {}

void GpuPeMapping::pes_of_output(const accel::GemmShape& shape, int64_t m, int64_t n,
                                 int* pes) const {
  const int first = GpuMapping(config_, shape).pe_of(m, n, 0);
  for (int k = 0; k < k_period(); ++k) pes[k] = first + k;
}

std::vector<accel::PeCount> GpuPeMapping::pes_of_weight(const accel::GemmShape& shape, int64_t k,
                                                        int64_t n) const {
  return GpuMapping(config_, shape).pes_of_weight(k, n);
}

}  // namespace faultwave::systemc
