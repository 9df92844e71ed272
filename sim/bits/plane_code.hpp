// Plane programs as machine code of their own: x86-64, 256-bit vectors, values in registers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "bits/plane_program.hpp"

namespace faultwave::bits {

/// Compiles a program in microseconds and runs it several times faster than an interpreter that
/// loads and stores every plane: inverters vanish into the operations that read them, values stay
/// in registers until the one with the furthest next use must leave (Belady), spilled ones are
/// operands in memory. Reuses its memory from program to program; not thread-safe.
class PlaneCode {
 public:
  /// Whether the instruction set in use (simd_level()) and the system allow it; `run_program`
  /// without code is there for all others. Systems may forbid memory that is writable and
  /// executable.
  static bool is_available();

  /// InternalError unless is_available().
  PlaneCode();
  ~PlaneCode();
  PlaneCode(const PlaneCode&) = delete;
  PlaneCode& operator=(const PlaneCode&) = delete;

  /// Steps in any order that a PlaneProgram may have; fewest spills when values are read soon.
  void compile(const PlaneProgram& program);
  /// `operands`: [16][kChunkWords], a chunk of PairChunks::planes. `outputs`: the product bits,
  /// [16][kChunkWords].
  void run(const uint64_t* operands, uint64_t* outputs) const;

  /// Bytes of code and values that had to be stored, of the last program.
  std::size_t num_code_bytes() const { return num_code_bytes_; }
  std::size_t num_spills() const { return num_spills_; }

 private:
  class Emitter;
  class Allocator;
  struct Operation {
    uint8_t opcode;
    uint16_t x, y;            // values: the first one is complemented by VPANDN
    uint16_t next_x, next_y;  // next operations that read them
    uint16_t next_result;     // first operation that reads the result
  };
  struct Slot {
    uint16_t value;
    uint16_t inverted;  // 1: the value is its complement
  };
  struct Memory;  // executable, unmapped at the end

  void lower(const PlaneProgram& program);
  void find_next_uses();

  std::unique_ptr<Memory> memory_;
  std::vector<Operation> operations_;
  std::vector<Slot> slots_;
  std::vector<uint16_t> next_use_;       // by value
  std::vector<uint16_t> output_bits_;    // by value: product bits that are it
  std::vector<uint8_t> value_register_;  // by value
  std::vector<uint32_t> value_home_;     // by value: where in memory
  uint16_t output_inverted_ = 0;         // by product bit
  std::size_t num_code_bytes_ = 0;
  std::size_t num_spills_ = 0;
};

/// run_program with code that was compiled from the program.
ProgramError run_program(const PlaneCode& code, const PairChunks& pairs, ErrorMetric metric,
                         uint32_t bound, uint64_t limit);

}  // namespace faultwave::bits
