// rtl/gpu/tensor_core.sv, Verilated as a whole: the independent twin of accel::TensorCore.
#pragma once

#include <cstdint>
#include <vector>

#include "accel/tensor_core.hpp"
#include "rtl/rtl_model_fixture.hpp"

namespace faultwave::test_support {

/// Operands of one step in the obvious layout.
struct StepValues {
  explicit StepValues(const accel::TensorCoreConfig& config);
  std::vector<uint8_t> activations;  ///< [rows][depth] codes
  std::vector<uint8_t> weights;      ///< [cols][depth] codes
  std::vector<uint8_t> flags;        ///< [cols][depth] kNegate | kBypass
  int num_rows;                      ///< rows that count
  std::vector<int32_t> sums;         ///< [rows][cols]
};

/// One instance of the RTL tensor core, after reset, in the cycle before the first step (cycle 0).
class RtlTensorCore {
 public:
  RtlTensorCore(const accel::TensorCoreConfig& config, const netlist::Netlist& multiplier,
                bool product_is_signed, bool weight_on_port_a,
                const std::vector<fault::Fault>& faults);

  /// As TensorCore::step; null: nothing enters.
  void step(uint64_t cycle, const StepValues* values);
  bool has_result() const { return *valid_out_ != 0; }
  /// [rows][cols]
  std::vector<int32_t> result() const;

 private:
  accel::TensorCoreConfig config_;
  RtlModel model_;
  uint8_t *valid_, *act_, *row_, *weight_, *negate_, *enable_, *sum_, *valid_out_, *acc_;
};

}  // namespace faultwave::test_support
