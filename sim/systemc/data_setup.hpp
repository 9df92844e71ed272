// Systolic data setup: skews activations by row and weights by column on their way to the array.
#pragma once

#include <systemc>

#include "systemc/tpu_buses.hpp"
#include "systemc/tpu_memories.hpp"

namespace faultwave::systemc {

SC_MODULE(DataSetup) {
 public:
  sc_core::sc_in<bool> clock;
  SC_HAS_PROCESS(DataSetup);
  DataSetup(sc_core::sc_module_name name, const TpuConfig& config, const Bus<ControlWord>& control,
            Bus<ArrayWord>& array, const UnifiedBuffer& buffer, const WeightMemory& weights);

 private:
  void on_clock();
  /// Row r shifts at cycles start + r .. start + rows - 1; column c takes its weights c cycles
  /// later.
  void apply_shift(const Flight& flight, int64_t cycle, accel::ArrayInputs& inputs) const;
  /// Activation row m reaches array row r at cycle start + m + r; the first one swaps weights.
  void apply_stream(const Flight& flight, int64_t cycle, accel::ArrayInputs& inputs) const;

  TpuConfig config_;
  const Bus<ControlWord>& control_;
  Bus<ArrayWord>& array_;
  const UnifiedBuffer& buffer_;
  const WeightMemory& weights_;
};

}  // namespace faultwave::systemc
