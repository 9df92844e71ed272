// What a layer's inputs see on the calibration images.
#pragma once

#include <cstdint>

#include "mitigation/mitigation.hpp"
#include "nn/network.hpp"

namespace faultwave::driver {

/// Counts the activations of every input of a matrix layer. `maps`: the values of the layer's
/// input, [image][channel][row][col]. The im2col matrix never exists as a whole.
mitigation::LayerCalibration calibrate_layer(const nn::Layer& layer, const nn::Value& input,
                                             const uint8_t* maps, int64_t num_images);

}  // namespace faultwave::driver
