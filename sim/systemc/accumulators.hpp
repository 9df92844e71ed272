// The accumulator memory below the array and the activation lanes behind it.
#pragma once

#include <cstdint>
#include <systemc>
#include <vector>

#include "systemc/tpu_buses.hpp"

namespace faultwave::systemc {

/// accumulator_rows x cols sums. Column c receives activation row m of a stream after the cycle
/// start + m + rows + c: a diagonal per cycle. Complete sums go to `results`, one lane per column.
SC_MODULE(Accumulators) {
 public:
  sc_core::sc_in<bool> clock;
  SC_HAS_PROCESS(Accumulators);
  Accumulators(sc_core::sc_module_name name, const TpuConfig& config, const Bus<PsumWord>& psums);

  /// Where complete sums go: [m][n] with `n` columns.
  void load(int32_t * results, int64_t n) {
    results_ = results;
    result_cols_ = n;
  }

 private:
  void on_clock();
  void collect(const Flight& flight, int64_t cycle, const std::vector<int32_t>& psums);

  TpuConfig config_;
  const Bus<PsumWord>& psums_;
  std::vector<int32_t> sums_;  ///< [accumulator row][column], grown on demand
  int32_t* results_ = nullptr;
  int64_t result_cols_ = 0;
};

}  // namespace faultwave::systemc
