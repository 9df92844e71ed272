#include "driver/calibration_run.hpp"

#include <algorithm>

#include "nn/kernels.hpp"

namespace faultwave::driver {
namespace {

/// Host memory for one im2col matrix, its codes and its sums.
constexpr int64_t kMaxBatchBytes = int64_t{32} << 20;

}  // namespace

CalibrationRun::CalibrationRun(const nn::Network& network, std::span<const uint8_t> images,
                               int64_t num_images, int64_t batch_images)
    : network_(network),
      num_images_(num_images),
      batch_images_(batch_images),
      values_(network.values.size()) {
  values_[static_cast<std::size_t>(network.input)].assign(images.begin(), images.end());
}

void CalibrationRun::run_matrix(const nn::Layer& layer, const LoadedMatrix& loaded,
                                accel::Accelerator& engine) {
  const nn::Value& input = network_.values[static_cast<std::size_t>(layer.inputs.at(0))];
  const nn::Value& output = network_.values[static_cast<std::size_t>(layer.output)];
  if (output.type == nn::DataType::kInt32) return;  // nothing comes behind the logits
  const int64_t rows = nn::im2col_rows(layer, input.shape);
  auto& codes = values_[static_cast<std::size_t>(layer.output)];
  codes.clear();
  for (int64_t first = 0; first < num_images_; first += batch_images_) {
    const int64_t count = std::min(batch_images_, num_images_ - first);
    const auto matrix = nn::im2col(
        layer, input, value(layer.inputs.at(0)).data() + first * input.shape.size(), count);
    std::vector<int32_t> sums(static_cast<std::size_t>(count * rows * layer.num_outputs));
    accel::GemmJob job;
    job.name = layer.name;
    loaded.run(engine, job, matrix.data(), count * rows, input.quantization.zero_point,
               sums.data());
    const auto batch = nn::requantize(layer, network_, sums.data(), count, rows);
    codes.insert(codes.end(), batch.begin(), batch.end());
  }
}

void CalibrationRun::run_vector(const nn::Layer& layer) {
  std::vector<const uint8_t*> inputs;
  for (const int id : layer.inputs) inputs.push_back(value(id).data());
  values_[static_cast<std::size_t>(layer.output)] =
      nn::run_vector_layer(network_, layer, inputs, num_images_);
}

int64_t calibration_batch(const nn::Network& network, const accel::PeMapping& mapping,
                          int64_t batch_images) {
  if (mapping.pes().kind() != fault::PeSpace::Kind::kArray) return batch_images;
  int64_t image_bytes = 1;
  for (const auto& layer : network.layers) {
    if (layer.kind != nn::LayerKind::kMatrix) continue;
    const auto& shape = network.values[static_cast<std::size_t>(layer.inputs.at(0))].shape;
    image_bytes = std::max(image_bytes, nn::im2col_rows(layer, shape) *
                                            (2 * layer.num_inputs + 4 * layer.num_outputs));
  }
  return std::max<int64_t>(1, kMaxBatchBytes / image_bytes);
}

}  // namespace faultwave::driver
