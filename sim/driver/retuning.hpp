// Applies a mitigation to a whole network before its weights are loaded.
#pragma once

#include <cstdint>
#include <vector>

#include "accel/pe_mapping.hpp"
#include "driver/locus_tables.hpp"
#include "driver/network_runner.hpp"
#include "driver/weight_binding.hpp"
#include "mitigation/mitigation.hpp"
#include "nn/network.hpp"

namespace faultwave::driver {

struct RetuningOptions {
  netlist::NumberFormat format = netlist::NumberFormat::kAffineU8;
  bool weight_on_port_a = true;
  bool retune_healthy = false;
  int64_t batch_images = 1;  ///< images that run together, which decides what each PE computes
  /// Calibration images [image][channel][row][col]; their activations by exact arithmetic weight
  /// the errors. Read by the constructor of Retuner only.
  const uint8_t* calibration_images = nullptr;
  int64_t num_calibration_images = 0;
};

/// Retunes one network for one set of faults after the other. What does not depend on the faults
/// is computed once: the calibration activations, and which PEs multiply which weight. Not for
/// use by several threads at once.
class Retuner {
 public:
  /// `network` and `mapping` must outlive this object.
  Retuner(const nn::Network& network, const accel::PeMapping& mapping,
          const RetuningOptions& options);

  /// What `mitigation` loads for every layer, given the tables of the accelerator's PEs.
  LoadedNetwork retune(const mitigation::Mitigation& mitigation, const LocusTables& tables);

 private:
  /// A layer that holds weights.
  struct Layer {
    std::size_t index = 0;  ///< of the network's layers
    WeightBinding binding;
    mitigation::LayerCalibration calibration;
  };

  const nn::Network& network_;
  RetuningOptions options_;
  std::vector<Layer> layers_;
};

}  // namespace faultwave::driver
