#include "systemc/tpu_config.hpp"

#include <cmath>

#include "base/error.hpp"
#include "base/suggest.hpp"

namespace faultwave::systemc {
namespace {

constexpr int kMaxSide = 512;
constexpr double kMinClockMhz = 1;
constexpr double kMaxClockMhz = 100'000;
constexpr double kMinGbS = 0.001;
constexpr double kMaxGbS = 1e6;
constexpr int64_t kMaxTransferCycles = 1'000'000'000;

void require(bool ok, const std::string& problem, const std::string& fix) {
  if (!ok) throw UsageError(problem + "\n  fix: " + fix);
}

double bytes_per_cycle(double gb_s, double clock_mhz) { return gb_s * 1e3 / clock_mhz; }

}  // namespace

void TpuConfig::check() const {
  for (const int side : {rows, cols}) {
    require(side >= 1 && side <= kMaxSide, fmt::format("array {}x{} is impossible", rows, cols),
            fmt::format("rows and columns go from 1 to {}", kMaxSide));
  }
  require(clock_mhz >= kMinClockMhz && clock_mhz <= kMaxClockMhz,
          fmt::format("clock {} MHz is impossible", clock_mhz),
          fmt::format("use {} to {}", kMinClockMhz, kMaxClockMhz));
  require(accumulator_rows >= 1, "no accumulator rows", "use at least 1");
  require(weight_fifo_tiles >= 1, "the weight FIFO holds no tile", "use at least 1");
  require(unified_buffer_bytes >= 1, "the unified buffer holds nothing", "use at least 1 byte");
  for (const double bandwidth : {weight_dram_gb_s, host_gb_s}) {
    require(bandwidth == 0 || (bandwidth >= kMinGbS && bandwidth <= kMaxGbS),
            fmt::format("bandwidth {} GB/s is impossible", bandwidth),
            fmt::format("use 0 for ideal, or {} to {}", kMinGbS, kMaxGbS));
  }
  require(weight_tile_cycles(*this) <= kMaxTransferCycles &&
              host_transfer_cycles(*this, unified_buffer_bytes) <= kMaxTransferCycles,
          fmt::format("a tile or a full unified buffer takes more than {} cycles to move",
                      kMaxTransferCycles),
          "raise a bandwidth or lower clock_mhz");
  require(host_latency_cycles >= 0 && activation_latency_cycles >= 0, "a latency is negative",
          "use 0 or more");
}

TpuConfig tpu_preset(const std::string& name) {
  TpuConfig config;
  if (name == "16x16") return config;
  if (name == "128x128") {
    config.rows = config.cols = 128;
    return config;
  }
  if (name == "256x256") {
    config.rows = config.cols = 256;
    config.weight_dram_gb_s = 34;
    config.host_gb_s = 14;
    return config;
  }
  throw UsageError(fmt::format("unknown TPU preset '{}'\n  fix: {}", name,
                               suggestion(name, tpu_preset_names())));
}

std::vector<std::string> tpu_preset_names() { return {"16x16", "128x128", "256x256"}; }

int64_t weight_tile_cycles(const TpuConfig& config) {
  if (config.weight_dram_gb_s == 0) return 0;
  const double bytes = static_cast<double>(config.rows) * config.cols;
  return static_cast<int64_t>(
      std::ceil(bytes / bytes_per_cycle(config.weight_dram_gb_s, config.clock_mhz)));
}

int64_t host_transfer_cycles(const TpuConfig& config, int64_t bytes) {
  if (bytes == 0) return 0;
  int64_t cycles = config.host_latency_cycles;
  if (config.host_gb_s > 0) {
    cycles += static_cast<int64_t>(std::ceil(static_cast<double>(bytes) /
                                             bytes_per_cycle(config.host_gb_s, config.clock_mhz)));
  }
  return cycles;
}

}  // namespace faultwave::systemc
