// Weights whose error is as constant as possible, and biases that take the constant up.
#pragma once

#include <cstdint>

#include "mitigation/mitigation.hpp"
#include "mitigation/output_errors.hpp"

namespace faultwave::mitigation {

/// The weights that are to be retuned replaced by centred_error_map for the layer's histogram;
/// biases as they are. UsageError without calibration or arriving rows.
LoadedLayer offset_map(const LayerContext& context);

/// Loads the retuned weights of output n.
void load_column(const LayerContext& context, const LoadedLayer& loaded, int64_t n,
                 OutputErrors& errors);

/// Adds OutputErrors::best_shift of all rows to a bias, which stays in the range of int32.
void shift_bias(const ArrivingRows& rows, const OutputErrors& errors, int32_t& bias);

}  // namespace faultwave::mitigation
