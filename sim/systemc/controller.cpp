#include "systemc/controller.hpp"

#include <algorithm>

namespace faultwave::systemc {

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

void Controller::start_gemm(const std::vector<Fold>& folds, int64_t input_bytes,
                            int64_t output_bytes) {
  folds_ = &folds;
  output_bytes_ = output_bytes;
  num_shifts_ = num_streams_ = 0;
  last_shift_ = last_stream_ = {};
  // All flights of the program before have ended; they point into its folds.
  shifts_.clear();
  streams_.clear();
  report_ = {};
  host_.start(input_bytes);
  phase_ = host_.is_done() ? Phase::kCompute : Phase::kReadHost;
}

void Controller::start_vector(int64_t cycles) {
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
  count(what);
  cause.write(static_cast<int>(what));
  word.cycle = cycle_;
  word.shifts = shifts_;
  word.streams = streams_;
  ++cycle_;
}

Cause Controller::run_cycle() {
  switch (phase_) {
    case Phase::kReadHost:
      host_.tick();
      weights_.tick(0);
      if (host_.is_done()) phase_ = Phase::kCompute;
      return Cause::kHostWait;
    case Phase::kCompute:
      return compute_cycle();
    case Phase::kWriteHost:
      host_.tick();
      if (host_.is_done()) phase_ = Phase::kIdle;
      return Cause::kHostWait;
    case Phase::kVector:
      if (cycle_ < results_ready_) return Cause::kReadAfterWrite;
      if (--vector_cycles_left_ == 0) {
        phase_ = Phase::kIdle;
        results_ready_ = cycle_ + 1 + config_.activation_latency_cycles;
      }
      return Cause::kVector;
    case Phase::kIdle:
      break;
  }
  return Cause::kIdle;
}

int64_t Controller::end_of(const Flight& stream) const {
  return stream.start + stream.fold->rows + config_.rows + config_.cols - 1;
}

bool Controller::may_start_shift() const {
  if (num_shifts_ >= folds_->size() || num_shifts_ > num_streams_) return false;
  if (static_cast<int64_t>(num_shifts_) >= weights_.num_ready()) return false;
  if (num_shifts_ == 0) return true;
  // The second weight register is free once the tile in it has been swapped in.
  if (config_.preload == Preload::kHidden) return cycle_ > last_stream_.start;
  return cycle_ >= end_of(last_stream_);
}

bool Controller::may_start_stream() const {
  if (num_streams_ >= num_shifts_ || cycle_ < results_ready_) return false;
  if (cycle_ < last_shift_.start + config_.rows - 1) return false;
  return num_streams_ == 0 || cycle_ >= last_stream_.start + last_stream_.fold->rows;
}

Cause Controller::compute_cycle() {
  std::erase_if(shifts_, [this](const Flight& flight) {
    return cycle_ >= flight.start + config_.rows + config_.cols - 1;
  });
  std::erase_if(streams_, [this](const Flight& flight) { return cycle_ >= end_of(flight); });
  const bool was_computing = !streams_.empty();
  if (may_start_shift()) {
    last_shift_ = {&(*folds_)[num_shifts_++], cycle_};
    shifts_.push_back(last_shift_);
  }
  const bool shifting = num_shifts_ > 0 && cycle_ < last_shift_.start + config_.rows;
  if (may_start_stream()) {
    last_stream_ = {&(*folds_)[num_streams_++], cycle_};
    streams_.push_back(last_stream_);
    fold_index.write(static_cast<int>(num_streams_));
  }
  if (num_streams_ == folds_->size() && cycle_ + 1 >= end_of(last_stream_)) {
    results_ready_ = cycle_ + 1 + config_.activation_latency_cycles;
    host_.start(output_bytes_);
    phase_ = host_.is_done() ? Phase::kIdle : Phase::kWriteHost;
  }
  // A tile leaves the FIFO when its last row is in the array; one that arrives now is there from
  // the next cycle on.
  weights_.tick(static_cast<int64_t>(num_shifts_) - (shifting ? 1 : 0));
  if (was_computing) return Cause::kActive;
  if (shifting) return Cause::kWeightShift;
  return num_shifts_ > num_streams_ ? Cause::kReadAfterWrite : Cause::kWeightLoad;
}

void Controller::count(Cause what) {
  ++report_.total;
  switch (what) {
    case Cause::kActive:
      ++report_.active;
      break;
    case Cause::kWeightLoad:
      ++report_.weight_load;
      break;
    case Cause::kWeightShift:
      ++report_.weight_shift;
      break;
    case Cause::kReadAfterWrite:
      ++report_.read_after_write;
      break;
    case Cause::kHostWait:
      ++report_.host_wait;
      break;
    case Cause::kVector:
      ++report_.vector;
      break;
    case Cause::kIdle:
      break;
  }
}

}  // namespace faultwave::systemc
