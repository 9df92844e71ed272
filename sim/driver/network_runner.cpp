#include "driver/network_runner.hpp"

#include <algorithm>
#include <map>

#include "base/error.hpp"
#include "driver/loaded_matrix.hpp"
#include "nn/kernels.hpp"

namespace faultwave::driver {
namespace {

std::string kind_name(const nn::Layer& layer) {
  if (layer.kind != nn::LayerKind::kMatrix) return std::string(nn::to_string(layer.kind));
  return layer.window.kernel_h * layer.window.kernel_w > 1 ? "conv" : "gemm";
}

/// Everything that stays the same between batches.
class BatchRunner {
 public:
  BatchRunner(const nn::Network& network, const LoadedNetwork& loaded,
              accel::Accelerator& accelerator, const RunnerOptions& options)
      : network_(network), accelerator_(accelerator), options_(options) {
    FAULTWAVE_CHECK(loaded.layers.size() == network.layers.size());
    for (std::size_t i = 0; i < network.layers.size(); ++i) {
      if (network.layers[i].kind != nn::LayerKind::kMatrix) continue;
      matrices_.try_emplace(i, network.layers[i], loaded.layers[i], loaded.faulty_pes,
                            OperandCoding{options.format, options.weight_on_port_a});
    }
  }

  void run(const uint8_t* images, int64_t num_images, NetworkResult& result,
           const std::function<void(int64_t)>& progress) {
    values_.assign(network_.values.size(), {});
    const auto input = static_cast<std::size_t>(network_.input);
    values_[input].assign(images, images + num_images * network_.values[input].shape.size());
    for (std::size_t i = 0; i < network_.layers.size(); ++i) {
      const nn::Layer& layer = network_.layers[i];
      LayerReport& report = result.layers[i];
      const auto cycles = layer.kind == nn::LayerKind::kMatrix
                              ? run_matrix(i, num_images, report, result)
                              : run_vector(layer, num_images);
      report.cycles += cycles;
      result.cycles += cycles;
      if (progress) progress(1);
    }
    if (network_.values[static_cast<std::size_t>(network_.output)].type == nn::DataType::kUint8) {
      const auto& codes = values_[static_cast<std::size_t>(network_.output)];
      result.logits.insert(result.logits.end(), codes.begin(), codes.end());
    }
  }

 private:
  accel::CycleReport run_matrix(std::size_t index, int64_t num_images, LayerReport& report,
                                NetworkResult& result) {
    const nn::Layer& layer = network_.layers[index];
    const auto source = static_cast<std::size_t>(layer.inputs.at(0));
    const nn::Value& input = network_.values[source];
    const nn::Value& output = network_.values[static_cast<std::size_t>(layer.output)];
    const int64_t rows = nn::im2col_rows(layer, input.shape);
    const auto matrix = nn::im2col(layer, input, values_[source].data(), num_images);

    accel::GemmJob job;
    job.name = layer.name;
    if (is_network_input(layer.inputs.at(0))) job.input_bytes = num_images * input.shape.size();
    job.buffer_bytes = num_images * input.shape.size();
    const bool is_output = is_network_output(layer.output);
    if (is_output) {
      job.output_bytes = num_images * output.shape.size() *
                         (output.type == nn::DataType::kInt32 ? int64_t{4} : int64_t{1});
    }
    const int64_t m = num_images * rows;
    std::vector<int32_t> sums(static_cast<std::size_t>(m * layer.num_outputs));
    LoadedMatrix::RawSums see_raw;
    if (options_.listener != nullptr) {
      see_raw = [&](std::span<const int32_t> raw) { options_.listener->on_sums(layer, raw); };
    }
    const auto cycles = matrices_.at(index).run(
        accelerator_, job, matrix.data(), m, input.quantization.zero_point, sums.data(), see_raw);
    report.m += m;
    report.n = layer.num_outputs;
    report.k = layer.num_inputs;
    if (output.type == nn::DataType::kInt32) {
      FAULTWAVE_CHECK(is_output && rows == 1, "integer sums are the logits");
      result.logits.insert(result.logits.end(), sums.begin(), sums.end());
    } else {
      values_[static_cast<std::size_t>(layer.output)] =
          nn::requantize(layer, network_, sums.data(), num_images, rows);
      tell_codes(layer);
    }
    return cycles;
  }

  void tell_codes(const nn::Layer& layer) {
    if (options_.listener == nullptr) return;
    options_.listener->on_codes(layer, values_[static_cast<std::size_t>(layer.output)]);
  }

  /// The logits themselves, as they are or reshaped later.
  bool is_network_output(int value) const {
    if (value == network_.output) return true;
    for (const nn::Layer& layer : network_.layers) {
      if (layer.kind == nn::LayerKind::kReshape && layer.inputs.at(0) == value) {
        return is_network_output(layer.output);
      }
    }
    return false;
  }

  /// The images themselves, as they are or reshaped.
  bool is_network_input(int value) const {
    if (value == network_.input) return true;
    for (const nn::Layer& layer : network_.layers) {
      if (layer.output == value && layer.kind == nn::LayerKind::kReshape) {
        return is_network_input(layer.inputs.at(0));
      }
    }
    return false;
  }

  accel::CycleReport run_vector(const nn::Layer& layer, int64_t num_images) {
    std::vector<const uint8_t*> inputs;
    int64_t num_values = 0;
    for (const int id : layer.inputs) {
      inputs.push_back(values_[static_cast<std::size_t>(id)].data());
      num_values += num_images * network_.values[static_cast<std::size_t>(id)].shape.size();
    }
    values_[static_cast<std::size_t>(layer.output)] =
        nn::run_vector_layer(network_, layer, inputs, num_images);
    tell_codes(layer);
    // Flatten and Reshape rename bytes: no work for the activation unit.
    if (layer.kind == nn::LayerKind::kReshape) return {};
    return accelerator_.run_vector(layer.name, num_values);
  }

  const nn::Network& network_;
  accel::Accelerator& accelerator_;
  const RunnerOptions& options_;
  std::map<std::size_t, LoadedMatrix> matrices_;  ///< by layer
  std::vector<std::vector<uint8_t>> values_;
};

}  // namespace

LoadedNetwork load_unmodified(const nn::Network& network) {
  LoadedNetwork loaded;
  for (const auto& layer : network.layers) {
    loaded.layers.push_back(layer.kind == nn::LayerKind::kMatrix ? mitigation::unmodified(layer)
                                                                 : mitigation::LoadedLayer{});
  }
  return loaded;
}

int64_t batch_size(const nn::Network& network, const RunnerOptions& options) {
  int64_t live_bytes = 1;
  int64_t matrix_bytes = 1;
  for (const auto& layer : network.layers) {
    int64_t bytes = network.values[static_cast<std::size_t>(layer.output)].shape.size();
    for (const int id : layer.inputs)
      bytes += network.values[static_cast<std::size_t>(id)].shape.size();
    live_bytes = std::max(live_bytes, bytes);
    if (layer.kind == nn::LayerKind::kMatrix) {
      const auto& shape = network.values[static_cast<std::size_t>(layer.inputs.at(0))].shape;
      const int64_t rows = nn::im2col_rows(layer, shape);
      matrix_bytes = std::max(matrix_bytes, rows * (layer.num_inputs + 4 * layer.num_outputs));
    }
  }
  const int64_t most = std::max<int64_t>(1, kMaxMatrixBytes / matrix_bytes);
  if (options.batch_images > most) {
    throw UsageError(
        fmt::format("{} images together need matrices of more than {} MiB\n  fix: "
                    "batch_images: at most {}",
                    options.batch_images, kMaxMatrixBytes >> 20, most));
  }
  if (options.batch_images > 0) return options.batch_images;
  return std::max<int64_t>(1, std::min(options.buffer_bytes / live_bytes, most));
}

NetworkResult run_network(const nn::Network& network, const LoadedNetwork& loaded,
                          accel::Accelerator& accelerator, const RunnerOptions& options,
                          const uint8_t* images, int64_t num_images,
                          const std::function<void(int64_t)>& progress) {
  NetworkResult result;
  result.num_images = num_images;
  result.num_classes = network.num_classes();
  for (const auto& layer : network.layers) {
    result.layers.push_back({layer.name, kind_name(layer), 0, 0, 0, {}});
  }
  BatchRunner runner(network, loaded, accelerator, options);
  const int64_t batch = batch_size(network, options);
  const int64_t image_bytes = network.values[static_cast<std::size_t>(network.input)].shape.size();
  for (int64_t first = 0; first < num_images; first += batch) {
    runner.run(images + first * image_bytes, std::min(batch, num_images - first), result, progress);
  }
  FAULTWAVE_CHECK(result.logits.size() ==
                  static_cast<std::size_t>(num_images * result.num_classes));
  return result;
}

}  // namespace faultwave::driver
