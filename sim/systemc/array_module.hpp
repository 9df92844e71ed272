// The systolic array as a clocked module around accel::SystolicArray.
#pragma once

#include <systemc>

#include "accel/systolic_array.hpp"
#include "systemc/tpu_buses.hpp"

namespace faultwave::systemc {

SC_MODULE(ArrayModule) {
 public:
  sc_core::sc_in<bool> clock;
  SC_HAS_PROCESS(ArrayModule);
  ArrayModule(sc_core::sc_module_name name, accel::SystolicArray & array,
              const Bus<ArrayWord>& inputs, Bus<PsumWord>& psums);
  void set_trace_listener(accel::TraceListener * listener) { listener_ = listener; }

 private:
  void on_clock();
  accel::SystolicArray& array_;
  const Bus<ArrayWord>& inputs_;
  Bus<PsumWord>& psums_;
  accel::TraceListener* listener_ = nullptr;
};

}  // namespace faultwave::systemc
