// The controller: executes a program, cycle by cycle, and attributes every cycle.
//
// Two program counters, as in a decoupled access/execute machine: ReadWeights run ahead of the rest
// as far as FIFO and weight registers allow; everything else is executed in order.
#pragma once

#include <cstdint>
#include <systemc>
#include <vector>

#include "accel/gemm_job.hpp"
#include "accel/trace_listener.hpp"
#include "systemc/tpu_buses.hpp"
#include "systemc/tpu_memories.hpp"

namespace faultwave::systemc {

SC_MODULE(Controller) {
 public:
  sc_core::sc_in<bool> clock;
  sc_core::sc_signal<int> cause;  ///< an accel::Cause
  sc_core::sc_signal<int> fold_index;

  SC_HAS_PROCESS(Controller);
  Controller(sc_core::sc_module_name name, const TpuConfig& config, Bus<ControlWord>& control,
             WeightMemory& weights, HostInterface& host);

  /// Starts a program, which must live until is_done().
  void start_program(const std::vector<Instruction>& program);
  /// Starts a step of `cycles` in the activation unit.
  void start_vector(int64_t cycles);
  bool is_done() const { return phase_ == Phase::kIdle; }
  void set_trace_listener(accel::TraceListener * listener) { listener_ = listener; }
  /// Cycles of the program so far, by cause.
  const accel::CycleReport& report() const { return report_; }
  /// Cycles since construction.
  int64_t cycle() const { return cycle_; }

 private:
  enum class Phase { kIdle, kProgram, kVector };

  void on_clock();
  accel::Cause run_cycle();
  accel::Cause program_cycle();
  /// All flights of the step before have ended; they point into its program.
  void forget_flights();
  /// Executes instructions from the program counter on until one has to wait.
  void execute();
  bool try_read_weights();
  bool try_multiply(const Fold& fold);
  /// Nothing is in flight in the array.
  bool is_drained() const { return cycle_ >= end_of(last_stream_); }
  /// First cycle after the last partial sum of a stream has left the array.
  int64_t end_of(const Flight& stream) const;

  TpuConfig config_;
  Bus<ControlWord>& control_;
  WeightMemory& weights_;
  HostInterface& host_;

  Phase phase_ = Phase::kIdle;
  const std::vector<Instruction>* program_ = nullptr;
  std::size_t counter_ = 0;          ///< next instruction
  std::size_t weights_counter_ = 0;  ///< next ReadWeights to start
  bool host_started_ = false;
  int64_t vector_cycles_left_ = 0;
  int64_t cycle_ = 0;
  int64_t results_ready_ = 0;  ///< cycle from which the results of the step before can be read
  int64_t num_shifts_ = 0;     ///< folds whose weight shift has started
  int64_t num_streams_ = 0;    ///< folds whose activation stream has started
  Flight last_shift_;
  Flight last_stream_;
  std::vector<Flight> shifts_;
  std::vector<Flight> streams_;
  accel::CycleReport report_;
  accel::TraceListener* listener_ = nullptr;
};

}  // namespace faultwave::systemc
