// The mma microbenchmark: measured points of a GPU's tensor cores, beside published figures.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "netlist/netlist.hpp"
#include "systemc/gpu_config.hpp"
#include "systemc/gpu_kernel.hpp"
#include "systemc/gpu_system.hpp"

namespace faultwave::driver {

class YamlDocument;

/// One point to measure, and what others measured on silicon.
struct MmaPoint {
  systemc::MmaBenchmark benchmark;
  std::optional<double> published_cycles;                   ///< per repetition
  std::optional<double> published_multiply_adds_per_cycle;  ///< of the SM
  std::string source;
};

/// Points of the tensor-core benchmark and the GPU that they are measured on.
struct MmaConfig {
  systemc::GpuConfig gpu;
  std::vector<MmaPoint> points;
};

/// Reads `accelerator` and `mma` (docs/configuration.md); ConfigError with file, line, column.
MmaConfig load_mma_config(const std::filesystem::path& path);
/// The same for a document.
MmaConfig read_mma_config(const YamlDocument& document);

/// A tile of one mma of `gpu`.
systemc::MmaBenchmark one_mma(const systemc::GpuConfig& gpu, int warps, int chains, int repeat);

/// Measures every point with `multiplier` in every lane.
std::vector<systemc::MmaTiming> run_mma_points(const MmaConfig& config,
                                               const netlist::Netlist& multiplier);

}  // namespace faultwave::driver
