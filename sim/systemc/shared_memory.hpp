// The memories of one SM: shared memory with its banks behind one port, and the way to global
// memory.
#pragma once

#include <cstdint>
#include <deque>
#include <systemc>
#include <vector>

#include "systemc/gpu_channels.hpp"

namespace faultwave::systemc {

/// The port moves one line of 4 * shared_banks bytes per cycle, more slowly under bank conflicts,
/// for one request after the other: fragments out, tiles in.
SC_MODULE(SharedMemory) {
 public:
  sc_core::sc_in<bool> clock;
  sc_core::sc_signal<bool> is_replaying;  ///< the port repeats an access because of a conflict

  SC_HAS_PROCESS(SharedMemory);
  SharedMemory(sc_core::sc_module_name name, const GpuConfig& config,
               const KernelClock& kernel_clock, std::vector<Queue<MemoryRequest>*> requests,
               std::vector<Queue<MemoryResponse>*> responses, Queue<MemoryRequest>& to_global,
               Queue<MemoryRequest>& from_global);

  void start_kernel(const GpuKernel& kernel) { kernel_ = &kernel; }

 private:
  struct InFlight {
    MemoryRequest request;
    int64_t due = 0;
  };

  void on_clock();
  bool is_idle() const;
  void accept();
  void serve(int64_t now);
  void respond(int64_t now);
  int port_cycles(const MemoryRequest& request) const;
  /// Moves the chunks of a load from the matrices into the CTA's stage.
  void fill_tile(const MemoryRequest& request) const;

  GpuConfig config_;
  const KernelClock& kernel_clock_;
  std::vector<Queue<MemoryRequest>*> requests_;
  std::vector<Queue<MemoryResponse>*> responses_;
  Queue<MemoryRequest>& to_global_;
  Queue<MemoryRequest>& from_global_;
  Sleeper sleeper_;
  sc_core::sc_event_or_list arrivals_;
  const GpuKernel* kernel_ = nullptr;

  std::size_t first_sub_core_ = 0;  ///< whose request is taken first this cycle
  std::deque<MemoryRequest> port_;  ///< waiting for or on the port
  int cycles_left_ = 0;             ///< of the front request; 0: not started
  std::deque<InFlight> in_flight_;  ///< served, on their way to the registers
};

}  // namespace faultwave::systemc
