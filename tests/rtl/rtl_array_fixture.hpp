// rtl/tpu/systolic_array.sv, Verilated as a whole: the independent twin of accel::SystolicArray.
#pragma once

#include <cstdint>
#include <vector>

#include "accel/systolic_array.hpp"
#include "rtl/rtl_model_fixture.hpp"

namespace faultwave::test_support {

/// One instance of the RTL array, after reset, in the cycle before the first step (cycle 0).
class RtlArray {
 public:
  RtlArray(const accel::ArrayConfig& config, const netlist::Netlist& multiplier, RtlBuild build,
           const std::vector<fault::Fault>& faults = {});

  /// As SystolicArray::step.
  void step(uint64_t cycle, const accel::ArrayInputs& inputs);
  void bottom_psums(int32_t* psums) const;
  /// Registers as their readers see them, except the weight, which is the stored one.
  accel::SystolicArray::PeState pe(int row, int col) const;

 private:
  const RtlModel::Signal& reg(int row, int col, std::size_t index) const;

  accel::ArrayConfig config_;
  RtlModel model_;
  std::size_t signals_per_pe_ = 0;
  uint8_t *act_ = nullptr, *valid_ = nullptr, *swap_ = nullptr, *shift_ = nullptr;
  uint8_t *weight_ = nullptr, *negate_ = nullptr, *bypass_ = nullptr, *psum_ = nullptr;
};

}  // namespace faultwave::test_support
