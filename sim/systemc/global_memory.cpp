#include "systemc/global_memory.hpp"

#include <algorithm>
#include <cmath>

namespace faultwave::systemc {
namespace {

/// Clock edges that a request spends in the queues from the sub-core to here and back.
constexpr int kQueueCycles = 4;

}  // namespace

GlobalMemory::GlobalMemory(sc_core::sc_module_name name, const GpuConfig& config,
                           const KernelClock& kernel_clock,
                           std::vector<Queue<MemoryRequest>*> requests,
                           std::vector<Queue<MemoryRequest>*> responses)
    : sc_module(name),
      clock("clock"),
      config_(config),
      kernel_clock_(kernel_clock),
      bytes_per_cycle_(config.global_gb_s * 1e3 / config.clock_mhz) {
  for (std::size_t i = 0; i < requests.size(); ++i) {
    links_.push_back({requests[i], responses[i], 0, {}});
    arrivals_ |= requests[i]->arrival();
  }
  SC_METHOD(on_clock);
  sensitive << clock.pos();
  dont_initialize();
}

void GlobalMemory::start_kernel() {
  for (Link& link : links_) link.free = 0;
  free_ = 0;
  stores_done_ = 0;
}

int64_t GlobalMemory::transfer_cycles(int64_t bytes) const {
  const double sms = static_cast<double>(config_.sm_bytes_per_cycle) * config_.sms;
  const double rate = bytes_per_cycle_ == 0 ? sms : std::min(sms, bytes_per_cycle_);
  return static_cast<int64_t>(std::ceil(static_cast<double>(bytes) / rate));
}

bool GlobalMemory::is_idle() const {
  return std::all_of(links_.begin(), links_.end(), [](const Link& link) {
    return link.requests->empty() && link.in_flight.empty();
  });
}

void GlobalMemory::on_clock() {
  if (sleeper_.wakes_up()) return;
  if (is_idle()) {
    sleeper_.fall_asleep();
    next_trigger(arrivals_);
    return;
  }
  const int64_t now = kernel_clock_.now();
  for (std::size_t i = 0; i < links_.size(); ++i) {
    take(links_[(first_link_ + i) % links_.size()], now);
  }
  first_link_ = (first_link_ + 1) % links_.size();
  for (Link& link : links_) {
    for (; !link.in_flight.empty() && link.in_flight.front().due <= now;
         link.in_flight.pop_front()) {
      link.responses->push(link.in_flight.front().request);
    }
  }
}

void GlobalMemory::take(Link& link, int64_t now) {
  for (; !link.requests->empty(); link.requests->pop()) {
    const MemoryRequest& request = link.requests->front();
    const double bytes = request.bytes;
    const auto present = static_cast<double>(now);
    link.free = std::max(link.free, present) + bytes / config_.sm_bytes_per_cycle;
    double done = link.free;
    if (bytes_per_cycle_ > 0) {
      free_ = std::max(free_, present) + bytes / bytes_per_cycle_;
      done = std::max(done, free_);
    }
    const auto due =
        static_cast<int64_t>(std::ceil(done)) + config_.global_latency_cycles - kQueueCycles;
    if (request.op == WarpOp::kStoreGlobal) {
      stores_done_ = std::max(stores_done_, due);
    } else {
      link.in_flight.push_back({request, due});
    }
  }
}

}  // namespace faultwave::systemc
