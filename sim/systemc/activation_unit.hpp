// Activation unit: one lane per column takes finished sums from the accumulators. Requantisation
// and the exact corrections of the number format, both fault-free, are computed by the host driver
// (docs/numerics.md); here they are a stage of the pipeline that adds no cycles.
#pragma once

#include <cstdint>
#include <span>
#include <systemc>

#include "systemc/signals.hpp"

namespace faultwave::systemc {

struct FinishedSum {
  int64_t m;
  int64_t n;
  int32_t sum;
};

class ActivationPort : public virtual sc_core::sc_interface {
 public:
  /// The sums that were finished in one cycle, at most one per column.
  virtual void take(std::span<const FinishedSum> sums) = 0;
};

SC_MODULE(ActivationUnit), public ActivationPort {
 public:
  ActivationUnit(sc_core::sc_module_name name, const ProgramSlot& slot);
  void take(std::span<const FinishedSum> sums) override;

 private:
  const ProgramSlot& slot_;
};

}  // namespace faultwave::systemc
