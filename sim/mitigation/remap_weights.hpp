// Replaces the weights of a layer by one map per product table.
#pragma once

#include <functional>

#include "mitigation/layer_context.hpp"
#include "mitigation/retuning_map.hpp"

namespace faultwave::mitigation {

/// The network's weights with those on retuned PEs (is_retuned) replaced by the map of their table;
/// `map_of` is called once per table that occurs, and tables of equal content share the map.
LoadedLayer remap_weights(const LayerContext& context,
                          const std::function<RetuningMap(const PeProducts&)>& map_of);

}  // namespace faultwave::mitigation
