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

/// Takes the mean error, rounded to the nearest integer, out of a bias, which stays in the range of
/// int32.
void take_out_mean(const OutputErrors& errors, int32_t& bias);

}  // namespace faultwave::mitigation
