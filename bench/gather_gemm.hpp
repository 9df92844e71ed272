// The gather kernel of emulators of approximate DNNs (AdaPT: Danopoulos et al., IEEE TCAD 2022), as
// the baseline of the table engine.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "accel/gemm_job.hpp"

namespace faultwave::bench {

/// Instruction sets with gathers that this machine runs: "AVX2", "AVX-512".
std::vector<std::string> gather_levels();

/// sums[m][n] += sum over k of products[a + 256 w], a the activation, w the weight code: one table
/// of 65,536 products for all PEs, 8 or 16 of them per gather, added in 32 bits. Activations are
/// transposed first, so that a gather reads one weight's 1 KiB of the table; weight flags are not
/// looked at.
void gather_gemm(const std::string& level, const accel::GemmJob& job, const int32_t* products,
                 int32_t* sums);

}  // namespace faultwave::bench
