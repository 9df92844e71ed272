// One trial of a campaign: which faults and weights it has, and what they touch in every layer.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <tuple>
#include <vector>

#include "replay/replay_network.hpp"

namespace faultwave::replay {

/// Faults and weights of one run. The spans must outlive their use.
struct Trial {
  /// Tables of the faulty PEs, packed by ReplayNetwork::pack: entry i is table i + 1.
  std::span<const PackedTable* const> tables;
  /// Per PE: 0 (healthy) or 1 + index into `tables`.
  std::span<const uint16_t> table_of_pe;
  /// Per network layer; nothing for vector layers, and everywhere for the network's own weights.
  std::span<const LayerWeights> weights;
  /// Per network layer: whether the faults act in it. Empty: in all.
  std::span<const char> is_faulty_layer;
};

/// A product of an output that is not the golden one even if its activation is.
struct TouchedProduct {
  uint32_t k = 0;
  uint16_t table = 0;  ///< 0: healthy
  uint8_t code = 0;    ///< weight
  uint8_t flags = 0;   ///< accel::kNegate, accel::kBypass
};

/// Rows of columns whose products come from faulty PEs, where PEs depend on the row: what changes
/// against healthy PEs with the same weights.
struct LaneGroup {
  const PeMap::RowGroups* groups = nullptr;
  uint32_t group = 0;
  std::vector<uint32_t> inputs;  ///< k with a faulty PE, ascending
  std::vector<uint16_t> tables;  ///< of each of the inputs
  std::vector<uint32_t> columns;
};

/// What a trial does to one matrix layer.
class LayerPlan {
 public:
  /// `map` is the layer's for the batch at hand.
  LayerPlan(const ReplayNetwork& network, std::size_t layer, const PeMap& map, const Trial& trial);

  bool is_golden() const { return !touches_; }
  /// Ascending k.
  std::span<const TouchedProduct> touched(int64_t n) const {
    const auto i = static_cast<std::size_t>(n);
    return {touched_.data() + begins_[i], begins_[i + 1] - begins_[i]};
  }
  /// Added to the golden constant of column n.
  uint32_t constant_change(int64_t n) const {
    return constant_changes_[static_cast<std::size_t>(n)];
  }
  const std::vector<LaneGroup>& lane_groups() const { return lane_groups_; }
  /// Weights as loaded.
  const LayerWeights& weights() const { return *weights_; }
  bool bypasses() const { return weights_->bypass_faulty_pes; }

 private:
  void add_column(const PeMap& map, int64_t n, const std::vector<char>& is_faulty_list,
                  const std::vector<std::vector<uint32_t>>& inputs_of_list);
  void add_lane_groups(const PeMap& map, int64_t n, const std::vector<char>& is_faulty_list,
                       const std::vector<std::vector<uint32_t>>& inputs_of_list);
  uint16_t table_at(const PeMap& map, uint32_t list, std::size_t k) const;
  const PeMap::Column& column_of(const PeMap& map, int64_t n) const;

  const ReplayNetwork& network_;
  const ReplayLayer& layer_;
  std::span<const uint16_t> table_of_pe_;  ///< empty: the faults do not act here
  const LayerWeights* weights_;
  bool touches_ = false;
  std::vector<TouchedProduct> touched_;
  std::vector<std::size_t> begins_;
  std::vector<uint32_t> constant_changes_;
  std::vector<LaneGroup> lane_groups_;
  /// By rows and PE list; only while the plan is being made.
  std::map<std::tuple<const PeMap::RowGroups*, uint32_t, uint32_t>, std::size_t> known_groups_;
};

}  // namespace faultwave::replay
