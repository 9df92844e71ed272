// The exact, fault-free terms that turn raw sums of the accelerator into sums of (a - zero_point) *
// w.
#pragma once

#include <cstdint>
#include <vector>

#include "accel/gemm_job.hpp"
#include "mitigation/mitigation.hpp"
#include "netlist/number_format.hpp"
#include "nn/network.hpp"

namespace faultwave::driver {

/// Adds to `sums` [m][n] the bias and the corrections of the number format:
///   affine_u8       -128 * sum_k a[m][k]          (the PEs multiplied a * (w + 128))
///   int8            +128 * sum_k w[n][k]          (the PEs multiplied (a - 128) * w)
///   every format    -zero_point * sum_k w[n][k]
/// `w` are the network's own weights, whatever a mitigation loads. Products of `bypassed_pes`, as
/// `mapping` maps them, drop out of the sums over k: their corrections go with them.
void apply_corrections(const nn::Layer& layer, const mitigation::LoadedLayer& loaded,
                       netlist::NumberFormat format, int zero_point, const uint8_t* activations,
                       int64_t m, const accel::PeMapping& mapping,
                       const std::vector<int>& bypassed_pes, int32_t* sums);

}  // namespace faultwave::driver
