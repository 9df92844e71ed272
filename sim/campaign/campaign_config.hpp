// Configuration of `faultwave campaign`: a run configuration and its `campaign` section.
// docs/campaigns.md is the reference of the section's keys.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "driver/run_config.hpp"
#include "netlist/fault_site.hpp"

namespace faultwave::driver {
class YamlDocument;
}

namespace faultwave::campaign {

/// Where faults come from.
enum class Universe {
  kNets,        ///< every stem and fan-out branch of the multiplier
  kOutputBits,  ///< the product's output nets
  kRegisters,   ///< weight and activation registers (engine gate: partial sums, too)
  kFile         ///< those that a file names
};

/// Which PEs a fault is tried in.
enum class Loci { kRandom, kAll, kListed };

/// How the trials of a cell are split for sampling.
enum class Strata { kNone, kOutputBit, kLevel };

/// A sample of faults x PEs x layers in place of all of them.
struct SampleConfig {
  double margin = 0.05;
  double confidence = 0.95;
  int64_t count = 0;  ///< 0: what Leveugle's formula asks for
  Strata strata = Strata::kNone;
};

/// Stop when the interval of a proportion is narrow enough.
struct StopConfig {
  double half_width = 0.01;
  double confidence = 0.95;
  int64_t check_every = 200;  ///< trials
};

/// A campaign as its configuration describes it (docs/campaigns.md).
struct CampaignConfig {
  std::string name;
  std::vector<driver::RunConfig> cells;  ///< one per variant
  uint64_t seed = 1;

  Universe universe = Universe::kNets;
  std::filesystem::path fault_file;
  std::vector<netlist::FaultKind> kinds;
  bool collapse = true;  ///< one trial per class of faults with equal product tables
  std::optional<SampleConfig> sample;
  Loci loci = Loci::kRandom;
  std::vector<std::string> pes;     ///< kListed
  int64_t trials_per_fault = 1;     ///< kRandom: PEs drawn for each fault
  bool each_layer = false;          ///< layers one at a time
  std::vector<std::string> layers;  ///< empty: all
  std::vector<double> rates;        ///< empty: one faulty PE per trial
  int64_t trials_per_rate = 20;
  bool same_fault = false;    ///< rates: all faulty PEs of a trial share one fault
  int64_t window_cycles = 0;  ///< engine gate: faults last so long, from a random cycle on
  std::optional<StopConfig> stop;
  double critical_points = 1;  ///< a fault is critical when it costs more accuracy
  /// Mitigations are tried in those trials only that are critical without one.
  bool mitigate_critical_only = false;
  int64_t verify_images = 64;
  int64_t memory_mib = 2048;
  bool record_outcomes = false;  ///< per image

  std::string text;      ///< the YAML with overrides
  std::string identity;  ///< the same without what no result depends on
};

/// Mitigations of a cell, "none" first.
std::vector<std::string> mitigations_of(const driver::RunConfig& config);

/// Reads and checks; ConfigError with file, line and column.
CampaignConfig load_campaign_config(const std::filesystem::path& path,
                                    const std::vector<std::string>& overrides = {});
/// The same for a document that came from `path`.
CampaignConfig read_campaign_config(const driver::YamlDocument& document,
                                    const std::filesystem::path& path);

}  // namespace faultwave::campaign
