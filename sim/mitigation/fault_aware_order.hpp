// Which input and which output of a layer goes where on an accelerator with faulty PEs.
#pragma once

#include "mitigation/mitigation.hpp"

namespace faultwave::mitigation {

/// The order of inputs and outputs that leaves little error: the sum over all weights of
/// `left_error` of the weight on the PEs that it meets, times how active its input is (1 on
/// average). Found by exchanging pairs of inputs, then of outputs, in turn, until neither helps:
/// the sum never exceeds that of the network's order. Empty orders when the network's own is as
/// good. UsageError without calibration.
LayerOrder fault_aware_order(const LayerContext& context, LeftError left_error);

/// The sum that fault_aware_order makes small, as written.
double error_of_order(const LayerContext& context, LeftError left_error, const LayerOrder& order);

}  // namespace faultwave::mitigation
