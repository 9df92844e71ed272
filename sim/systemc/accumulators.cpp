#include "systemc/accumulators.hpp"

#include "base/error.hpp"

namespace faultwave::systemc {

Accumulators::Accumulators(sc_core::sc_module_name name, const ProgramSlot& slot,
                           const accel::SystolicArray& array, int num_rows)
    : sc_module(name),
      slot_(slot),
      array_(array),
      rows_(static_cast<std::size_t>(array.config().rows)),
      cols_(static_cast<std::size_t>(array.config().cols)),
      num_rows_(num_rows),
      waves_(rows_ + cols_),
      psums_(cols_) {
  finished_.reserve(cols_);
  SC_METHOD(on_cycle);
  sensitive << cycle;
  dont_initialize();
}

void Accumulators::on_cycle() {
  // Sums that the edge just passed brought to the bottom row.
  if (cycles_left_ > 0) {
    --cycles_left_;
    collect();
  }
  if (stream_valid.read()) cycles_left_ = rows_ + cols_;
  if (cycles_left_ == 0) return;
  position_ = (position_ + 1) % waves_.size();
  Wave& newest = waves_[position_];
  newest.valid = stream_valid.read();
  if (!newest.valid) return;
  const Tile tile = slot_.program->tile(stream_tile.read());
  newest.is_first_k = tile.is_first_k;
  newest.is_last_k = tile.is_last_k;
  newest.row = stream_row.read();
  newest.cols = tile.cols;
  newest.m = slot_.program->chunk(tile.chunk).m0 + newest.row;
  newest.n0 = tile.n0;
  FAULTWAVE_CHECK(newest.row < num_rows_);
  const auto needed = (static_cast<std::size_t>(newest.row) + 1) * cols_;
  if (sums_.size() < needed) sums_.resize(needed);
}

/// The row that entered the array in cycle t is in the bottom row's register of column c behind the
/// edge that closes cycle t + rows + c; `position_` is the cycle that was closed.
void Accumulators::collect() {
  array_.bottom_psums(psums_.data());
  finished_.clear();
  const std::size_t size = waves_.size();
  for (std::size_t c = 0; c < cols_; ++c) {
    const std::size_t age = rows_ + c;
    const Wave& wave = waves_[position_ >= age ? position_ - age : position_ + size - age];
    if (!wave.valid || c >= static_cast<std::size_t>(wave.cols)) continue;
    const int32_t sum = add(wave, c, psums_[c]);
    if (wave.is_last_k) finished_.push_back({wave.m, wave.n0 + static_cast<int64_t>(c), sum});
  }
  if (!finished_.empty()) activation->take(finished_);
}

int32_t Accumulators::add(const Wave& wave, std::size_t col, int32_t psum) {
  int32_t& sum = sums_[static_cast<std::size_t>(wave.row) * cols_ + col];
  sum = wave.is_first_k
            ? psum
            : static_cast<int32_t>(static_cast<uint32_t>(sum) + static_cast<uint32_t>(psum));
  return sum;
}

}  // namespace faultwave::systemc
