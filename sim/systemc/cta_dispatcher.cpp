#include "systemc/cta_dispatcher.hpp"

namespace faultwave::systemc {

CtaDispatcher::CtaDispatcher(sc_core::sc_module_name name, const GpuConfig& config,
                             KernelClock& kernel_clock, const GlobalMemory& global_memory,
                             std::vector<Queue<CtaLaunch>*> launches,
                             std::vector<Queue<CtaDone>*> done)
    : sc_module(name),
      clock("clock"),
      config_(config),
      kernel_clock_(kernel_clock),
      global_memory_(global_memory),
      launches_(std::move(launches)),
      done_(std::move(done)) {
  SC_METHOD(on_clock);
  sensitive << clock.pos();
  dont_initialize();
}

void CtaDispatcher::start_grid(int64_t num_ctas, int ctas_per_sm, int64_t cycle) {
  phase_ = Phase::kGrid;
  is_new_ = true;
  start_cycle_ = cycle;
  num_ctas_ = num_ctas;
  num_done_ = 0;
  next_cta_.clear();
  for (int sm = 0; sm < config_.sms; ++sm) next_cta_.push_back(sm);
  room_.assign(launches_.size(), ctas_per_sm);
  turn_ = 0;
}

void CtaDispatcher::start_vector(int64_t cycles, int64_t cycle) {
  phase_ = cycles > 0 ? Phase::kVector : Phase::kIdle;
  is_new_ = true;
  start_cycle_ = cycle;
  end_cycle_ = cycle + cycles;
}

void CtaDispatcher::on_clock() {
  if (phase_ == Phase::kIdle) return;
  if (is_new_) {
    kernel_clock_.start(start_cycle_);
    is_new_ = false;
  }
  const int64_t now = kernel_clock_.now();
  if (phase_ == Phase::kGrid) {
    run_grid(now);
  } else if (now + 1 >= end_cycle_) {
    phase_ = Phase::kIdle;
  }
}

void CtaDispatcher::run_grid(int64_t now) {
  for (std::size_t sm = 0; sm < done_.size(); ++sm) {
    for (; !done_[sm]->empty(); done_[sm]->pop()) {
      ++room_[sm];
      ++num_done_;
    }
  }
  if (num_done_ == num_ctas_ && now >= global_memory_.stores_done()) {
    end_cycle_ = now;
    phase_ = Phase::kIdle;
    return;
  }
  for (std::size_t i = 0; i < launches_.size(); ++i) {
    const std::size_t sm = (turn_ + i) % launches_.size();
    if (room_[sm] == 0 || next_cta_[sm] >= num_ctas_) continue;
    launches_[sm]->push({next_cta_[sm]});
    next_cta_[sm] += config_.sms;
    --room_[sm];
    turn_ = sm + 1;
    return;
  }
}

}  // namespace faultwave::systemc
