#include "systemc/activation_unit.hpp"

namespace faultwave::systemc {

ActivationUnit::ActivationUnit(sc_core::sc_module_name name, const ProgramSlot& slot)
    : sc_module(name), slot_(slot) {}

void ActivationUnit::take(std::span<const FinishedSum> sums) {
  const int64_t n = slot_.program->job().n;
  for (const auto& finished : sums) slot_.sums[finished.m * n + finished.n] = finished.sum;
}

}  // namespace faultwave::systemc
