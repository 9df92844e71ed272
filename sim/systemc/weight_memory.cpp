#include "systemc/weight_memory.hpp"

#include <algorithm>

#include "base/error.hpp"

namespace faultwave::systemc {

WeightMemory::WeightMemory(sc_core::sc_module_name name, const ProgramSlot& slot,
                           const accel::ArrayConfig& array, double bytes_per_cycle, int fifo_tiles,
                           accel::ArrayInputs& edge)
    : sc_module(name),
      slot_(slot),
      rows_(array.rows),
      cols_(array.cols),
      bytes_per_cycle_(bytes_per_cycle),
      fifo_tiles_(fifo_tiles),
      edge_(edge) {
  const auto cols = static_cast<std::size_t>(cols_);
  skew_.assign(cols, {std::vector<uint8_t>(cols), std::vector<uint8_t>(cols)});
  SC_METHOD(on_cycle);
  sensitive << cycle;
  dont_initialize();
}

bool WeightMemory::is_ready() const {
  return bytes_per_cycle_ == 0 ? !queue_.empty() : num_arrived_ > 0;
}

void WeightMemory::take() {
  FAULTWAVE_CHECK(is_ready());
  tile_ = queue_.front();
  queue_.pop_front();
  if (bytes_per_cycle_ != 0) --num_arrived_;
}

void WeightMemory::on_cycle() {
  if (!busy.read()) return;
  if (bytes_per_cycle_ != 0) transfer();
  if (shift_valid.read()) skew_left_ = cols_;
  if (skew_left_ > 0) shift();
}

/// Tiles are stored whole, edge tiles padded: rows * cols bytes each. The DRAM rests while the FIFO
/// is full.
void WeightMemory::transfer() {
  const double tile_bytes = static_cast<double>(rows_) * cols_;
  const auto may_fetch = [this] { return num_arrived_ < std::min(num_outstanding(), fifo_tiles_); };
  if (may_fetch()) bytes_ += bytes_per_cycle_;
  while (may_fetch() && bytes_ >= tile_bytes) {
    bytes_ -= tile_bytes;
    ++num_arrived_;
  }
  if (!may_fetch()) bytes_ = 0;
}

/// One row per cycle from the last to the first; column c follows c cycles later.
void WeightMemory::shift() {
  const auto cols = static_cast<std::size_t>(cols_);
  skew_position_ = (skew_position_ + 1) % cols;
  if (shift_valid.read()) {
    read_row(tile_, rows_ - 1 - shift_step.read(), skew_[skew_position_]);
  } else {
    --skew_left_;
  }
  for (std::size_t c = 0; c < cols; ++c) {
    const WeightRow& row = skew_[(skew_position_ + cols - c) % cols];
    edge_.weight[c] = row.codes[c];
    edge_.weight_flags[c] = row.flags[c];
  }
}

void WeightMemory::read_row(int64_t tile_index, int row, WeightRow& out) const {
  const Tile tile = slot_.program->tile(tile_index);
  const auto& job = slot_.program->job();
  std::fill(out.codes.begin(), out.codes.end(), uint8_t{0});
  std::fill(out.flags.begin(), out.flags.end(), accel::kBypass);
  if (row >= tile.rows) return;
  const int64_t first = (tile.k0 + row) * job.n + tile.n0;
  std::copy_n(job.weights + first, tile.cols, out.codes.begin());
  if (job.weight_flags != nullptr) {
    std::copy_n(job.weight_flags + first, tile.cols, out.flags.begin());
  } else {
    std::fill_n(out.flags.begin(), tile.cols, uint8_t{0});
  }
}

}  // namespace faultwave::systemc
