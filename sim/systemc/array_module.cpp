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
      const int row = pe / cols;
      accel::PeProbe probe = array_.probe(row, pe % cols, cycle);
      probe.edge_activation = word.inputs.activation[static_cast<std::size_t>(row)];
      probe.edge_is_valid = word.inputs.valid[static_cast<std::size_t>(row)] != 0;
      probe.column_sum = array_.pe(array_.config().rows - 1, pe % cols).psum;
      listener_->on_pe(cycle, pe, probe);
    }
  }
  array_.step(cycle, word.inputs);
  array_.bottom_psums(out.psums.data());
}

}  // namespace faultwave::systemc
