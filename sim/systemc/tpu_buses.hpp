// What travels between the TPU's modules: registered buses, one value per clock cycle.
#pragma once

#include <cstdint>
#include <systemc>
#include <vector>

#include "accel/systolic_array.hpp"
#include "systemc/tpu_program.hpp"

namespace faultwave::systemc {

/// A register of any type between two modules: what is written during a cycle is read in the next.
/// Unlike sc_signal it neither compares nor copies: writer and reader exchange two buffers.
template <typename Payload>
class Bus : public sc_core::sc_prim_channel {
 public:
  Bus(const char* name, const Payload& initial)
      : sc_prim_channel(name), read_(initial), write_(initial) {}
  const Payload& read() const { return read_; }
  /// The buffer to fill (it holds an older value); takes effect with the next delta cycle.
  Payload& write() {
    request_update();
    return write_;
  }

 private:
  void update() override { std::swap(read_, write_); }
  Payload read_;
  Payload write_;
};

/// A fold in flight and the cycle of its first event.
struct Flight {
  const Fold* fold = nullptr;
  int64_t start = 0;
};

/// From the controller: which folds shift weights in and which stream activations.
struct ControlWord {
  bool valid = false;  ///< a cycle of the accelerator; false: the pipeline behind only drains
  int64_t cycle = 0;
  std::vector<Flight> shifts;   ///< start: cycle whose edge shifts the first weight row in
  std::vector<Flight> streams;  ///< start: cycle whose edge brings activation row 0 to array row 0
};

/// To the array: everything at its edges, and the control word for the modules behind it.
struct ArrayWord {
  explicit ArrayWord(const accel::ArrayConfig& config) : inputs(config) {}
  ControlWord control;
  accel::ArrayInputs inputs;
};

/// From the array: partial sums at the bottom edge after the cycle of `control`.
struct PsumWord {
  explicit PsumWord(int cols) : psums(static_cast<std::size_t>(cols)) {}
  ControlWord control;
  std::vector<int32_t> psums;
};

}  // namespace faultwave::systemc
