#include "systemc/data_setup.hpp"

#include <algorithm>

namespace faultwave::systemc {

DataSetup::DataSetup(sc_core::sc_module_name name, const TpuConfig& config,
                     const Bus<ControlWord>& control, Bus<ArrayWord>& array,
                     const UnifiedBuffer& buffer, const WeightMemory& weights)
    : sc_module(name),
      clock("clock"),
      config_(config),
      control_(control),
      array_(array),
      buffer_(buffer),
      weights_(weights) {
  SC_METHOD(on_clock);
  sensitive << clock.pos();
  dont_initialize();
}

void DataSetup::on_clock() {
  const ControlWord& control = control_.read();
  ArrayWord& word = array_.write();
  word.control = control;
  if (!control.valid) return;
  accel::ArrayInputs& inputs = word.inputs;
  std::fill(inputs.activation.begin(), inputs.activation.end(), uint8_t{0});
  std::fill(inputs.valid.begin(), inputs.valid.end(), uint8_t{0});
  std::fill(inputs.swap.begin(), inputs.swap.end(), uint8_t{0});
  std::fill(inputs.shift.begin(), inputs.shift.end(), uint8_t{0});
  for (const Flight& flight : control.shifts) apply_shift(flight, control.cycle, inputs);
  for (const Flight& flight : control.streams) apply_stream(flight, control.cycle, inputs);
}

void DataSetup::apply_shift(const Flight& flight, int64_t cycle, accel::ArrayInputs& inputs) const {
  const int64_t age = cycle - flight.start;
  if (age < config_.rows) {
    const auto last = static_cast<std::ptrdiff_t>(std::min<int64_t>(age, config_.rows - 1));
    std::fill(inputs.shift.begin(), inputs.shift.begin() + last + 1, uint8_t{1});
  }
  const int64_t first_col = std::max<int64_t>(0, age - config_.rows + 1);
  const int64_t end_col = std::min<int64_t>(config_.cols, age + 1);
  for (int64_t col = first_col; col < end_col; ++col) {
    const int64_t k = flight.fold->k0 + config_.rows - 1 - (age - col);
    const int64_t n = flight.fold->n0 + col;
    inputs.weight[static_cast<std::size_t>(col)] = weights_.code(k, n);
    inputs.weight_flags[static_cast<std::size_t>(col)] = weights_.flags(k, n);
  }
}

void DataSetup::apply_stream(const Flight& flight, int64_t cycle,
                             accel::ArrayInputs& inputs) const {
  const Fold& fold = *flight.fold;
  const int64_t age = cycle - flight.start;
  if (age >= 0 && age < config_.rows) inputs.swap[static_cast<std::size_t>(age)] = 1;
  const int64_t first_row = std::max<int64_t>(0, age - fold.rows + 1);
  const int64_t end_row = std::min<int64_t>(fold.used_k, age + 1);
  for (int64_t row = first_row; row < end_row; ++row) {
    const int64_t m = fold.m0 + age - row;
    inputs.activation[static_cast<std::size_t>(row)] = buffer_.read(m, fold.k0 + row);
    inputs.valid[static_cast<std::size_t>(row)] = 1;
  }
}

}  // namespace faultwave::systemc
