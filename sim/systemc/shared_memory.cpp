#include "systemc/shared_memory.hpp"

#include <algorithm>

namespace faultwave::systemc {
namespace {

/// Clock edges that a request spends in the queues to the memory and back.
constexpr int kQueueCycles = 2;

}  // namespace

SharedMemory::SharedMemory(sc_core::sc_module_name name, const GpuConfig& config,
                           const KernelClock& kernel_clock,
                           std::vector<Queue<MemoryRequest>*> requests,
                           std::vector<Queue<MemoryResponse>*> responses,
                           Queue<MemoryRequest>& to_global, Queue<MemoryRequest>& from_global)
    : sc_module(name),
      clock("clock"),
      is_replaying("is_replaying"),
      config_(config),
      kernel_clock_(kernel_clock),
      requests_(std::move(requests)),
      responses_(std::move(responses)),
      to_global_(to_global),
      from_global_(from_global) {
  for (const auto* queue : requests_) arrivals_ |= queue->arrival();
  arrivals_ |= from_global_.arrival();
  SC_METHOD(on_clock);
  sensitive << clock.pos();
  dont_initialize();
}

bool SharedMemory::is_idle() const {
  return port_.empty() && in_flight_.empty() && from_global_.empty() &&
         std::all_of(requests_.begin(), requests_.end(),
                     [](const auto* queue) { return queue->empty(); });
}

void SharedMemory::on_clock() {
  if (sleeper_.wakes_up()) return;
  if (is_idle()) {
    is_replaying.write(false);
    sleeper_.fall_asleep();
    next_trigger(arrivals_);
    return;
  }
  const int64_t now = kernel_clock_.now();
  accept();
  serve(now);
  respond(now);
}

void SharedMemory::accept() {
  for (std::size_t i = 0; i < requests_.size(); ++i) {
    Queue<MemoryRequest>& queue = *requests_[(first_sub_core_ + i) % requests_.size()];
    for (; !queue.empty(); queue.pop()) {
      const WarpOp op = queue.front().op;
      if (op == WarpOp::kLoadGlobal || op == WarpOp::kStoreGlobal) {
        to_global_.push(queue.front());
      } else {
        port_.push_back(queue.front());
      }
    }
  }
  first_sub_core_ = (first_sub_core_ + 1) % requests_.size();
  for (; !from_global_.empty(); from_global_.pop()) {
    const MemoryRequest& request = from_global_.front();
    if (config_.async_copy) {
      port_.push_back(request);
    } else {
      responses_[static_cast<std::size_t>(request.sub_core)]->push({request});
    }
  }
}

int SharedMemory::port_cycles(const MemoryRequest& request) const {
  if (request.op == WarpOp::kLoadFragments) return request.detail.shared_cycles;
  // 32 chunks in the order of their addresses: no conflicts.
  const int line = 4 * config_.shared_banks;
  return (kChunksPerLoad * kChunkBytes + line - 1) / line;
}

void SharedMemory::serve(int64_t now) {
  if (port_.empty()) {
    is_replaying.write(false);
    return;
  }
  const MemoryRequest& request = port_.front();
  if (cycles_left_ == 0) cycles_left_ = port_cycles(request);
  is_replaying.write(cycles_left_ <= request.detail.conflict_cycles);
  if (--cycles_left_ > 0) return;
  if (request.op != WarpOp::kLoadFragments) fill_tile(request);
  in_flight_.push_back({request, now + config_.shared_latency_cycles - kQueueCycles});
  port_.pop_front();
}

void SharedMemory::respond(int64_t now) {
  for (; !in_flight_.empty() && in_flight_.front().due <= now; in_flight_.pop_front()) {
    const MemoryRequest& request = in_flight_.front().request;
    responses_[static_cast<std::size_t>(request.sub_core)]->push({request});
  }
}

void SharedMemory::fill_tile(const MemoryRequest& request) const {
  const accel::GemmJob& job = *kernel_->job;
  CtaContext::Stage& stage = request.cta->stages[request.tile % 2];
  const int chunks_per_row = config_.cta_k / kChunkBytes;
  const int64_t m0 = request.cta->cta / kernel_->mapping->grid_n() * config_.cta_m;
  const int64_t n0 = request.cta->cta % kernel_->mapping->grid_n() * config_.cta_n;
  const int end = std::min((request.load + 1) * kChunksPerLoad, chunks_per_tile(config_));
  for (int chunk = request.load * kChunksPerLoad; chunk < end; ++chunk) {
    const int row = chunk / chunks_per_row;
    const int column = chunk % chunks_per_row * kChunkBytes;
    const int64_t k = request.tile * config_.cta_k + column;
    const int64_t count = std::clamp<int64_t>(job.k - k, 0, kChunkBytes);
    if (row < config_.cta_m) {
      uint8_t* out = stage.activations.data() + row * config_.cta_k + column;
      std::fill_n(out, kChunkBytes, uint8_t{0});
      if (m0 + row < job.m) std::copy_n(job.activations + (m0 + row) * job.k + k, count, out);
      continue;
    }
    const int64_t n = n0 + row - config_.cta_m;
    const auto place = static_cast<std::size_t>((row - config_.cta_m) * config_.cta_k + column);
    for (int i = 0; i < kChunkBytes; ++i) {
      const bool is_inside = n < job.n && i < count;
      const int64_t source = (k + i) * job.n + n;
      stage.weights[place + static_cast<std::size_t>(i)] = is_inside ? job.weights[source] : 0;
      stage.weight_flags[place + static_cast<std::size_t>(i)] = !is_inside ? accel::kBypass
                                                                : job.weight_flags == nullptr
                                                                    ? uint8_t{0}
                                                                    : job.weight_flags[source];
    }
  }
}

}  // namespace faultwave::systemc
