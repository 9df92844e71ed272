// The YAML configuration as its readers take it: a JSON Schema for editors, tables for people.
#pragma once

#include <string>
#include <vector>

#include "driver/key_recorder.hpp"

namespace faultwave::campaign {

/// The keys of all commands, as the readers ask for them.
struct ConfigKeys {
  driver::ConfigKey root;  ///< of `run` and `campaign`; its accelerator is empty
  driver::ConfigKey tpu;   ///< the accelerator's keys
  driver::ConfigKey gpu;
  std::vector<driver::ConfigKey> gpu_presets;  ///< the same for every preset, defaults differing
  std::vector<driver::ConfigKey> tpu_presets;
  driver::ConfigKey mma;  ///< `mma`, a list
};
ConfigKeys config_keys();

/// JSON Schema, draft 2020-12.
std::string config_schema();

/// "run", "data", "tpu", "gpu_sm", "multiplier", "faults", "campaign", "mma".
std::vector<std::string> key_table_names();
/// Markdown table of a part: key, type and default, meaning. UsageError for other names.
std::string key_table(const std::string& name);

/// Dotted paths of all keys, as in key_meanings().
std::vector<std::string> config_key_paths();

}  // namespace faultwave::campaign
