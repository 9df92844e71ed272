// Systolic data setup: the triangle of registers that delays row r by r cycles.
#pragma once

#include <systemc>
#include <vector>

#include "systemc/signals.hpp"
#include "systemc/unified_buffer.hpp"

namespace faultwave::systemc {

SC_MODULE(DataSetup) {
 public:
  sc_core::sc_in<uint64_t> cycle{"cycle"};
  sc_core::sc_in<bool> stream_valid{"stream_valid"};
  sc_core::sc_in<bool> stream_swap{"stream_swap"};
  sc_core::sc_in<int64_t> stream_tile{"stream_tile"};
  sc_core::sc_in<int> stream_row{"stream_row"};
  sc_core::sc_in<bool> shift_valid{"shift_valid"};
  sc_core::sc_in<int> shift_step{"shift_step"};
  sc_core::sc_port<UnifiedBufferPort> buffer{"buffer"};

  /// Drives activation, valid, swap and shift of `edge`.
  DataSetup(sc_core::sc_module_name name, const ProgramSlot& slot, const accel::ArrayConfig& array,
            accel::ArrayInputs& edge);

 private:
  struct ActivationRow {
    bool valid = false;
    bool swap = false;
    std::vector<uint8_t> codes;
  };
  void on_cycle();
  void read_row(ActivationRow & out) const;

  const ProgramSlot& slot_;
  const std::size_t rows_;
  accel::ArrayInputs& edge_;
  std::vector<ActivationRow> skew_;  ///< what entered in the last `rows` cycles, a ring
  std::size_t position_ = 0;         ///< of the newest
  std::size_t cycles_left_ = 0;      ///< until the last row of the array has been served
  bool was_shifting_ = false;
};

}  // namespace faultwave::systemc
