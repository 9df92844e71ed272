#include "systemc/sm_control.hpp"

#include <algorithm>

#include "base/error.hpp"

namespace faultwave::systemc {
namespace {

/// Clock edges between the last arrival at a barrier and the warps' going on, at least.
constexpr int kQueueCycles = 1;

}  // namespace

SmControl::SmControl(sc_core::sc_module_name name, const GpuConfig& config,
                     const KernelClock& kernel_clock, Queue<CtaLaunch>& launches,
                     Queue<CtaDone>& done, std::vector<Queue<WarpCommand>*> commands,
                     std::vector<Queue<WarpEvent>*> events)
    : sc_module(name),
      clock("clock"),
      config_(config),
      kernel_clock_(kernel_clock),
      launches_(launches),
      done_(done),
      commands_(std::move(commands)),
      events_(std::move(events)) {
  arrivals_ |= launches_.arrival();
  for (const auto* queue : events_) arrivals_ |= queue->arrival();
  SC_METHOD(on_clock);
  sensitive << clock.pos();
  dont_initialize();
}

void SmControl::start_kernel(const GpuKernel& kernel) {
  kernel_ = &kernel;
  num_warps_placed_ = 0;
  if (kernel.job == nullptr) {
    ctas_.assign(1, CtaContext{});
    return;
  }
  if (!ctas_.empty() && !ctas_.front().stages[0].activations.empty()) return;
  const auto tile_a = static_cast<std::size_t>(config_.cta_m * config_.cta_k);
  const auto tile_b = static_cast<std::size_t>(config_.cta_n * config_.cta_k);
  ctas_.assign(static_cast<std::size_t>(config_.ctas_per_sm()), CtaContext{});
  for (CtaContext& cta : ctas_) {
    for (CtaContext::Stage& stage : cta.stages) {
      stage.activations.resize(tile_a);
      stage.weights.resize(tile_b);
      stage.weight_flags.resize(tile_b);
    }
  }
}

bool SmControl::is_idle() const {
  return launches_.empty() && releases_.empty() &&
         std::all_of(events_.begin(), events_.end(),
                     [](const auto* queue) { return queue->empty(); });
}

void SmControl::on_clock() {
  if (sleeper_.wakes_up()) return;
  if (is_idle()) {
    sleeper_.fall_asleep();
    next_trigger(arrivals_);
    return;
  }
  const int64_t now = kernel_clock_.now();
  for (auto* queue : events_) {
    for (; !queue->empty(); queue->pop()) handle(queue->front(), now);
  }
  for (; !launches_.empty(); launches_.pop()) place(launches_.front().cta);
  for (; !releases_.empty() && releases_.front().due <= now; releases_.pop_front()) {
    for (auto* queue : commands_) {
      queue->push({WarpCommand::Kind::kReleaseBarrier, releases_.front().cta, 0});
    }
  }
}

void SmControl::place(int64_t cta) {
  const auto free = std::find_if(ctas_.begin(), ctas_.end(),
                                 [](const CtaContext& context) { return context.cta < 0; });
  FAULTWAVE_CHECK(free != ctas_.end(), "the dispatcher sends no CTA to a full SM");
  free->cta = cta;
  free->warps_left = kernel_->warps_per_cta;
  free->warps_at_barrier = 0;
  for (int warp = 0; warp < kernel_->warps_per_cta; ++warp) {
    const int64_t sub_core = num_warps_placed_++ % config_.sub_cores;
    commands_[static_cast<std::size_t>(sub_core)]->push({WarpCommand::Kind::kLaunch, &*free, warp});
  }
}

void SmControl::handle(const WarpEvent& event, int64_t now) {
  CtaContext& cta = *event.cta;
  if (event.kind == WarpEvent::Kind::kDone) {
    if (--cta.warps_left > 0) return;
    cta.cta = -1;
    done_.push({});
    return;
  }
  if (++cta.warps_at_barrier < kernel_->warps_per_cta) return;
  cta.warps_at_barrier = 0;
  releases_.push_back({&cta, now + config_.barrier_cycles - kQueueCycles - 1});
}

}  // namespace faultwave::systemc
