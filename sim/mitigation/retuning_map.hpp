// Which weight to load in place of another one: the map w -> w' of a mixture of product tables.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "mitigation/pe_products.hpp"

namespace faultwave::mitigation {

/// The replacement of every weight -128..127, entry w + 128.
using RetuningMap = std::array<int16_t, 256>;

/// With several tables every sum over a below also runs over them, weighted by their counts.
///
/// w' = argmin over w' of sum_a h(a) |intended(a, w) - product(a, w')|, on a tie w itself, else the
/// lowest w'. w' runs over the format's symmetric range, and over w.
///
/// `histogram`: h, 256 counts of activations 0..255. Sums of counts times products below 2^53 are
/// exact, and so are ties.
///
/// The intended product is u(a) * v(w) in every format, so that for a fixed w' the sum is a convex
/// piecewise linear function of v with one kink per a at product(a, w') / u(a). Sorting the kinks
/// into the 256 integer v by prefix sums gives all w at once: 65,536 steps per table where the
/// sum as written takes 16.7 million.
RetuningMap absolute_error_map(const PeProducts& products, std::span<const double> histogram);

/// w' = argmin over w' of min_c sum_a h(a) (intended(a, w) + c - product(a, w'))^2, ties as above:
/// the least variance of the error, whose mean c a bias can take up. Variances that differ by less
/// than 1e-5 (squared product units) are a tie.
RetuningMap centred_error_map(const PeProducts& products, std::span<const double> histogram);

/// The sum that absolute_error_map minimises, as written.
double absolute_error(const PeProducts& products, std::span<const double> histogram, int weight,
                      int loaded_weight);
/// The sum that centred_error_map minimises (at the best c), as written.
double centred_error(const PeProducts& products, std::span<const double> histogram, int weight,
                     int loaded_weight);

}  // namespace faultwave::mitigation
