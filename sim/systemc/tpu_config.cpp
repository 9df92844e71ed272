#include "systemc/tpu_config.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>


#include "base/error.hpp"

namespace faultwave::systemc {
namespace {

constexpr int64_t kMiB = int64_t{1} << 20;
/// Slower memories would need hours of simulation for one tile.
constexpr double kMinBytesPerCycle = 0.01;

void check_range(std::string_view name, double value, double low, double high) {
  if (value >= low && value <= high) return;  // false for NaN
  throw UsageError(fmt::format("TPU: {} = {} must be {} to {}", name, value, low, high));
}

void check_rate(std::string_view name, double gb_s, double bytes_per_cycle, double clock_mhz) {
  check_range(name, gb_s, 0, 1e6);
  if (gb_s == 0 || bytes_per_cycle >= kMinBytesPerCycle) return;
  throw UsageError(fmt::format(
      "TPU: {} = {} is {} bytes per cycle at {} MHz, at least {} is needed\n  fix: use {} or more, "
      "or 0 for an ideal memory",
      name, gb_s, bytes_per_cycle, clock_mhz, kMinBytesPerCycle,
      kMinBytesPerCycle * clock_mhz / 1e3));
}

}  // namespace

void TpuConfig::check() const {
  check_range("rows", rows, 1, 512);
  check_range("cols", cols, 1, 512);
  check_range("clock_mhz", clock_mhz, 1, 100'000);
  check_range("unified_buffer_bytes", static_cast<double>(unified_buffer_bytes), 1, 0x1p40);
  check_range("accumulator_rows", accumulator_rows, 1, 1 << 24);
  check_range("weight_fifo_tiles", weight_fifo_tiles, 1, 1 << 16);
  check_range("host_latency_cycles", host_latency_cycles, 0, 1 << 24);
  check_rate("weight_dram_gb_s", weight_dram_gb_s, weight_bytes_per_cycle(), clock_mhz);
  check_rate("host_gb_s", host_gb_s, host_bytes_per_cycle(), clock_mhz);
}

const std::vector<std::string>& tpu_preset_names() {
  static const std::vector<std::string> names = {"16x16", "128x128", "256x256"};
  return names;
}

TpuConfig tpu_preset(std::string_view name) {
  TpuConfig config;
  config.preload = Preload::kHidden;
  config.weight_fifo_tiles = 4;
  config.accumulator_rows = 4096;
  if (name == "16x16") {
    config.rows = config.cols = 16;
    config.clock_mhz = 200;
    config.unified_buffer_bytes = kMiB;
  } else if (name == "128x128") {
    config.rows = config.cols = 128;
    config.clock_mhz = 700;
    config.unified_buffer_bytes = 16 * kMiB;
  } else if (name == "256x256") {
    config.rows = config.cols = 256;
    config.clock_mhz = 700;
    config.unified_buffer_bytes = 24 * kMiB;
    config.weight_dram_gb_s = 34;
    config.host_gb_s = 14 * 1.073741824;
    config.host_latency_cycles = 700;
  } else {
    throw UsageError(
        fmt::format("unknown TPU preset '{}'\n  fix: one of {}", name,
                    fmt::join(tpu_preset_names(), ", ")));
  }
  return config;
}

}  // namespace faultwave::systemc
