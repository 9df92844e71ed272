#include "systemc/controller.hpp"

#include <algorithm>

namespace faultwave::systemc {

using accel::Cause;

Controller::Controller(sc_core::sc_module_name name, const TpuConfig& config,
                       Bus<ControlWord>& control, WeightMemory& weights, HostInterface& host)
    : sc_module(name),
      clock("clock"),
      cause("cause"),
      fold_index("fold_index"),
      config_(config),
      control_(control),
      weights_(weights),
      host_(host) {
  SC_METHOD(on_clock);
  sensitive << clock.pos();
  dont_initialize();
}

void Controller::start_program(const std::vector<Instruction>& program) {
  program_ = &program;
  counter_ = weights_counter_ = 0;
  host_started_ = false;
  num_shifts_ = num_streams_ = 0;
  last_shift_ = last_stream_ = {};
  forget_flights();
  report_ = {};
  phase_ = Phase::kProgram;
}

void Controller::forget_flights() {
  shifts_.clear();
  streams_.clear();
}

void Controller::start_vector(int64_t cycles) {
  forget_flights();
  report_ = {};
  vector_cycles_left_ = cycles;
  phase_ = cycles > 0 ? Phase::kVector : Phase::kIdle;
}

void Controller::on_clock() {
  ControlWord& word = control_.write();
  word.valid = phase_ != Phase::kIdle;
  if (!word.valid) {
    cause.write(static_cast<int>(Cause::kIdle));
    return;
  }
  const Cause what = run_cycle();
  ++report_.total;
  ++report_[what];
  cause.write(static_cast<int>(what));
  if (listener_ != nullptr) {
    accel::ControlProbe probe;
    probe.cause = what;
    probe.tile = num_streams_;
    probe.tiles_ready = weights_.num_ready();
    probe.host_is_busy = !host_.is_done();
    listener_->on_control(static_cast<uint64_t>(cycle_), 0, probe);
  }
  word.cycle = cycle_;
  word.shifts = shifts_;
  word.streams = streams_;
  ++cycle_;
}

Cause Controller::run_cycle() {
  if (phase_ == Phase::kProgram) return program_cycle();
  if (cycle_ < results_ready_) return Cause::kReadAfterWrite;
  if (--vector_cycles_left_ == 0) {
    phase_ = Phase::kIdle;
    results_ready_ = cycle_ + 1 + config_.activation_latency_cycles;
  }
  return Cause::kVector;
}

int64_t Controller::end_of(const Flight& stream) const {
  if (stream.fold == nullptr) return 0;
  return stream.start + stream.fold->rows + config_.rows + config_.cols - 1;
}

bool Controller::try_read_weights() {
  const auto& program = *program_;
  while (weights_counter_ < program.size() &&
         program[weights_counter_].opcode != Opcode::kReadWeights) {
    ++weights_counter_;
  }
  if (weights_counter_ >= program.size() || num_shifts_ > num_streams_) return false;
  if (num_shifts_ >= weights_.num_ready()) return false;
  if (num_shifts_ > 0) {
    // The second weight register is free once the tile in it has been swapped in.
    const bool is_free = config_.preload == Preload::kHidden ? cycle_ > last_stream_.start
                                                             : cycle_ >= end_of(last_stream_);
    if (!is_free) return false;
  }
  last_shift_ = {&program[weights_counter_++].fold, cycle_};
  shifts_.push_back(last_shift_);
  ++num_shifts_;
  return true;
}

bool Controller::try_multiply(const Fold& fold) {
  if (num_streams_ >= num_shifts_ || cycle_ < results_ready_) return false;
  if (cycle_ < last_shift_.start + config_.rows - 1) return false;
  if (num_streams_ > 0 && cycle_ < last_stream_.start + last_stream_.fold->rows) return false;
  last_stream_ = {&fold, cycle_};
  streams_.push_back(last_stream_);
  fold_index.write(static_cast<int>(++num_streams_));
  return true;
}

void Controller::execute() {
  for (; counter_ < program_->size(); ++counter_) {
    const Instruction& instruction = (*program_)[counter_];
    switch (instruction.opcode) {
      case Opcode::kReadWeights:
        if (weights_counter_ <= counter_) return;
        break;
      case Opcode::kMatrixMultiply:
        if (!try_multiply(instruction.fold)) return;
        break;
      case Opcode::kActivate:
        // The activation lanes follow the stream by themselves.
        break;
      case Opcode::kReadHostMemory:
      case Opcode::kWriteHostMemory:
        if (!host_started_) {
          if (!is_drained()) return;
          host_.start(instruction.bytes);
          host_started_ = true;
        }
        if (!host_.is_done()) return;
        host_started_ = false;
        break;
    }
  }
}

Cause Controller::program_cycle() {
  std::erase_if(shifts_, [this](const Flight& flight) {
    return cycle_ >= flight.start + config_.rows + config_.cols - 1;
  });
  std::erase_if(streams_, [this](const Flight& flight) { return cycle_ >= end_of(flight); });
  const bool was_computing = !streams_.empty();
  try_read_weights();
  execute();
  const bool was_transferring = host_started_;
  host_.tick();
  const bool shifting = num_shifts_ > 0 && cycle_ < last_shift_.start + config_.rows;
  // A tile leaves the FIFO when its last row is in the array; one that arrives now is there from
  // the next cycle on.
  weights_.tick(num_shifts_ - (shifting ? 1 : 0));
  if (host_started_ && host_.is_done()) {
    host_started_ = false;
    ++counter_;
  }
  if (counter_ == program_->size() && cycle_ + 1 >= end_of(last_stream_)) {
    results_ready_ = cycle_ + 1 + config_.activation_latency_cycles;
    phase_ = Phase::kIdle;
  }
  if (was_computing) return Cause::kActive;
  if (was_transferring) return Cause::kHostWait;
  if (shifting) return Cause::kWeightShift;
  return num_shifts_ > num_streams_ ? Cause::kReadAfterWrite : Cause::kWeightLoad;
}

}  // namespace faultwave::systemc
