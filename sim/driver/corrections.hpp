// The exact, fault-free terms that turn raw sums of the array into sums of (a - zero_point) * w.
#pragma once

#include <cstdint>

#include "mitigation/mitigation.hpp"
#include "netlist/number_format.hpp"
#include "nn/network.hpp"

namespace faultwave::driver {

/// Adds to `sums` [m][n] the bias and the corrections of the number format:
///   affine_u8       -128 * sum_k a[m][k]          (the array multiplied a * (w + 128))
///   int8            +128 * sum_k w[n][k]          (the array multiplied (a - 128) * w)
///   every format    -zero_point * sum_k w[n][k]
/// A bypassed product drops out of the sums over k: its correction goes with it. `w` are the
/// network's own weights, whatever a mitigation loads.
void apply_corrections(const nn::Layer& layer, const mitigation::LoadedLayer& loaded,
                       netlist::NumberFormat format, int zero_point, const uint8_t* activations,
                       int64_t m, int32_t* sums);

}  // namespace faultwave::driver
