// Calibration images on their way through a network, layer by layer.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "accel/gemm_job.hpp"
#include "driver/loaded_matrix.hpp"
#include "nn/network.hpp"

namespace faultwave::driver {

/// Layers run in the network's order; the values behind them stay.
class CalibrationRun {
 public:
  /// `batch_images` images are computed together, as one product each time: with several PEs per
  /// weight that decides which one computes what. `network` must outlive this object.
  CalibrationRun(const nn::Network& network, std::span<const uint8_t> images, int64_t num_images,
                 int64_t batch_images);

  /// [image][channel][row][col]; empty before the layer that makes it has run.
  const std::vector<uint8_t>& value(int id) const { return values_[static_cast<std::size_t>(id)]; }
  void run_matrix(const nn::Layer& layer, const LoadedMatrix& loaded, accel::Accelerator& engine);
  void run_vector(const nn::Layer& layer);

 private:
  const nn::Network& network_;
  int64_t num_images_;
  int64_t batch_images_;
  std::vector<std::vector<uint8_t>> values_;
};

/// Images that the table engine computes together in a calibration run: as many as run together
/// otherwise on a GPU, where the mapping depends on it; else what keeps matrices small.
int64_t calibration_batch(const nn::Network& network, const accel::PeMapping& mapping,
                          int64_t batch_images);

}  // namespace faultwave::driver
