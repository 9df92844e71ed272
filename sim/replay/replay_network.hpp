// A quantised network prepared for differential replay: what every trial shares.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "accel/pe_mapping.hpp"
#include "netlist/number_format.hpp"
#include "netlist/product_table.hpp"
#include "nn/network.hpp"
#include "nn/output_stage.hpp"
#include "nn/row_layer.hpp"
#include "replay/packed_table.hpp"
#include "replay/pe_map.hpp"

namespace faultwave::replay {

/// Weights of one layer as register contents.
struct LayerWeights {
  std::vector<uint8_t> codes;      ///< [K][N]
  std::vector<uint8_t> flags;      ///< [K][N], accel::kNegate or 0
  std::vector<int32_t> bias;       ///< [N]
  bool bypass_faulty_pes = false;  ///< faulty PEs add nothing; their corrections drop out
  /// Where the accelerator computes what: weight (k, n) is at row input_place[k], column
  /// output_place[n] of the product. Empty: where it is in the network.
  std::vector<uint32_t> input_place;
  std::vector<uint32_t> output_place;
};

/// What a replay has to know of the run that it stands for.
struct ReplayOptions {
  netlist::NumberFormat format = netlist::NumberFormat::kAffineU8;
  bool weight_on_port_a = true;
  int64_t num_images = 0;    ///< of a whole run
  int64_t batch_images = 1;  ///< that go through the accelerator together: decides the PEs of rows
};

/// One layer, matrix or vector.
struct ReplayLayer {
  const nn::Layer* layer = nullptr;
  std::optional<nn::RowLayer> row_layer;  ///< of a vector layer; nothing in front of the logits

  // kMatrix only.
  int64_t num_positions = 1;  ///< P: outputs per image and channel
  int64_t n = 0;
  int64_t k = 0;
  /// [position][k]: feature of the input, or its number of features for padding.
  std::vector<uint32_t> feature_of;
  LayerWeights weights;               ///< the network's own
  std::vector<uint32_t> constants;    ///< [N]: bias and corrections that depend on weights
  std::vector<int16_t> weight_terms;  ///< [K][N]: the weights, for corrections of bypassed products
  std::optional<nn::OutputStage> stage;  ///< nothing: the sums are the logits
  const PeMap* full_batch = nullptr;
  const PeMap* last_batch = nullptr;  ///< of the shorter batch at the end, if there is one
};

/// Arithmetic of the number format outside the multipliers: sum of products
///   - activation_factor * sum_k a + weight_factor * sum_k w + bias.
class ReplayNetwork {
 public:
  /// `network` and `mapping` must outlive the object. InternalError when the table's signedness is
  /// not that of the format.
  ReplayNetwork(const nn::Network& network, const netlist::ProductTable& healthy,
                const accel::PeMapping& mapping, const ReplayOptions& options);

  const nn::Network& network() const { return network_; }
  const accel::PeMapping& mapping() const { return maps_.mapping(); }
  const ReplayOptions& options() const { return options_; }
  const std::vector<ReplayLayer>& layers() const { return layers_; }
  int num_classes() const { return network_.num_classes(); }
  /// The value that holds the logits: reshapes behind it are skipped.
  int output_value() const { return output_value_; }
  int64_t num_features(int value) const {
    return network_.values[static_cast<std::size_t>(value)].shape.size();
  }

  /// `table` as the look-ups of this network read it.
  void pack(const netlist::ProductTable& table, PackedTable& packed) const;
  const PackedTable& healthy() const { return *healthy_; }
  /// Row kActivationRow holds activation_factor() * a.
  const PackedTable& corrections() const { return *corrections_; }
  static constexpr uint16_t kActivationRow = 128;

  uint32_t activation_factor() const { return activation_factor_; }
  uint32_t weight_factor(const ReplayLayer& layer) const;
  /// What a stored product is too large by.
  uint32_t offset() const { return product_offset(is_signed_); }

  /// Memory that the golden run of an image takes.
  int64_t golden_bytes_per_image() const;

 private:
  ReplayLayer prepare(const nn::Layer& layer);
  ReplayLayer prepare_matrix(const nn::Layer& layer);

  const nn::Network& network_;
  ReplayOptions options_;
  PeMaps maps_;
  bool is_signed_;
  uint32_t activation_factor_;
  std::unique_ptr<PackedTable> healthy_;
  std::unique_ptr<PackedTable> corrections_;
  std::vector<ReplayLayer> layers_;
  int output_value_;
};

}  // namespace faultwave::replay
