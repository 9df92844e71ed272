#include "systemc/array_unit.hpp"

namespace faultwave::systemc {

ArrayUnit::ArrayUnit(sc_core::sc_module_name name, accel::SystolicArray& array,
                     const accel::ArrayInputs& edge)
    : sc_module(name),
      array_(array),
      edge_(edge),
      settle_cycles_(2 * (array.config().rows + array.config().cols) + 2),
      idle_cycles_(settle_cycles_) {
  SC_METHOD(on_clock);
  sensitive << clock.pos();
  dont_initialize();
}

/// Closes the cycle that the signals still show. An array that nothing has entered for so long that
/// the last wave has left it and its partial sums have settled is not clocked: waiting for memory
/// costs no evaluation.
void ArrayUnit::on_clock() {
  if (!busy.read()) return;
  if (stream_valid.read() || shift_valid.read()) {
    idle_cycles_ = 0;
  } else if (idle_cycles_ < settle_cycles_) {
    ++idle_cycles_;
  } else {
    return;
  }
  array_.step(cycle.read(), edge_);
}

}  // namespace faultwave::systemc
