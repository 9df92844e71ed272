// A loaded network as the registers of an accelerator hold it.
#pragma once

#include <vector>

#include "driver/network_runner.hpp"
#include "netlist/number_format.hpp"
#include "replay/replay_network.hpp"

namespace faultwave::driver {

/// One entry per layer, empty for layers that hold no weights.
std::vector<replay::LayerWeights> encode(const LoadedNetwork& loaded, netlist::NumberFormat format);

}  // namespace faultwave::driver
