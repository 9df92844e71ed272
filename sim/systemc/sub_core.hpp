// One sub-core of an SM: warp scheduler, fragments in registers, operand collector, tensor core.
//
// An mma that issues in cycle t reads its operands through the register ports for
// ceil(registers / register_read_ports) cycles, waits until the tensor core is free, goes through
// it in num_steps cycles, and its sums can be used mma_pipe_cycles later. One mma can read operands
// while another is in the tensor core.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <systemc>
#include <vector>

#include "accel/gemm_job.hpp"
#include "accel/tensor_core.hpp"
#include "systemc/gpu_channels.hpp"

namespace faultwave::systemc {

/// What a sub-core counted since start_kernel.
struct SubCoreCounters {
  std::array<int64_t, accel::kNumCauses> by_cause{};
  int64_t warp_cycles = 0;  ///< resident warps, summed over cycles
  int64_t first_mma_issue = -1;
  int64_t last_mma_ready = -1;
};

SC_MODULE(SubCore) {
 public:
  sc_core::sc_in<bool> clock;
  sc_core::sc_in<bool> is_replaying;  ///< the shared memory repeats an access (bank conflict)

  SC_HAS_PROCESS(SubCore);
  SubCore(sc_core::sc_module_name name, const GpuConfig& config, const KernelClock& kernel_clock,
          accel::TensorCore tensor_core, int index, Queue<WarpCommand>& commands,
          Queue<WarpEvent>& events, Queue<MemoryRequest>& requests,
          Queue<MemoryResponse>& responses);
  ~SubCore() override;

  void start_kernel(const GpuKernel& kernel);
  /// `unit`: SM * sub-cores + sub-core.
  void set_trace_listener(accel::TraceListener * listener, int unit) {
    listener_ = listener;
    unit_ = unit;
  }
  const SubCoreCounters& counters() const { return counters_; }
  accel::TensorCore& tensor_core() { return tensor_core_; }

 private:
  struct Warp;
  struct Mma {
    Warp* warp = nullptr;
    WarpInstruction instruction;
    int64_t start = 0;  ///< cycle of its first step
  };

  void on_clock();
  void receive();
  void launch(const WarpCommand& command);
  std::unique_ptr<Warp> make_warp() const;
  void fill_benchmark_operands(Warp & warp) const;
  void finish(const MemoryResponse& response);
  void step_tensor_core(int64_t now);
  void probe_lanes(uint64_t cycle);
  /// Moves past what takes no issue slot.
  void skip_satisfied(Warp & warp, int64_t now);
  const WarpInstruction* current(const Warp& warp) const;
  void advance(Warp & warp);
  /// Why the warp cannot issue now.
  std::optional<accel::Cause> blocked_by(const Warp& warp, int64_t now) const;
  std::optional<accel::Cause> mma_blocked_by(const Warp& warp, const WarpInstruction& instruction,
                                             int64_t now) const;
  accel::Cause shared_wait() const;
  void issue(Warp & warp, int64_t now);
  void issue_mma(Warp & warp, const WarpInstruction& instruction, int64_t now);
  void issue_transfer(Warp & warp, WarpOp op, int load, int64_t tile);
  void issue_store(Warp & warp);
  /// Warps in the order in which the scheduler looks at them.
  void order_warps();
  /// Bytes of a load: its chunks that begin within the matrices.
  int load_bytes(const CtaContext& cta, int load, int64_t tile) const;

  GpuConfig config_;
  const KernelClock& kernel_clock_;
  accel::TensorCore tensor_core_;
  int index_;
  Queue<WarpCommand>& commands_;
  Queue<WarpEvent>& events_;
  Queue<MemoryRequest>& requests_;
  Queue<MemoryResponse>& responses_;
  Sleeper sleeper_;

  const GpuKernel* kernel_ = nullptr;
  std::vector<std::unique_ptr<Warp>> warps_;  ///< slots; mmas in flight point to them
  std::vector<int> order_;
  int last_issued_ = -1;
  int64_t num_launched_ = 0;
  int num_resident_ = 0;

  std::deque<Mma> mmas_;                ///< reading operands or in the tensor core
  int64_t collector_free_ = 0;          ///< cycle from which another mma may issue
  int64_t operands_read_ = 0;           ///< cycle at which the collected mma has its operands
  int64_t tensor_core_free_ = 0;        ///< cycle from which another mma may start
  uint64_t* result_of_step_ = nullptr;  ///< where the sums of the step before go
  int operand_cycles_;
  int step_ = -1;  ///< of the mma that enters the tensor core in this cycle
  SubCoreCounters counters_;
  accel::TraceListener* listener_ = nullptr;
  int unit_ = 0;
};

}  // namespace faultwave::systemc
