// Matrix products in which every PE has a product table of its own.
#pragma once

#include <cstdint>
#include <span>

#include "accel/gemm_job.hpp"
#include "replay/pe_map.hpp"
#include "replay/product_tables.hpp"

namespace faultwave::replay {

/// sums[m][n] = sum over k of +/- the table of the PE that computes product (m, n, k), modulo 2^32;
/// `bypassed` PEs and weights with accel::kBypass add nothing. `maps` belongs to the accelerator
/// whose PEs `tables` describes; it is asked only when PEs differ. InternalError when the job's
/// operand wiring is not that of the tables.
void table_gemm(const accel::GemmJob& job, PeMaps& maps, const ProductTables& tables,
                std::span<const int> bypassed, int32_t* sums);

}  // namespace faultwave::replay
