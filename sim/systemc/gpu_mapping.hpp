// Which lane of which sub-core of which SM computes a product: docs/gpu.md has the picture. Free of
// SystemC.
#pragma once

#include <cstdint>
#include <vector>

#include "accel/gemm_job.hpp"
#include "systemc/gpu_config.hpp"

namespace faultwave::systemc {

/// A static mapping: CTAs are numbered along n, then m; CTA c runs on SM c mod SMs as that SM's CTA
/// number c / SMs; its warps, numbered along n, then m, go around the sub-cores from where the SM's
/// CTA before stopped; within an mma TensorCoreConfig::lane_of decides.
class GpuMapping {
 public:
  GpuMapping(const GpuConfig& config, const accel::GemmShape& shape);

  int64_t grid_n() const { return grid_n_; }
  int64_t num_ctas() const { return grid_m_ * grid_n_; }
  int64_t num_k_tiles() const { return num_k_tiles_; }

  int sm_of_cta(int64_t cta) const { return static_cast<int>(cta % config_.sms); }
  int sub_core_of_warp(int64_t cta, int warp) const;
  /// Number of lane 0 of the sub-core that computes output (m, n).
  int first_lane(int64_t m, int64_t n) const;
  /// Lane of product (m, n, k), numbered over the whole GPU.
  int pe_of(int64_t m, int64_t n, int64_t k) const;
  /// Lanes that multiply weight (k, n), ascending, with the number of m for each.
  std::vector<accel::PeCount> pes_of_weight(int64_t k, int64_t n) const;

 private:
  GpuConfig config_;
  accel::GemmShape shape_;
  int64_t grid_m_;
  int64_t grid_n_;
  int64_t num_k_tiles_;
};

/// GpuMapping for products of any shape.
class GpuPeMapping : public accel::PeMapping {
 public:
  explicit GpuPeMapping(const GpuConfig& config);
  const fault::PeSpace& pes() const override { return space_; }
  int k_period() const override { return config_.tensor_core.depth; }
  void pes_of_output(const accel::GemmShape& shape, int64_t m, int64_t n, int* pes) const override;
  std::vector<accel::PeCount> pes_of_weight(const accel::GemmShape& shape, int64_t k,
                                            int64_t n) const override;

 private:
  GpuConfig config_;
  fault::PeSpace space_;
};

}  // namespace faultwave::systemc
