// Cycles by cause for tables and JSON.
#pragma once

#include <nlohmann/json.hpp>
#include <span>

#include "accel/gemm_job.hpp"

namespace faultwave::driver {

/// Cycles of `cause` per unit (a GPU counts per warp scheduler), rounded.
int64_t cycles_per_unit(const accel::CycleReport& report, accel::Cause cause);

/// {"active": 1234, ...}: all units together, in the order of `causes`; they add up to total *
/// units.
nlohmann::ordered_json cycles_by_cause_json(const accel::CycleReport& report,
                                            std::span<const accel::Cause> causes);

}  // namespace faultwave::driver
