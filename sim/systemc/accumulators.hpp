// Accumulators: accumulator_rows x cols 32-bit sums below the array.
#pragma once

#include <cstdint>
#include <systemc>
#include <vector>

#include "systemc/activation_unit.hpp"
#include "systemc/signals.hpp"

namespace faultwave::systemc {

SC_MODULE(Accumulators) {
 public:
  sc_core::sc_in<uint64_t> cycle{"cycle"};
  sc_core::sc_in<bool> stream_valid{"stream_valid"};
  sc_core::sc_in<int64_t> stream_tile{"stream_tile"};
  sc_core::sc_in<int> stream_row{"stream_row"};
  sc_core::sc_port<ActivationPort> activation{"activation"};

  Accumulators(sc_core::sc_module_name name, const ProgramSlot& slot,
               const accel::SystolicArray& array, int num_rows);

 private:
  /// A row of activations that entered the array in some cycle.
  struct Wave {
    bool valid = false;
    bool is_first_k = false;
    bool is_last_k = false;
    int row = 0;  ///< of the accumulators
    int cols = 0;
    int64_t m = 0;
    int64_t n0 = 0;
  };
  void on_cycle();
  void collect();
  int32_t add(const Wave& wave, std::size_t col, int32_t psum);

  const ProgramSlot& slot_;
  const accel::SystolicArray& array_;
  const std::size_t rows_;
  const std::size_t cols_;
  const int num_rows_;
  std::vector<int32_t> sums_;  ///< [row][cols], grown to the rows in use
  std::vector<Wave> waves_;    ///< of the last rows + cols cycles, a ring
  std::size_t position_ = 0;   ///< of the newest
  std::size_t cycles_left_ = 0;
  std::vector<int32_t> psums_;
  std::vector<FinishedSum> finished_;
};

}  // namespace faultwave::systemc
