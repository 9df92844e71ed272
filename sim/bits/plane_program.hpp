// A combinational circuit as a list of gate operations over bit planes, run chunk by chunk against
// the exact products of 16-bit outputs, with the instruction set chosen at run time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "bits/aligned_vector.hpp"
#include "bits/plane_ops.hpp"

namespace faultwave::bits {

/// Words of a plane that are evaluated at once: 64 * kChunkWords operand pairs.
inline constexpr std::size_t kChunkWords = 16;
inline constexpr std::size_t kChunkPairs = 64 * kChunkWords;
/// Slots 0 to 15 hold the operand planes, 16 and 17 the constants, the rest what gates drive.
inline constexpr uint16_t kZeroSlot = 16;
inline constexpr uint16_t kOneSlot = 17;
inline constexpr uint16_t kFirstFreeSlot = 18;

/// Slot `y` = op(slot `a`, slot `b`); any operation but the multiplexer. Slots may be reused. Runs
/// of steps with the same operation are fast, each change of operation costs a jump.
struct PlaneStep {
  PlaneOp op = PlaneOp::kCopy;
  uint16_t y = 0;
  uint16_t a = 0;
  uint16_t b = 0;
};

/// A multiplier as straight-line code over bit planes.
struct PlaneProgram {
  std::vector<PlaneStep> steps;
  /// Slots of the 16 product bits, least significant first.
  std::array<uint16_t, 16> outputs{};
  /// Highest slot in use plus one.
  std::size_t num_slots = kFirstFreeSlot;
};

/// All operand pairs in some order, cut into chunks, with their exact products.
/// `planes`: [chunk][32][kChunkWords], 16 operand planes (A, then B) and 16 product planes.
/// `exact`: [chunk][kChunkPairs] products as raw bits, `weights`: what an absolute error of 1 of
/// each pair counts under ErrorMetric::kWeighted (empty when that metric is not used).
struct PairChunks {
  std::size_t num_chunks = 0;
  bool is_signed = false;
  AlignedVector<uint64_t> planes;
  std::vector<uint16_t> exact;
  std::vector<uint32_t> weights;
};

/// What is added up over the operand pairs.
enum class ErrorMetric : uint8_t {
  kAbsolute,  ///< |error|
  kWrong,     ///< 1 for every wrong product
  kBeyond,    ///< 1 for every product with |error| > bound
  kWeighted   ///< |error| times the weight of the pair
};

/// Error of a program against a wanted product table, summed until a limit was passed.
struct ProgramError {
  uint64_t total = 0;  ///< over the chunks that were evaluated
  uint32_t num_chunks = 0;
  bool within = false;  ///< all chunks were evaluated and total <= limit
};

/// Runs the chunks in order and stops as soon as the total is above `limit`.
/// `slots`: scratch of at least num_slots * kChunkWords words. `ones`: null, or per step the number
/// of pairs whose value is 1, added up (complete only when `within`).
ProgramError run_program(const PlaneProgram& program, const PairChunks& pairs, ErrorMetric metric,
                         uint32_t bound, uint64_t limit, uint64_t* slots, uint32_t* ones = nullptr);

/// Fills the constants and the operands of one chunk.
void load_chunk(const PairChunks& pairs, std::size_t chunk, uint64_t* slots);
/// Runs steps over slots of kChunkWords words.
void run_steps(const PlaneStep* steps, std::size_t num_steps, uint64_t* slots);
/// Sum of |error| of the products in slots `outputs` over one chunk.
uint64_t absolute_error(const std::array<uint16_t, 16>& outputs, const PairChunks& pairs,
                        std::size_t chunk, const uint64_t* slots);

}  // namespace faultwave::bits
