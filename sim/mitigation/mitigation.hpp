// Mitigations: what to load into a faulty accelerator instead of the network's own weights.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "netlist/number_format.hpp"
#include "netlist/product_table.hpp"
#include "nn/network.hpp"

namespace faultwave::mitigation {

/// A product table and how many of a weight's products show it, relative to the mixture's others.
struct TableShare {
  uint16_t table = 0;
  double count = 1;
  bool operator==(const TableShare&) const = default;
};
/// The tables of all PEs that multiply one weight: one on a systolic array, those of several lanes
/// on a GPU.
using Mixture = std::vector<TableShare>;

/// Which activations a layer's inputs see on the calibration images, padding included.
struct LayerCalibration {
  int64_t num_rows = 0;  ///< of the im2col matrix
  /// [K]: how often each code 0..255 (before encoding) occurs at input k; adds up to num_rows.
  std::vector<std::array<int64_t, 256>> input_counts;
  std::vector<double> histogram;  ///< [256], the sum of `input_counts` over k
};

struct ArrivingRows;

/// Everything a mitigation may look at for one matrix layer.
struct LayerContext {
  const nn::Layer* layer = nullptr;
  netlist::NumberFormat format = netlist::NumberFormat::kAffineU8;
  bool weight_on_port_a = true;
  /// Product tables of the loci; entry 0 is the healthy table of the multiplier in use.
  std::vector<const netlist::ProductTable*> tables;
  std::vector<Mixture> mixtures;  ///< of `tables`; counts are positive integers
  /// [K][N]: index into `mixtures` of weight (k, n).
  std::vector<uint32_t> mixture_of;
  const LayerCalibration* calibration = nullptr;  ///< null: there are no calibration images
  /// Null unless the mitigation asks for it (Mitigation::needs_arriving_rows).
  const ArrivingRows* arriving = nullptr;
  /// Retune weights that meet healthy (approximate) PEs only too, and aim at the sums of exact
  /// multiplication; else at those of the same multiplier without faults.
  bool retune_healthy = false;
};

/// The order in which a layer's inputs and outputs go over the accelerator: position p along the
/// reduction holds input `inputs[p]`, position q along the outputs holds output `outputs[q]`.
/// Activations are read, and sums written back, accordingly. Empty: as the network has them.
struct LayerOrder {
  std::vector<int32_t> inputs;   ///< [K], a permutation, or empty
  std::vector<int32_t> outputs;  ///< [N], a permutation, or empty
  int64_t input_at(int64_t position) const {
    return inputs.empty() ? position : inputs[static_cast<size_t>(position)];
  }
  int64_t output_at(int64_t position) const {
    return outputs.empty() ? position : outputs[static_cast<size_t>(position)];
  }
};

/// What is loaded.
struct LoadedLayer {
  std::vector<int16_t> weights;    ///< [K][N] weight values as encoded into the PEs
  std::vector<int32_t> bias;       ///< [N]
  bool bypass_faulty_pes = false;  ///< faulty PEs add nothing; their corrections drop out
  int64_t num_retuned = 0;         ///< weights that differ from the network's
  LayerOrder order;                ///< in which the accelerator sees inputs and outputs
};

/// The network's own weights and biases, nothing bypassed.
LoadedLayer unmodified(const nn::Layer& layer);

/// What a mitigation leaves of the error of a product: what a mapping weighs PEs by.
enum class LeftError : uint8_t {
  kError,        ///< all of it
  kSpread,       ///< its deviation from the mean
  kLeastSpread,  ///< the same for the weight that deviates least
  kProduct,      ///< the product itself is missing
};

/// A way to run a network on faulty PEs: what to load instead of its own weights.
/// docs/mitigation.md has those that ship.
class Mitigation {
 public:
  virtual ~Mitigation() = default;
  /// Whether it looks at what the faulty, already retuned layers before a layer hand on; the
  /// calibration images then have to run through them.
  virtual bool needs_arriving_rows() const { return false; }
  virtual LeftError left_error() const { return LeftError::kError; }
  /// What else may be loaded in its place: whatever labels more of the held-out calibration images
  /// as the network without faults does.
  virtual std::vector<std::unique_ptr<Mitigation>> rivals() const { return {}; }
  /// Both together, where this one decides the order and `next` the weights. UsageError unless this
  /// one is a mapping.
  virtual std::unique_ptr<Mitigation> followed_by(std::unique_ptr<Mitigation> next) const;
  /// Asked first, with the weights bound to PEs in the network's order; `apply` then finds them
  /// bound in the order given, and leaves LoadedLayer::order to its caller.
  virtual LayerOrder order(const LayerContext&) const { return {}; }
  virtual LoadedLayer apply(const LayerContext& context) const = 0;
};

/// Registry by name; duplicates throw. UsageError lists the known names.
using Factory = std::function<std::unique_ptr<Mitigation>()>;
void register_mitigation(const std::string& name, const std::string& summary, Factory factory);
/// `name` may be "mapping+other": a mapping and what is done to the weights that it has moved.
std::unique_ptr<Mitigation> make_mitigation(const std::string& name);
std::vector<std::pair<std::string, std::string>> known_mitigations();
/// Those of builtin_mitigations.hpp. Idempotent.
void register_builtin_mitigations();

}  // namespace faultwave::mitigation
