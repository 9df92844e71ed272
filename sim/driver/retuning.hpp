// Applies a mitigation to a whole network before its weights are loaded.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "accel/gemm_job.hpp"
#include "driver/calibration_run.hpp"
#include "driver/loaded_matrix.hpp"
#include "driver/locus_tables.hpp"
#include "driver/network_runner.hpp"
#include "driver/row_sample.hpp"
#include "driver/weight_binding.hpp"
#include "mitigation/arriving_rows.hpp"
#include "mitigation/mitigation.hpp"
#include "nn/network.hpp"
#include "replay/table_accelerator.hpp"

namespace faultwave::driver {

/// What mitigations are told about the run that they retune for.
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

/// Retunes one network for one set of faults after the other. What does not depend on the faults is
/// computed once: the calibration activations, which PEs multiply which weight, and what the
/// network computes without faults. Not for use by several threads at once.
class Retuner {
 public:
  /// `network` and `mapping` must outlive this object.
  Retuner(const nn::Network& network, const accel::PeMapping& mapping,
          const RetuningOptions& options);

  /// What `mitigation` loads for every layer, given the tables of the accelerator's PEs. A
  /// mitigation that needs arriving rows has the calibration images run through each layer as it is
  /// loaded, on the table engine.
  LoadedNetwork retune(const mitigation::Mitigation& mitigation, const LocusTables& tables);

 private:
  /// A layer that holds weights.
  struct Layer {
    std::size_t index;  ///< of the network's layers
    WeightBinding binding;
    mitigation::LayerCalibration calibration;
    RowSample sample;
    LoadedMatrix own;  ///< the network's weights
  };
  /// A run without faults, by layer that holds weights.
  struct Reference {
    netlist::ProductTable table;             ///< of every PE
    std::vector<std::vector<uint8_t>> maps;  ///< input values
    std::vector<std::vector<int32_t>> sums;  ///< of the sampled rows, [row][N]
    std::vector<int32_t> logits;             ///< of the held-out images
  };

  /// Without rivals. `faulty`: engine of the tables, for mitigations that need arriving rows.
  LoadedNetwork retune_alone(const mitigation::Mitigation& mitigation, const LocusTables& tables,
                             accel::Accelerator* faulty);
  std::vector<int32_t> held_out_logits(const LoadedNetwork& loaded,
                                       accel::Accelerator& engine) const;
  /// Held-out images that get the label of the reference run.
  int64_t num_like_reference(const LoadedNetwork& loaded, accel::Accelerator& engine) const;
  const Reference& reference_for(const netlist::ProductTable& healthy);
  /// The engine with PEs that all show `table`.
  accel::Accelerator& engine_of(const netlist::ProductTable& table);
  std::vector<int32_t> sampled_sums(const Layer& layer, const std::vector<uint8_t>& rows,
                                    const netlist::ProductTable& table);
  mitigation::ArrivingRows arrive(std::size_t matrix, const std::vector<uint8_t>& maps,
                                  const LocusTables& tables, const mitigation::LayerOrder& order);
  /// Sums at which the outputs of a layer saturate.
  void set_clamp(const nn::Layer& layer, mitigation::ArrivingRows& arriving) const;
  const nn::Layer& network_layer(const Layer& layer) const { return network_.layers[layer.index]; }
  const nn::Value& input_of(const nn::Layer& layer) const {
    return network_.values[static_cast<std::size_t>(layer.inputs.at(0))];
  }

  const nn::Network& network_;
  const accel::PeMapping& mapping_;
  RetuningOptions options_;
  int64_t batch_images_;
  int64_t num_held_out_;  ///< calibration images, the last ones
  std::vector<uint8_t> images_;
  std::vector<Layer> layers_;
  std::optional<Reference> reference_;  ///< the one used last
  std::unique_ptr<replay::TableAccelerator> engine_;
};

}  // namespace faultwave::driver
