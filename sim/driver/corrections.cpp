#include "driver/corrections.hpp"

#include <map>
#include <numeric>

namespace faultwave::driver {
namespace {

constexpr uint32_t kOffset = 128;

/// The corrections of one layer. Sums wrap around as the hardware's 32-bit adders do: faults may
/// push them over the edge.
class Corrections {
 public:
  Corrections(const nn::Layer& layer, netlist::NumberFormat format, int zero_point,
              const uint8_t* activations)
      : layer_(layer),
        activations_(activations),
        activation_factor_(format == netlist::NumberFormat::kAffineU8 ? kOffset : 0),
        weight_factor_((format == netlist::NumberFormat::kInt8 ? kOffset : 0) -
                       static_cast<uint32_t>(zero_point)) {}

  uint32_t activation(int64_t m, int64_t k) const {
    return activations_[m * layer_.num_inputs + k];
  }
  uint32_t weight(int64_t n, int64_t k) const {
    return static_cast<uint32_t>(
        static_cast<int>(layer_.weights[static_cast<std::size_t>(n * layer_.num_inputs + k)]));
  }
  /// Part of output (m, n) that depends on m.
  uint32_t of_activations(uint32_t sum) const { return 0 - activation_factor_ * sum; }
  /// Part that depends on n.
  uint32_t of_weights(uint32_t sum) const { return weight_factor_ * sum; }

 private:
  const nn::Layer& layer_;
  const uint8_t* activations_;
  uint32_t activation_factor_;
  uint32_t weight_factor_;
};

/// Takes the corrections of bypassed products back.
class BypassedProducts {
 public:
  BypassedProducts(const nn::Layer& layer, const Corrections& corrections,
                   const accel::PeMapping& mapping, const accel::GemmShape& shape,
                   const std::vector<int>& bypassed_pes)
      : layer_(layer),
        corrections_(corrections),
        mapping_(mapping),
        shape_(shape),
        is_bypassed_(static_cast<std::size_t>(mapping.pes().size())),
        pes_(static_cast<std::size_t>(mapping.k_period())) {
    for (const int pe : bypassed_pes) is_bypassed_[static_cast<std::size_t>(pe)] = true;
  }

  /// What the bypassed products of output (m, n) had added. Fast for n ascending within m
  /// ascending.
  uint32_t correction(int64_t m, int64_t n) {
    mapping_.pes_of_output(shape_, m, n, pes_.data());
    Group& group = group_of(pes_.front());
    if (group.inputs.empty()) return 0;
    if (group.row != m) {
      group.row = m;
      uint32_t sum = 0;
      for (const int32_t k : group.inputs) sum += corrections_.activation(m, k);
      group.of_row = corrections_.of_activations(sum);
    }
    const auto [entry, is_new] = group.of_output.try_emplace(n, 0);
    if (is_new) {
      uint32_t sum = 0;
      for (const int32_t k : group.inputs) sum += corrections_.weight(n, k);
      entry->second = corrections_.of_weights(sum);
    }
    return group.of_row + entry->second;
  }

 private:
  /// Outputs whose products are computed by the same PEs.
  struct Group {
    std::vector<int32_t> inputs;  ///< k of the bypassed products
    int64_t row = -1;
    uint32_t of_row = 0;                    ///< correction of `row`
    std::map<int64_t, uint32_t> of_output;  ///< by n
  };

  /// The first PE of an output determines the others (PeMapping::pes_of_output).
  Group& group_of(int first_pe) {
    const auto [entry, is_new] = groups_.try_emplace(first_pe);
    if (!is_new) return entry->second;
    for (int64_t k = 0; k < layer_.num_inputs; ++k) {
      const int pe = pes_[static_cast<std::size_t>(k) % pes_.size()];
      if (is_bypassed_[static_cast<std::size_t>(pe)]) {
        entry->second.inputs.push_back(static_cast<int32_t>(k));
      }
    }
    return entry->second;
  }

  const nn::Layer& layer_;
  const Corrections& corrections_;
  const accel::PeMapping& mapping_;
  accel::GemmShape shape_;
  std::vector<bool> is_bypassed_;
  std::vector<int> pes_;
  std::map<int, Group> groups_;
};

}  // namespace

void apply_corrections(const nn::Layer& layer, const mitigation::LoadedLayer& loaded,
                       netlist::NumberFormat format, int zero_point, const uint8_t* activations,
                       int64_t m, const accel::PeMapping& mapping,
                       const std::vector<int>& bypassed_pes, int32_t* sums) {
  const int64_t num_outputs = layer.num_outputs;
  const Corrections corrections(layer, format, zero_point, activations);
  std::vector<uint32_t> of_output(loaded.bias.begin(), loaded.bias.end());
  for (int64_t n = 0; n < num_outputs; ++n) {
    uint32_t sum = 0;
    for (int64_t k = 0; k < layer.num_inputs; ++k) sum += corrections.weight(n, k);
    of_output[static_cast<std::size_t>(n)] += corrections.of_weights(sum);
  }
  BypassedProducts bypassed(layer, corrections, mapping, {m, num_outputs, layer.num_inputs},
                            bypassed_pes);
  for (int64_t row = 0; row < m; ++row) {
    const uint8_t* values = activations + row * layer.num_inputs;
    const uint32_t of_row =
        corrections.of_activations(std::accumulate(values, values + layer.num_inputs, uint32_t{0}));
    for (int64_t n = 0; n < num_outputs; ++n) {
      uint32_t term = of_row + of_output[static_cast<std::size_t>(n)];
      if (!bypassed_pes.empty()) term -= bypassed.correction(row, n);
      int32_t& sum = sums[row * num_outputs + n];
      sum = static_cast<int32_t>(static_cast<uint32_t>(sum) + term);
    }
  }
}

}  // namespace faultwave::driver
