// Wires between the TPU's modules.
//
// Timing: the controller and the array act at the rising edge that begins a cycle. The controller
// then drives the wires below for that cycle; the units around the array respond within the cycle
// (woken by `cycle`) and settle the array's edge, which the array samples at the next rising edge.
#pragma once

#include <cstdint>
#include <systemc>

#include "accel/systolic_array.hpp"
#include "systemc/program.hpp"

namespace faultwave::systemc {

/// Why a cycle went by; exactly one per cycle.
enum class Cause : uint8_t {
  kActive,          ///< a row of activations enters the array
  kWeightLoad,      ///< the next tile is not in the weight FIFO
  kWeightShift,     ///< the next tile is shifting into the array
  kReadAfterWrite,  ///< sums are still on their way out of the array
  kHostWait,        ///< activations or results are moving over the host interface
  kVector,          ///< activation unit only
  kNumCauses,
};

struct ControlSignals {
  sc_core::sc_signal<uint64_t> cycle{"cycle", UINT64_MAX};
  sc_core::sc_signal<bool> busy{"busy", false};  ///< `cycle` is a cycle of a program
  sc_core::sc_signal<bool> done{"done", false};
  sc_core::sc_signal<bool> stream_valid{"stream_valid", false};  ///< a row enters the array
  sc_core::sc_signal<bool> stream_swap{"stream_swap", false};    ///< it is the tile's first
  sc_core::sc_signal<int64_t> stream_tile{"stream_tile", 0};
  sc_core::sc_signal<int> stream_row{"stream_row", 0};  ///< within the chunk
  sc_core::sc_signal<bool> shift_valid{"shift_valid", false};
  sc_core::sc_signal<int> shift_step{"shift_step", 0};  ///< 0 .. rows - 1
  sc_core::sc_signal<int> cause{"cause", 0};            ///< Cause
};

/// What all modules share of the running product.
struct ProgramSlot {
  Program* program = nullptr;
  int32_t* sums = nullptr;  ///< [m][n]
};

}  // namespace faultwave::systemc
