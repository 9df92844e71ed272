// Configuration of `faultwave run`: docs/configuration.md is the reference of its keys.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "driver/accelerator.hpp"
#include "driver/fault_spec.hpp"
#include "netlist/number_format.hpp"

namespace faultwave::driver {

class YamlDocument;

/// Section `multiplier` of a configuration.
struct MultiplierConfig {
  std::string name;                ///< path, or a name that find_netlist knows
  std::string exact;               ///< the exact multiplier to compare with
  std::optional<double> power_mw;  ///< overrides the catalog
  std::optional<double> delay_ns;
  netlist::NumberFormat format = netlist::NumberFormat::kAffineU8;
  bool weight_on_port_a = true;
};

/// Section `data` of a configuration: images that run, images that calibrate.
struct DataConfig {
  std::string name;
  std::string split = "test";
  int64_t first = 0;
  int64_t limit = 0;  ///< 0: to the end
  std::string calibration_split;
  int64_t calibration_images = 200;
};

/// Whether the exact multiplier is run with the fault too. kAuto: when every entry of `faults`
/// names its site and the exact netlist has all of them.
enum class FaultOnExact { kAuto, kYes, kNo };

/// kGate: the cycle-level model with gate-level multipliers. kTable: product tables of each PE, the
/// same sums without cycles.
enum class Engine { kGate, kTable };

/// A configuration, or one variant of it, as read from YAML (docs/configuration.md).
struct RunConfig {
  std::string file;
  std::string variant;  ///< name within the file; empty: the file has no variants
  std::string text;     ///< the YAML with overrides
  std::filesystem::path network;
  DataConfig data;
  AcceleratorConfig accelerator;
  Engine engine = Engine::kGate;
  int64_t batch_images = 0;  ///< 0: as many as buffer_bytes(accelerator) holds
  MultiplierConfig multiplier;
  std::vector<FaultSpec> faults;
  FaultOnExact fault_on_exact = FaultOnExact::kAuto;
  std::vector<std::string> mitigations;
  bool retune_healthy = false;
  uint64_t seed = 1;
  std::string json_path;  ///< empty: none
};

/// Reads and checks a configuration, or each of its variants; `overrides` are "dotted.key=value".
/// Relative paths in it count from the file's folder, then from the installation. ConfigError with
/// file, line, column.
std::vector<RunConfig> load_run_configs(const std::filesystem::path& path,
                                        const std::vector<std::string>& overrides = {});

/// How a configuration is read by commands that differ from `run`.
struct ReadOptions {
  std::vector<std::string> extra_keys;  ///< of the top level, read by somebody else
  Engine default_engine = Engine::kGate;
};
/// The same for a document that came from `path`.
std::vector<RunConfig> read_run_configs(const YamlDocument& document,
                                        const std::filesystem::path& path,
                                        const ReadOptions& options = {});

/// Names of the networks that ship with Faultwave, sorted.
std::vector<std::string> shipped_networks();

/// load_run_configs for a file that must have no variants.
RunConfig load_run_config(const std::filesystem::path& path,
                          const std::vector<std::string>& overrides = {});

}  // namespace faultwave::driver
