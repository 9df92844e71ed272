#include "driver/calibration.hpp"

#include <algorithm>

#include "nn/kernels.hpp"

namespace faultwave::driver {
namespace {

/// Host memory for a piece of the im2col matrix.
constexpr int64_t kMaxPieceBytes = int64_t{4} << 20;

}  // namespace

mitigation::LayerCalibration calibrate_layer(const nn::Layer& layer, const nn::Value& input,
                                             const uint8_t* maps, int64_t num_images) {
  mitigation::LayerCalibration calibration;
  const int64_t depth = layer.num_inputs;
  calibration.input_counts.resize(static_cast<std::size_t>(depth));
  const int64_t image_bytes = nn::im2col_rows(layer, input.shape) * depth;
  const int64_t piece = std::max<int64_t>(1, kMaxPieceBytes / image_bytes);
  for (int64_t first = 0; first < num_images; first += piece) {
    const auto matrix = nn::im2col(layer, input, maps + first * input.shape.size(),
                                   std::min(piece, num_images - first));
    for (auto row = matrix.begin(); row != matrix.end(); row += depth) {
      for (std::size_t k = 0; k < calibration.input_counts.size(); ++k) {
        ++calibration.input_counts[k][row[static_cast<std::ptrdiff_t>(k)]];
      }
      ++calibration.num_rows;
    }
  }
  calibration.histogram.assign(256, 0.0);
  for (const auto& counts : calibration.input_counts) {
    for (std::size_t a = 0; a < 256; ++a) {
      calibration.histogram[a] += static_cast<double>(counts[a]);
    }
  }
  return calibration;
}

}  // namespace faultwave::driver
