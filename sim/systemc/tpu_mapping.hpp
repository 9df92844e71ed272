// Which PE of a systolic array computes a product. Free of SystemC.
#pragma once

#include "accel/pe_mapping.hpp"
#include "systemc/tpu_config.hpp"

namespace faultwave::systemc {

/// Weight (k, n) sits in PE (k mod rows, n mod cols) for all m.
class TpuMapping : public accel::PeMapping {
 public:
  explicit TpuMapping(const TpuConfig& config)
      : rows_(config.rows),
        cols_(config.cols),
        space_(fault::PeSpace::array(config.rows, config.cols)) {}

  const fault::PeSpace& pes() const override { return space_; }
  int k_period() const override { return rows_; }
  void pes_of_output(const accel::GemmShape&, int64_t, int64_t n, int* pes) const override {
    for (int row = 0; row < rows_; ++row) pes[row] = row * cols_ + static_cast<int>(n % cols_);
  }
  std::vector<accel::PeCount> pes_of_weight(const accel::GemmShape& shape, int64_t k,
                                            int64_t n) const override {
    return {{static_cast<int>(k % rows_) * cols_ + static_cast<int>(n % cols_), shape.m}};
  }

 private:
  int rows_;
  int cols_;
  fault::PeSpace space_;
};

}  // namespace faultwave::systemc
