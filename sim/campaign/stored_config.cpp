#include "campaign/stored_config.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "driver/yaml_reader.hpp"

namespace faultwave::campaign {

StoredConfig read_stored_config(const CampaignInfo& info) {
  StoredConfig stored;
  try {
    const auto document = driver::YamlDocument::from_text(info.config, info.name);
    const YAML::Node root = document.root();
    if (!root.IsMap()) return stored;
    const YAML::Node variants = root["variants"];
    stored.has_own_mitigations =
        variants.IsDefined() && variants.IsSequence() &&
        std::any_of(variants.begin(), variants.end(), [](const YAML::Node& variant) {
          return variant.IsMap() && variant["mitigations"].IsDefined();
        });
    const YAML::Node section = root["campaign"];
    if (!section.IsDefined() || !section.IsMap()) return stored;
    if (section["critical_points"]) {
      stored.critical_points = section["critical_points"].as<double>(stored.critical_points);
    }
    if (section["mitigate"]) {
      stored.mitigates_critical_only = section["mitigate"].as<std::string>("") == "critical";
    }
  } catch (const ConfigError&) {
    return stored;
  }
  return stored;
}

}  // namespace faultwave::campaign
