#include "systemc/data_setup.hpp"

#include <algorithm>

namespace faultwave::systemc {

DataSetup::DataSetup(sc_core::sc_module_name name, const ProgramSlot& slot,
                     const accel::ArrayConfig& array, accel::ArrayInputs& edge)
    : sc_module(name), slot_(slot), rows_(static_cast<std::size_t>(array.rows)), edge_(edge) {
  skew_.resize(rows_);
  for (auto& row : skew_) row.codes.resize(rows_);
  SC_METHOD(on_cycle);
  sensitive << cycle;
  dont_initialize();
}

void DataSetup::read_row(ActivationRow& out) const {
  const Tile tile = slot_.program->tile(stream_tile.read());
  const auto row =
      buffer->row(tile.chunk, stream_row.read())
          .subspan(static_cast<std::size_t>(tile.k0), static_cast<std::size_t>(tile.rows));
  std::copy(row.begin(), row.end(), out.codes.begin());
  std::fill(out.codes.begin() + tile.rows, out.codes.end(), uint8_t{0});
}

void DataSetup::on_cycle() {
  // Row r shifts in steps r .. rows - 1 of a tile's load.
  const bool shifting = shift_valid.read();
  if (shifting || was_shifting_) {
    const auto num_rows = shifting ? static_cast<std::size_t>(shift_step.read()) + 1 : 0;
    std::fill_n(edge_.shift.begin(), num_rows, uint8_t{1});
    std::fill(edge_.shift.begin() + static_cast<std::ptrdiff_t>(num_rows), edge_.shift.end(),
              uint8_t{0});
  }
  was_shifting_ = shifting;

  if (stream_valid.read()) cycles_left_ = rows_;
  if (cycles_left_ == 0 && !skew_[position_].valid) return;
  if (!stream_valid.read() && cycles_left_ > 0) --cycles_left_;
  position_ = (position_ + 1) % rows_;
  ActivationRow& newest = skew_[position_];
  newest.valid = stream_valid.read();
  newest.swap = newest.valid && stream_swap.read();
  if (newest.valid) read_row(newest);
  for (std::size_t r = 0; r < rows_; ++r) {
    const ActivationRow& row = skew_[position_ >= r ? position_ - r : position_ + rows_ - r];
    edge_.valid[r] = row.valid;
    edge_.swap[r] = row.swap;
    edge_.activation[r] = row.valid ? row.codes[r] : uint8_t{0};
  }
}

}  // namespace faultwave::systemc
