// The systolic array as a clocked module: one SystolicArray::step per rising edge.
#pragma once

#include <systemc>
#include <vector>

#include "systemc/signals.hpp"

namespace faultwave::systemc {

SC_MODULE(ArrayUnit) {
 public:
  sc_core::sc_in<bool> clock{"clock"};
  sc_core::sc_in<uint64_t> cycle{"cycle"};
  sc_core::sc_in<bool> busy{"busy"};
  sc_core::sc_in<bool> stream_valid{"stream_valid"};
  sc_core::sc_in<bool> shift_valid{"shift_valid"};

  ArrayUnit(sc_core::sc_module_name name, accel::SystolicArray & array,
            const accel::ArrayInputs& edge);

 private:
  void on_clock();

  accel::SystolicArray& array_;
  const accel::ArrayInputs& edge_;
  const int settle_cycles_;
  int idle_cycles_;
};

}  // namespace faultwave::systemc
