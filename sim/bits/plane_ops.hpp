// Gate operations over bit planes, with the instruction set chosen at run time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace faultwave::bits {

/// Two-input operations and the multiplexer. kMux: (s & b) | (~s & a).
enum class PlaneOp : uint8_t {
  kAnd,
  kNand,
  kOr,
  kNor,
  kXor,
  kXnor,
  kAndNot,
  kOrNot,
  kNot,
  kCopy,
  kMux
};

/// y[i] = op(a[i], b[i], s[i]) for `num_words` words; operands that an operation does not take may
/// be null. `y` may be one of the operands.
void apply(PlaneOp op, uint64_t* y, const uint64_t* a, const uint64_t* b, const uint64_t* s,
           std::size_t num_words);

/// True when any bit of x differs from y.
bool differs(const uint64_t* x, const uint64_t* y, std::size_t num_words);

/// Transposes 16 planes of `num_words` words into 64 * num_words 16-bit values: bit i of value v is
/// bit v % 64 of planes[i][v / 64].
void planes_to_u16(const uint64_t* const* planes, std::size_t num_words, uint16_t* values);

/// Name of the instruction set in use ("AVX3_ZEN4", "AVX2", "SSE2", "SCALAR", ...), and all that
/// this machine can run, best first.
std::string simd_level();
std::vector<std::string> simd_levels();
/// Forces a level ("" for the best one); UsageError lists the levels when it is not available. The
/// environment variable FAULTWAVE_SIMD does the same at start.
void force_simd_level(const std::string& level);
/// Applies FAULTWAVE_SIMD, once; every dispatched function calls it first.
void apply_simd_environment();

}  // namespace faultwave::bits
