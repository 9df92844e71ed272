// Applies a mitigation to a whole network before its weights are loaded.
#pragma once

#include <cstdint>

#include "accel/gemm_job.hpp"
#include "driver/locus_tables.hpp"
#include "driver/network_runner.hpp"
#include "mitigation/mitigation.hpp"
#include "nn/network.hpp"

namespace faultwave::driver {

struct RetuningOptions {
  netlist::NumberFormat format = netlist::NumberFormat::kAffineU8;
  bool weight_on_port_a = true;
  bool retune_healthy = false;
  int64_t batch_images = 1;  ///< images that run together, which decides what each PE computes
  /// Calibration images [image][channel][row][col]; their activations by exact arithmetic weight
  /// the errors.
  const uint8_t* calibration_images = nullptr;
  int64_t num_calibration_images = 0;
};

/// What `mitigation` loads for every layer of `network`, given the tables of the accelerator's
/// PEs and its mapping of products to them.
LoadedNetwork retune(const nn::Network& network, const mitigation::Mitigation& mitigation,
                     const LocusTables& tables, const accel::PeMapping& mapping,
                     const RetuningOptions& options);

}  // namespace faultwave::driver
