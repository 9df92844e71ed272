// Sizes and rates of a TPU-style accelerator. Free of SystemC: readers of configurations include
// it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "accel/lane_mac.hpp"

namespace faultwave::systemc {

/// kExposed: a tile's weights shift in only after the tile before has left the array. kHidden: they
/// shift into the second weight register while the tile before computes.
enum class Preload : uint8_t { kExposed, kHidden };

/// Rows hold K (inputs), columns hold N (outputs). Bandwidths of 0 are ideal (no waiting).
struct TpuConfig {
  int rows = 16;  ///< 1 to 512
  int cols = 16;  ///< 1 to 512
  double clock_mhz = 700;
  accel::PeModelKind pe_model = accel::PeModelKind::kVerilated;  ///< no influence on results
  Preload preload = Preload::kHidden;
  int64_t unified_buffer_bytes = int64_t{24} << 20;  ///< activations on chip; bounds the batch
  int accumulator_rows = 4096;  ///< rows of `cols` 32-bit sums; longer products run in pieces
  int weight_fifo_tiles = 4;    ///< tiles fetched ahead of the array
  double weight_dram_gb_s = 0;  ///< 10^9 bytes per second
  double host_gb_s = 0;
  int host_latency_cycles = 0;        ///< before the first byte of each transfer
  int activation_latency_cycles = 4;  ///< from the last sum to the next layer's first activation

  /// UsageError that names the limit when a value is impossible.
  void check() const;
};

/// "16x16", "128x128", "256x256". The last is TPU v1 (Jouppi et al., ISCA 2017): 256x256 PEs at
/// 700 MHz, 24 MiB unified buffer, 4,096 accumulator rows, a weight FIFO of 4 tiles at 34 GB/s and
/// 14 GB/s to the host. The small ones have ideal memories. UsageError for other names.
TpuConfig tpu_preset(const std::string& name);
std::vector<std::string> tpu_preset_names();

/// Cycles of one weight tile from DRAM, 0 when ideal.
int64_t weight_tile_cycles(const TpuConfig& config);
/// Cycles of a host transfer of `bytes`, latency included; 0 for no bytes or an ideal host.
int64_t host_transfer_cycles(const TpuConfig& config, int64_t bytes);

}  // namespace faultwave::systemc
