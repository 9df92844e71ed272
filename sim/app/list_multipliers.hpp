// The multipliers that can be used by name, with the figures of their catalogs.
#pragma once

#include "app/text_table.hpp"

namespace faultwave::app {

/// name, signed, family, gates, mae, wce, ep_percent, area_um2, energy_pj (estimated; published for
/// EvoApprox8b), source.
TextTable list_multipliers();

}  // namespace faultwave::app
