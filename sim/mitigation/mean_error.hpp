// Mean error of the sums of a layer on its calibration rows.
#pragma once

#include <cstdint>
#include <vector>

#include "mitigation/mitigation.hpp"

namespace faultwave::mitigation {

/// Entry n: mean over the calibration rows of sum_k (what the PEs of (k, n) add on average for the
/// weight that `loaded` puts there - intended(a, w)), rounded to the nearest integer, halves away
/// from zero. Faulty PEs count, and healthy ones with `context.retune_healthy`; otherwise a healthy
/// PE counts as far as another weight than the network's changes its products. [N]. Exact on a
/// systolic array: a histogram per input k is enough, since a mean of sums is a sum of means.
/// UsageError when there are no calibration rows.
std::vector<int32_t> mean_errors(const LayerContext& context, const LoadedLayer& loaded);

/// Takes mean_errors out of the biases; the sums stay in the range of int32, or saturate.
void subtract_mean_errors(const LayerContext& context, LoadedLayer& loaded);

}  // namespace faultwave::mitigation
