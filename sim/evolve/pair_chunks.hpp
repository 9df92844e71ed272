// Orders of the 65,536 operand pairs in which candidates are evaluated.
#pragma once

#include <cstdint>
#include <vector>

#include "bits/plane_program.hpp"
#include "netlist/product_table.hpp"

namespace faultwave::evolve {

/// What an error of 1 counts for ErrorMetric::kWeighted: 2^31 / max(1, |exact|), rounded up.
inline constexpr uint32_t kRelativeScale = 1u << 31;

/// The pairs (codes A + 256 * B) in the given order; a permutation of 0 to 65,535.
/// `with_weights`: fill in what ErrorMetric::kWeighted needs.
bits::PairChunks make_pair_chunks(const std::vector<uint32_t>& order, bool is_signed,
                                  bool with_weights);

/// A fixed shuffle: every chunk is a sample of all pairs.
std::vector<uint32_t> shuffled_order();
/// The pairs by falling |error| of the table; equal ones in the order of shuffled_order().
std::vector<uint32_t> worst_first_order(const netlist::ProductTable& table);

}  // namespace faultwave::evolve
