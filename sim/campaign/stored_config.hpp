// What a results file's configuration says of how its results are to be read.
#pragma once

#include "campaign/results_store.hpp"

namespace faultwave::campaign {

/// What readers of results need of the configuration that a results file holds.
struct StoredConfig {
  double critical_points = 1;
  /// Mitigations were tried in critical trials only (campaign.mitigate: critical).
  bool mitigates_critical_only = false;
  /// Variants name mitigations of their own.
  bool has_own_mitigations = false;
};

/// Defaults where the file's configuration does not say, or is none.
StoredConfig read_stored_config(const CampaignInfo& info);

}  // namespace faultwave::campaign
