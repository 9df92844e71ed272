// Starts kernels: hands CTAs to the SMs and knows when all of them are done.
#pragma once

#include <cstdint>
#include <systemc>
#include <vector>

#include "systemc/global_memory.hpp"
#include "systemc/gpu_channels.hpp"

namespace faultwave::systemc {

/// CTA c goes to SM c mod SMs, as soon as that SM has room; one launch per cycle.
SC_MODULE(CtaDispatcher) {
 public:
  sc_core::sc_in<bool> clock;

  SC_HAS_PROCESS(CtaDispatcher);
  CtaDispatcher(sc_core::sc_module_name name, const GpuConfig& config, KernelClock& kernel_clock,
                const GlobalMemory& global_memory, std::vector<Queue<CtaLaunch>*> launches,
                std::vector<Queue<CtaDone>*> done);

  /// Starts a grid of CTAs at cycle `cycle` of the kernel clock, with at most `ctas_per_sm`
  /// resident.
  void start_grid(int64_t num_ctas, int ctas_per_sm, int64_t cycle);
  /// Starts an element-wise kernel of `cycles`.
  void start_vector(int64_t cycles, int64_t cycle);
  bool is_done() const { return phase_ == Phase::kIdle; }
  /// First cycle after the kernel.
  int64_t end_cycle() const { return end_cycle_; }

 private:
  enum class Phase : uint8_t { kIdle, kGrid, kVector };

  void on_clock();
  void run_grid(int64_t now);

  GpuConfig config_;
  KernelClock& kernel_clock_;
  const GlobalMemory& global_memory_;
  std::vector<Queue<CtaLaunch>*> launches_;
  std::vector<Queue<CtaDone>*> done_;

  Phase phase_ = Phase::kIdle;
  bool is_new_ = false;
  int64_t start_cycle_ = 0;
  int64_t end_cycle_ = 0;
  int64_t num_ctas_ = 0;
  int64_t num_done_ = 0;
  std::vector<int64_t> next_cta_;  ///< of each SM
  std::vector<int> room_;          ///< CTAs that each SM can still take
  std::size_t turn_ = 0;           ///< SM that is looked at first
};

}  // namespace faultwave::systemc
