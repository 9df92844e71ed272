#include "systemc/tpu_memories.hpp"

namespace faultwave::systemc {

void WeightMemory::configure(const TpuConfig& config) {
  rows_ = config.rows;
  cols_ = config.cols;
  cycles_per_tile_ = weight_tile_cycles(config);
  fifo_tiles_ = config.weight_fifo_tiles;
}

void WeightMemory::load(const accel::GemmJob& job, int64_t num_tiles) {
  job_ = &job;
  num_tiles_ = num_tiles;
  num_fetched_ = 0;
  cycles_left_ = cycles_per_tile_;
  if (cycles_per_tile_ == 0) num_fetched_ = num_tiles;
}

void WeightMemory::tick(int64_t tiles_consumed) {
  const bool has_room = num_fetched_ - tiles_consumed < fifo_tiles_;
  if (num_fetched_ < num_tiles_ && has_room && --cycles_left_ == 0) {
    ++num_fetched_;
    cycles_left_ = cycles_per_tile_;
  }
  tiles_ready.write(static_cast<int>(num_fetched_));
}

void WeightMemory::set_bypassed_pes(const std::vector<int>& pes) {
  is_bypassed_.clear();
  if (pes.empty()) return;
  is_bypassed_.resize(static_cast<std::size_t>(rows_) * static_cast<std::size_t>(cols_));
  for (const int pe : pes) is_bypassed_.at(static_cast<std::size_t>(pe)) = true;
}

uint8_t WeightMemory::code(int64_t k, int64_t n) const {
  return k < job_->k && n < job_->n ? job_->weights[k * job_->n + n] : uint8_t{0};
}

uint8_t WeightMemory::flags(int64_t k, int64_t n) const {
  if (k >= job_->k || n >= job_->n) return accel::kBypass;
  if (!is_bypassed_.empty()) {
    if (is_bypassed_[static_cast<std::size_t>(k % rows_ * cols_ + n % cols_)]) {
      return accel::kBypass;
    }
  }
  return job_->weight_flags == nullptr ? uint8_t{0} : job_->weight_flags[k * job_->n + n];
}

void HostInterface::tick() {
  if (cycles_left_ > 0) --cycles_left_;
  busy.write(cycles_left_ > 0);
}

}  // namespace faultwave::systemc
