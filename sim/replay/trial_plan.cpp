#include "replay/trial_plan.hpp"

#include <algorithm>

#include "accel/gemm_job.hpp"
#include "base/error.hpp"

namespace faultwave::replay {

LayerPlan::LayerPlan(const ReplayNetwork& network, std::size_t layer, const PeMap& map,
                     const Trial& trial)
    : network_(network),
      layer_(network.layers()[layer]),
      weights_(trial.weights.empty() ? &layer_.weights : &trial.weights[layer]),
      constant_changes_(static_cast<std::size_t>(layer_.n)) {
  FAULTWAVE_CHECK(weights_->codes.size() == layer_.weights.codes.size(), "layer '{}'",
                  layer_.layer->name);
  if (trial.is_faulty_layer.empty() || trial.is_faulty_layer[layer] != 0) {
    table_of_pe_ = trial.table_of_pe;
  }
  // Which lists of PEs have faulty ones, and at which inputs.
  std::vector<char> is_faulty_list(map.num_lists());
  std::vector<std::vector<uint32_t>> inputs_of_list(map.num_lists());
  if (!table_of_pe_.empty()) {
    for (std::size_t list = 0; list < map.num_lists(); ++list) {
      const auto pes = map.pe_list(list);
      if (std::all_of(pes.begin(), pes.end(),
                      [&](int pe) { return table_of_pe_[static_cast<std::size_t>(pe)] == 0; })) {
        continue;
      }
      for (uint32_t k = 0; k < static_cast<uint32_t>(layer_.k); ++k) {
        if (table_at(map, static_cast<uint32_t>(list), k) != 0) inputs_of_list[list].push_back(k);
      }
      is_faulty_list[list] = inputs_of_list[list].empty() ? 0 : 1;
    }
  }
  begins_.push_back(0);
  for (int64_t n = 0; n < layer_.n; ++n) {
    add_column(map, n, is_faulty_list, inputs_of_list);
    begins_.push_back(touched_.size());
    const auto column = static_cast<std::size_t>(n);
    constant_changes_[column] += static_cast<uint32_t>(weights_->bias[column]) -
                                 static_cast<uint32_t>(layer_.weights.bias[column]);
    touches_ = touches_ || constant_changes_[column] != 0;
  }
  touches_ = touches_ || !touched_.empty() || !lane_groups_.empty();
}

uint16_t LayerPlan::table_at(const PeMap& map, uint32_t list, std::size_t k) const {
  if (table_of_pe_.empty()) return 0;
  const auto pes = map.pe_list(list);
  const std::size_t place = weights_->input_place.empty() ? k : weights_->input_place[k];
  return table_of_pe_[static_cast<std::size_t>(pes[place % pes.size()])];
}

const PeMap::Column& LayerPlan::column_of(const PeMap& map, int64_t n) const {
  const auto column = static_cast<std::size_t>(n);
  const auto& places = weights_->output_place;
  return map.columns()[places.empty() ? column : places[column]];
}

void LayerPlan::add_column(const PeMap& map, int64_t n, const std::vector<char>& is_faulty_list,
                           const std::vector<std::vector<uint32_t>>& inputs_of_list) {
  const auto& column = column_of(map, n);
  const bool has_one_list = column.lists.size() == 1;
  const uint32_t list = column.lists[0];
  if (!has_one_list) add_lane_groups(map, n, is_faulty_list, inputs_of_list);
  const bool has_own_weights = weights_ != &layer_.weights;
  const bool is_faulty = has_one_list && is_faulty_list[list] != 0;
  const auto touch = [&](std::size_t k, uint16_t table) {
    const std::size_t place = k * static_cast<std::size_t>(layer_.n) + static_cast<std::size_t>(n);
    TouchedProduct product{static_cast<uint32_t>(k), table, weights_->codes[place],
                           weights_->flags[place]};
    if (table != 0 && weights_->bypass_faulty_pes) {
      product.flags |= accel::kBypass;
      constant_changes_[static_cast<std::size_t>(n)] -=
          network_.weight_factor(layer_) *
          static_cast<uint32_t>(static_cast<int32_t>(layer_.weight_terms[place]));
    }
    touched_.push_back(product);
  };
  if (!has_own_weights) {
    if (!is_faulty) return;
    for (const uint32_t k : inputs_of_list[list]) touch(k, table_at(map, list, k));
    return;
  }
  for (std::size_t k = 0; k < static_cast<std::size_t>(layer_.k); ++k) {
    const std::size_t place = k * static_cast<std::size_t>(layer_.n) + static_cast<std::size_t>(n);
    const uint16_t table = is_faulty ? table_at(map, list, k) : uint16_t{0};
    if (table != 0 || weights_->codes[place] != layer_.weights.codes[place] ||
        weights_->flags[place] != layer_.weights.flags[place]) {
      touch(k, table);
    }
  }
}

void LayerPlan::add_lane_groups(const PeMap& map, int64_t n,
                                const std::vector<char>& is_faulty_list,
                                const std::vector<std::vector<uint32_t>>& inputs_of_list) {
  const auto& column = column_of(map, n);
  for (uint32_t group = 0; group < column.lists.size(); ++group) {
    const uint32_t list = column.lists[group];
    if (is_faulty_list[list] == 0) continue;
    LaneGroup lanes;
    lanes.groups = column.groups;
    lanes.group = group;
    const auto [known, is_new] =
        known_groups_.try_emplace({column.groups, group, list}, lane_groups_.size());
    if (!is_new) {
      lane_groups_[known->second].columns.push_back(static_cast<uint32_t>(n));
      continue;
    }
    lanes.inputs = inputs_of_list[list];
    for (const uint32_t k : lanes.inputs) lanes.tables.push_back(table_at(map, list, k));
    lanes.columns = {static_cast<uint32_t>(n)};
    lane_groups_.push_back(std::move(lanes));
  }
}

}  // namespace faultwave::replay
