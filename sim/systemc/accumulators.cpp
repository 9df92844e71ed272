#include "systemc/accumulators.hpp"

#include <algorithm>

namespace faultwave::systemc {

Accumulators::Accumulators(sc_core::sc_module_name name, const TpuConfig& config,
                           const Bus<PsumWord>& psums)
    : sc_module(name), clock("clock"), config_(config), psums_(psums) {
  SC_METHOD(on_clock);
  sensitive << clock.pos();
  dont_initialize();
}

void Accumulators::on_clock() {
  const PsumWord& word = psums_.read();
  if (!word.control.valid) return;
  for (const Flight& flight : word.control.streams) {
    collect(flight, word.control.cycle, word.psums);
  }
}

void Accumulators::collect(const Flight& flight, int64_t cycle, const std::vector<int32_t>& psums) {
  const Fold& fold = *flight.fold;
  const int64_t age = cycle - flight.start - config_.rows;
  const int64_t first_col = std::max<int64_t>(0, age - fold.rows + 1);
  const int64_t end_col = std::min<int64_t>(fold.used_n, age + 1);
  const auto needed = static_cast<std::size_t>(fold.rows) * static_cast<std::size_t>(config_.cols);
  if (sums_.size() < needed) sums_.resize(needed);
  for (int64_t col = first_col; col < end_col; ++col) {
    const int64_t row = age - col;
    int32_t& sum = sums_[static_cast<std::size_t>(row * config_.cols + col)];
    const int32_t psum = psums[static_cast<std::size_t>(col)];
    // Two's complement wrap-around, as the hardware adder does.
    sum = fold.accumulate
              ? static_cast<int32_t>(static_cast<uint32_t>(sum) + static_cast<uint32_t>(psum))
              : psum;
    if (fold.activate) results_[(fold.m0 + row) * result_cols_ + fold.n0 + col] = sum;
  }
}

}  // namespace faultwave::systemc
