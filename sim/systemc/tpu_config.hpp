// Configuration of the TPU model. Free of SystemC, so that readers of configurations may include it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace faultwave::systemc {

/// kExposed: tiles strictly one after another: shift, compute, drain (SCALE-Sim's weight-stationary
/// order). kHidden: the next tile shifts into the PEs' second weight register meanwhile (TPU v1).
enum class Preload : uint8_t { kExposed, kHidden };

/// Rows hold K (inputs), columns hold N (outputs).
struct TpuConfig {
  int rows = 16;         ///< 1 to 512
  int cols = 16;         ///< 1 to 512
  double clock_mhz = 1;  ///< 1 to 100,000
  Preload preload = Preload::kHidden;
  int64_t unified_buffer_bytes = 0;  ///< activations on chip; at least one row of a product
  int accumulator_rows = 0;          ///< rows of `cols` 32-bit sums; longer products run in pieces
  int weight_fifo_tiles = 0;         ///< tiles fetched ahead of the array
  double weight_dram_gb_s = 0;       ///< 10^9 bytes per second; 0: ideal
  double host_gb_s = 0;              ///< each direction; 0: unlimited
  int host_latency_cycles = 0;       ///< before the first byte of each transfer

  double weight_bytes_per_cycle() const { return weight_dram_gb_s * 1e3 / clock_mhz; }
  double host_bytes_per_cycle() const { return host_gb_s * 1e3 / clock_mhz; }
  /// UsageError that names the value, its limits and what to do.
  void check() const;
};

/// "16x16", "128x128", "256x256".
const std::vector<std::string>& tpu_preset_names();

/// A preset by name; UsageError lists them. "256x256" is TPU v1 (Jouppi et al., ISCA 2017): 700 MHz,
/// 24 MiB unified buffer, 4,096 accumulator rows, FIFO of 4 tiles, 34 GB/s of weight memory, 14
/// GiB/s to the host; the latency of a host transfer, 1 us, is our assumption. The small ones have
/// ideal memories.
TpuConfig tpu_preset(std::string_view name);

}  // namespace faultwave::systemc
