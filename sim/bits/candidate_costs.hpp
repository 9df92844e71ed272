// Squared-error costs of many candidates at once, with the instruction set chosen at run time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace faultwave::bits {

/// One group of observations that share a row of candidate values.
struct QuadraticTerm {
  const uint16_t* row = nullptr;  ///< value of every candidate
  double base = 0;                ///< value in use
  double linear = 0;
  double square = 0;
};

/// How the 16 bits of a row become a value.
struct RowValues {
  bool is_signed = false;  ///< two's complement
  bool is_negated = false;
};

/// For every candidate c < num_candidates, over all terms t with d = value(t.row[c]) - t.base:
///   costs[c]  = sum of d * (t.linear + t.square * d)
///   shifts[c] = sum of t.square * d
/// Integers are exact as long as every partial sum stays below 2^53; beyond that all instruction
/// sets still round alike. `num_candidates` is a multiple of 32.
void quadratic_costs(std::span<const QuadraticTerm> terms, RowValues values,
                     std::size_t num_candidates, double* costs, double* shifts);

}  // namespace faultwave::bits
