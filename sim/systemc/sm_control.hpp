// The front of an SM: places CTAs, hands their warps to sub-cores, keeps their barriers.
#pragma once

#include <cstdint>
#include <deque>
#include <systemc>
#include <vector>

#include "systemc/gpu_channels.hpp"

namespace faultwave::systemc {

SC_MODULE(SmControl) {
 public:
  sc_core::sc_in<bool> clock;

  SC_HAS_PROCESS(SmControl);
  SmControl(sc_core::sc_module_name name, const GpuConfig& config, const KernelClock& kernel_clock,
            Queue<CtaLaunch>& launches, Queue<CtaDone>& done,
            std::vector<Queue<WarpCommand>*> commands, std::vector<Queue<WarpEvent>*> events);

  void start_kernel(const GpuKernel& kernel);

 private:
  struct Release {
    CtaContext* cta = nullptr;
    int64_t due = 0;
  };

  void on_clock();
  bool is_idle() const;
  void place(int64_t cta);
  void handle(const WarpEvent& event, int64_t now);

  GpuConfig config_;
  const KernelClock& kernel_clock_;
  Queue<CtaLaunch>& launches_;
  Queue<CtaDone>& done_;
  std::vector<Queue<WarpCommand>*> commands_;
  std::vector<Queue<WarpEvent>*> events_;
  Sleeper sleeper_;
  sc_core::sc_event_or_list arrivals_;
  const GpuKernel* kernel_ = nullptr;
  std::vector<CtaContext> ctas_;  ///< slots
  int64_t num_warps_placed_ = 0;
  std::deque<Release> releases_;
};

}  // namespace faultwave::systemc
