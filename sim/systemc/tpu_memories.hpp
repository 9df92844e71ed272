// The TPU's memories: unified buffer, weight DRAM with its FIFO, and the host interface.
#pragma once

#include <cstdint>
#include <systemc>
#include <vector>

#include "accel/gemm_job.hpp"
#include "systemc/tpu_config.hpp"
#include "systemc/tpu_program.hpp"

namespace faultwave::systemc {

/// Activations on chip. The rows of the im2col matrix are addresses into it.
SC_MODULE(UnifiedBuffer) {
 public:
  SC_CTOR(UnifiedBuffer) {}
  void load(const accel::GemmJob& job) { job_ = &job; }
  uint8_t read(int64_t m, int64_t k) const { return job_->activations[m * job_->k + k]; }

 private:
  const accel::GemmJob* job_ = nullptr;
};

/// Weight DRAM in front of a FIFO of whole tiles. Tiles are fetched in program order as long as the
/// FIFO has room; a tile leaves it when its last row has been shifted into the array.
SC_MODULE(WeightMemory) {
 public:
  sc_core::sc_signal<int> tiles_ready;  ///< fetched tiles of this product, ever growing

  SC_CTOR(WeightMemory) : tiles_ready("tiles_ready") {}
  void configure(const TpuConfig& config);
  void load(const accel::GemmJob& job, int64_t num_tiles);
  /// One clock cycle; `tiles_consumed` have left the FIFO so far.
  void tick(int64_t tiles_consumed);
  int64_t num_ready() const { return num_fetched_; }

  /// PEs whose weights are bypassed, whatever the job says.
  void set_bypassed_pes(const std::vector<int>& pes);

  /// Content of the weight register for (k, n): codes beyond the matrix are 0 and bypassed.
  uint8_t code(int64_t k, int64_t n) const;
  uint8_t flags(int64_t k, int64_t n) const;

 private:
  const accel::GemmJob* job_ = nullptr;
  int rows_ = 1;
  int cols_ = 1;
  std::vector<bool> is_bypassed_;  ///< [rows * cols], empty: none
  int64_t cycles_per_tile_ = 0;
  int64_t fifo_tiles_ = 1;
  int64_t num_tiles_ = 0;
  int64_t num_fetched_ = 0;
  int64_t cycles_left_ = 0;
};

/// Moves activations and results between host and unified buffer.
SC_MODULE(HostInterface) {
 public:
  sc_core::sc_signal<bool> busy;

  SC_CTOR(HostInterface) : busy("busy") {}
  void configure(const TpuConfig& config) { config_ = config; }
  void start(int64_t bytes) { cycles_left_ = host_transfer_cycles(config_, bytes); }
  bool is_done() const { return cycles_left_ == 0; }
  void tick();

 private:
  TpuConfig config_;
  int64_t cycles_left_ = 0;
};

}  // namespace faultwave::systemc
