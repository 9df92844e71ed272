#include "systemc/array_module.hpp"

namespace faultwave::systemc {

ArrayModule::ArrayModule(sc_core::sc_module_name name, accel::SystolicArray& array,
                         const Bus<ArrayWord>& inputs, Bus<PsumWord>& psums)
    : sc_module(name), clock("clock"), array_(array), inputs_(inputs), psums_(psums) {
  SC_METHOD(on_clock);
  sensitive << clock.pos();
  dont_initialize();
}

void ArrayModule::on_clock() {
  const ArrayWord& word = inputs_.read();
  PsumWord& out = psums_.write();
  out.control = word.control;
  if (!word.control.valid) return;
  const auto cycle = static_cast<uint64_t>(word.control.cycle);
  if (listener_ != nullptr && listener_->wants(cycle)) {
    const int cols = array_.config().cols;
    for (const int pe : listener_->pes()) {
      listener_->on_pe(cycle, pe, array_.probe(pe / cols, pe % cols, cycle));
    }
  }
  array_.step(cycle, word.inputs);
  array_.bottom_psums(out.psums.data());
}

}  // namespace faultwave::systemc
