// Replaces the weights of a layer by one map per mixture of product tables.
#pragma once

#include <functional>

#include "mitigation/layer_context.hpp"
#include "mitigation/retuning_map.hpp"

namespace faultwave::mitigation {

/// The network's weights that are to be retuned (is_retuned) replaced by the map of their
/// mixture; `map_of` is called once per mixture that occurs, and mixtures of equal content share
/// it.
LoadedLayer remap_weights(const LayerContext& context,
                          const std::function<RetuningMap(const PeProducts&)>& map_of);

}  // namespace faultwave::mitigation
