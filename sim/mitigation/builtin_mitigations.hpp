// Factories of the mitigations that Faultwave brings, one file each.
#pragma once

#include <memory>

#include "mitigation/mitigation.hpp"

namespace faultwave::mitigation {

/// The weights as they are.
std::unique_ptr<Mitigation> make_none();
/// Bypasses every faulty PE (Zhang et al., "Analyzing and mitigating the impact of permanent faults
/// on a systolic array based neural network accelerator", VTS 2018, without its retraining).
std::unique_ptr<Mitigation> make_fap();
/// Fal-reTune with the layer's calibration histogram.
std::unique_ptr<Mitigation> make_fal_retune();
/// Fal-reTune with all activations alike.
std::unique_ptr<Mitigation> make_fal_retune_uniform();
/// Fal-reTune by least variance of the error, whose mean goes into the bias, as it is behind the
/// layers that are retuned already.
std::unique_ptr<Mitigation> make_fal_retune_offset();
/// Coordinate descent over the weights of each output, from fal_retune_offset on.
std::unique_ptr<Mitigation> make_joint_retune();
/// Weights as they are, on other PEs.
std::unique_ptr<Mitigation> make_fault_aware_mapping();
/// Weights as they are, biases shifted by the mean error on the calibration rows.
std::unique_ptr<Mitigation> make_bias_recalibration();

}  // namespace faultwave::mitigation
