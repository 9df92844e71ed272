// Activations in the form that look-ups read.
#pragma once

#include <cstdint>
#include <span>

#include "accel/gemm_job.hpp"

namespace faultwave::replay {

/// codes[(k - k0) * stride + i] = activation k of row rows[i], for k0 <= k < k1; `stride`, in
/// bytes, is at least rows.size() rounded up to bits::kTransposeRows.
void pack_codes(const accel::GemmJob& job, std::span<const uint32_t> rows, std::size_t k0,
                std::size_t k1, std::size_t stride, uint8_t* codes);

}  // namespace faultwave::replay
