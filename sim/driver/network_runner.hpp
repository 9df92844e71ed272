// Runs quantised networks on an accelerator, layer by layer: im2col, operand encoding, tiles on the
// array, exact corrections, requantisation.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "accel/gemm_job.hpp"
#include "mitigation/mitigation.hpp"
#include "netlist/number_format.hpp"
#include "nn/network.hpp"

namespace faultwave::driver {

/// A network as loaded into the accelerator: one entry per layer, empty for layers that hold no
/// weights.
struct LoadedNetwork {
  std::vector<mitigation::LoadedLayer> layers;
  std::vector<int> faulty_pes;  ///< bypassed in layers that ask for it
};

/// The network's own weights everywhere.
LoadedNetwork load_unmodified(const nn::Network& network);

/// Sees the values of a run, layer by layer.
class ValueListener {
 public:
  virtual ~ValueListener() = default;
  /// Raw sums of the accelerator, before corrections: [m][n].
  virtual void on_sums(const nn::Layer& layer, std::span<const int32_t> sums) = 0;
  /// Codes that a layer hands on, requantised or pooled.
  virtual void on_codes(const nn::Layer& layer, std::span<const uint8_t> codes) = 0;
};

/// How a network is run on an accelerator.
struct RunnerOptions {
  netlist::NumberFormat format = netlist::NumberFormat::kAffineU8;
  bool weight_on_port_a = true;
  /// Images that go through all layers together; 0: as many as `buffer_bytes` holds, at least one.
  int64_t batch_images = 0;
  int64_t buffer_bytes = int64_t{24} << 20;
  ValueListener* listener = nullptr;
};

/// Upper bound on host memory for one im2col matrix.
inline constexpr int64_t kMaxMatrixBytes = int64_t{512} << 20;

/// What one layer did over the whole run.
struct LayerReport {
  std::string name;
  std::string kind;  ///< "conv", "gemm", "max_pool", ...
  int64_t m = 0, n = 0, k = 0;
  accel::CycleReport cycles;
};

/// Logits and cycles of one run over all images.
struct NetworkResult {
  int64_t num_images = 0;
  int num_classes = 0;
  std::vector<int32_t> logits;  ///< [num_images][num_classes]
  std::vector<LayerReport> layers;
  accel::CycleReport cycles;
};

/// Images per batch that `options` allow for this network. UsageError when the batch that they ask
/// for needs matrices beyond kMaxMatrixBytes.
int64_t batch_size(const nn::Network& network, const RunnerOptions& options);

/// Runs `num_images` images [image][channel][row][col]. `progress` is called with the number of
/// layer steps done since the last call; a run has num_layers * ceil(num_images / batch) of them.
NetworkResult run_network(const nn::Network& network, const LoadedNetwork& loaded,
                          accel::Accelerator& accelerator, const RunnerOptions& options,
                          const uint8_t* images, int64_t num_images,
                          const std::function<void(int64_t)>& progress = {});

}  // namespace faultwave::driver
