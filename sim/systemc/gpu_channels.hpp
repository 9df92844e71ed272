// What travels between the GPU's modules: queues with the delay of a register, and the clock.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <systemc>
#include <utility>
#include <vector>

#include "systemc/gpu_kernel.hpp"

namespace faultwave::systemc {

/// A FIFO with one writer and one reader: what is pushed during a cycle is seen in the next.
template <typename Message>
class Queue : public sc_core::sc_prim_channel {
 public:
  explicit Queue(const std::string& name) : sc_prim_channel(name.c_str()) {}

  void push(Message message) {
    arriving_.push_back(std::move(message));
    request_update();
  }
  bool empty() const { return messages_.empty(); }
  const Message& front() const { return messages_.front(); }
  void pop() { messages_.pop_front(); }
  /// Wakes a reader that sleeps.
  const sc_core::sc_event& arrival() const { return arrival_; }

 private:
  void update() override {
    for (Message& message : arriving_) messages_.push_back(std::move(message));
    arriving_.clear();
    arrival_.notify(sc_core::SC_ZERO_TIME);
  }

  std::deque<Message> messages_;
  std::vector<Message> arriving_;
  sc_core::sc_event arrival_;
};

/// A clocked module that sleeps while it has nothing to do: woken by an event it goes on at the
/// next clock edge, as if it had looked every
/// cycle (turns between equal requests do not move on in its sleep).
class Sleeper {
 public:
  /// To be called first in the clocked method: true when this call is only the waking up.
  bool wakes_up() { return std::exchange(is_asleep_, false); }
  void fall_asleep() { is_asleep_ = true; }

 private:
  bool is_asleep_ = false;
};

/// Cycles of kernels, counted over the life of a GPU; time between kernels does not count.
class KernelClock {
 public:
  explicit KernelClock(sc_core::sc_time period) : period_(period) {}
  int64_t now() const { return edge() - origin_; }
  /// The present clock edge becomes cycle `cycle`.
  void start(int64_t cycle) { origin_ = edge() - cycle; }

 private:
  int64_t edge() const {
    return static_cast<int64_t>(sc_core::sc_time_stamp().value() / period_.value());
  }
  sc_core::sc_time period_;
  int64_t origin_ = 0;
};

/// A CTA that is resident on an SM, with its two stages of operands in shared memory.
struct CtaContext {
  /// One of the two buffers of operands in shared memory.
  struct Stage {
    std::vector<uint8_t> activations;   ///< [cta_m][cta_k] codes
    std::vector<uint8_t> weights;       ///< [cta_n][cta_k] codes
    std::vector<uint8_t> weight_flags;  ///< [cta_n][cta_k] kNegate | kBypass
  };
  int64_t cta = -1;  ///< -1: free
  Stage stages[2];
  int warps_left = 0;
  int warps_at_barrier = 0;
};

/// From a sub-core to the memories of its SM.
struct MemoryRequest {
  WarpOp op = WarpOp::kLoadFragments;
  int sub_core = 0;
  int warp_slot = 0;
  CtaContext* cta = nullptr;
  int64_t tile = 0;             ///< k tile; its stage is tile % 2
  int load = 0;                 ///< number of the 32-chunk load within the tile
  int bytes = 0;                ///< to or from global memory
  WarpInstruction detail = {};  ///< kLoadFragments
};

/// From the memories of an SM to a sub-core: the request is done.
struct MemoryResponse {
  MemoryRequest request;
};

/// A CTA that the dispatcher gives to an SM.
struct CtaLaunch {
  int64_t cta = 0;
};
struct CtaDone {};

/// From an SM's control to a sub-core.
struct WarpCommand {
  enum class Kind : uint8_t { kLaunch, kReleaseBarrier } kind = Kind::kLaunch;
  CtaContext* cta = nullptr;
  int warp = 0;  ///< kLaunch: number within the CTA
};
/// From a sub-core to its SM's control.
struct WarpEvent {
  enum class Kind : uint8_t { kAtBarrier, kDone } kind = Kind::kDone;
  CtaContext* cta = nullptr;
};

}  // namespace faultwave::systemc
