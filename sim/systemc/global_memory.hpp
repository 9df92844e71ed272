// Global memory: a latency, a bandwidth that all SMs share, and one of each SM.
#pragma once

#include <cstdint>
#include <deque>
#include <systemc>
#include <vector>

#include "systemc/gpu_channels.hpp"

namespace faultwave::systemc {

SC_MODULE(GlobalMemory) {
 public:
  sc_core::sc_in<bool> clock;

  SC_HAS_PROCESS(GlobalMemory);
  GlobalMemory(sc_core::sc_module_name name, const GpuConfig& config,
               const KernelClock& kernel_clock, std::vector<Queue<MemoryRequest>*> requests,
               std::vector<Queue<MemoryRequest>*> responses);

  void start_kernel();
  /// Cycle in which the last store taken so far is done.
  int64_t stores_done() const { return stores_done_; }
  /// Cycles to move `bytes` for all SMs together.
  int64_t transfer_cycles(int64_t bytes) const;

 private:
  struct InFlight {
    MemoryRequest request;
    int64_t due = 0;
  };
  struct Link {
    Queue<MemoryRequest>* requests;
    Queue<MemoryRequest>* responses;
    double free = 0;  ///< time from which the SM's link can take a request
    std::deque<InFlight> in_flight;
  };

  void on_clock();
  bool is_idle() const;
  void take(Link & link, int64_t now);

  GpuConfig config_;
  const KernelClock& kernel_clock_;
  double bytes_per_cycle_;  ///< 0: ideal
  std::vector<Link> links_;
  Sleeper sleeper_;
  sc_core::sc_event_or_list arrivals_;
  std::size_t first_link_ = 0;
  double free_ = 0;  ///< time from which the memory can take a request
  int64_t stores_done_ = 0;
};

}  // namespace faultwave::systemc
