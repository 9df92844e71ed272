// An accelerator whose faults act in one layer only.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "accel/gemm_job.hpp"

namespace faultwave::campaign {

/// Runs the product of one name on `faulty`, all others on `healthy`. Both map products alike.
class LayerSwitch : public accel::Accelerator {
 public:
  LayerSwitch(std::unique_ptr<accel::Accelerator> healthy,
              std::unique_ptr<accel::Accelerator> faulty, std::string faulty_layer)
      : healthy_(std::move(healthy)),
        faulty_(std::move(faulty)),
        faulty_layer_(std::move(faulty_layer)) {}

  accel::CycleReport run_gemm(const accel::GemmJob& job, int32_t* sums) override {
    return (job.name == faulty_layer_ ? *faulty_ : *healthy_).run_gemm(job, sums);
  }
  accel::CycleReport run_vector(const std::string& name, int64_t num_values) override {
    return healthy_->run_vector(name, num_values);
  }
  uint64_t cycle() const override { return healthy_->cycle() + faulty_->cycle(); }
  const fault::PeSpace& pes() const override { return healthy_->pes(); }
  std::span<const accel::Cause> causes() const override { return healthy_->causes(); }
  void set_bypassed_pes(const std::vector<int>& pes) override {
    healthy_->set_bypassed_pes(pes);
    faulty_->set_bypassed_pes(pes);
  }
  void set_trace_listener(accel::TraceListener* listener) override {
    faulty_->set_trace_listener(listener);
  }
  int k_period() const override { return healthy_->k_period(); }
  void pes_of_output(const accel::GemmShape& shape, int64_t m, int64_t n, int* pes) const override {
    healthy_->pes_of_output(shape, m, n, pes);
  }
  std::vector<accel::PeCount> pes_of_weight(const accel::GemmShape& shape, int64_t k,
                                            int64_t n) const override {
    return healthy_->pes_of_weight(shape, k, n);
  }

 private:
  std::unique_ptr<accel::Accelerator> healthy_;
  std::unique_ptr<accel::Accelerator> faulty_;
  std::string faulty_layer_;
};

}  // namespace faultwave::campaign
