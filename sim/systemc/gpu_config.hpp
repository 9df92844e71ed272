// Sizes, rates and the kernel's tiles of a GPU with tensor cores. Free of SystemC: readers of
// configurations include it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "accel/lane_mac.hpp"
#include "accel/tensor_core.hpp"

namespace faultwave::systemc {

/// Which ready warp issues. kLooseRoundRobin: the next one after the last that issued. kGreedy:
/// the last one as long as it is ready, else the oldest (greedy-then-oldest).
enum class WarpScheduler : uint8_t { kLooseRoundRobin, kGreedyThenOldest };

/// Where row r of a tile lies in shared memory. kLinear: rows one after another; kPadded: 16 bytes
/// between rows; kSwizzled: the 16-byte chunks of a row are exchanged by an XOR with its number.
enum class SharedLayout : uint8_t { kLinear, kPadded, kSwizzled };

/// Sizes, latencies and kernel tiling of a GPU (docs/gpu.md).
struct GpuConfig {
  // Hardware
  int sms = 1;        ///< 1 to 144
  int sub_cores = 4;  ///< of an SM, each with a warp scheduler and a tensor core; 1 to 8
  accel::TensorCoreConfig tensor_core;
  double clock_mhz = 1410;
  accel::PeModelKind pe_model = accel::PeModelKind::kVerilated;  ///< no influence on results
  WarpScheduler scheduler = WarpScheduler::kGreedyThenOldest;
  int max_warps = 64;     ///< resident on an SM
  int max_ctas = 32;      ///< resident on an SM
  int registers = 65536;  ///< 32-bit registers of an SM
  int64_t shared_memory_bytes = 164 << 10;
  int shared_banks = 32;           ///< of 4 bytes: bytes per cycle and SM are 4 * banks
  int shared_latency_cycles = 23;  ///< from issue to the registers, without conflicts
  int register_read_ports = 2;     ///< registers of a warp (32 x 32 bit) read per cycle
  int mma_pipe_cycles = 12;        ///< from the last step into the tensor core to the result
  int barrier_cycles = 2;          ///< from the last arrival to the release
  bool async_copy = true;          ///< global to shared memory past the registers (cp.async)
  int global_latency_cycles = 290;
  double global_gb_s = 1555;    ///< of all SMs, 10^9 bytes per second; 0: ideal
  int sm_bytes_per_cycle = 64;  ///< of one SM from global memory

  // Kernel
  int cta_m = 64, cta_n = 64, cta_k = 64;  ///< tile of a CTA; cta_k bytes per row in shared memory
  int warp_m = 32, warp_n = 32;            ///< tile of a warp
  SharedLayout shared_layout = SharedLayout::kSwizzled;
  int epilogue_instructions = 6;  ///< per value and thread: bias, requantisation, clamp
  int loop_instructions = 4;      ///< per k tile and warp: addresses, counters, branch

  int warps_per_cta() const { return (cta_m / warp_m) * (cta_n / warp_n); }
  /// Two stages of an A tile (cta_m x cta_k) and a B tile (cta_n x cta_k), with padding.
  int64_t shared_bytes_per_cta() const;
  /// 32-bit registers of a thread: accumulators, two sets of fragments, 32 others; without
  /// async_copy the tile on its way as well.
  int registers_per_thread() const;
  /// CTAs resident on an SM: what warps, shared memory, registers and max_ctas allow.
  int ctas_per_sm() const;
  /// Bytes from one row of a tile in shared memory to the next.
  int shared_row_bytes() const;

  /// UsageError that names the limit when a value is impossible or sizes do not divide.
  void check() const;
};

/// "turing" (TU102: 72 SMs, 8x4x8 lanes per sub-core, mma m8n8k16) and "ampere_a100" (GA100: 108
/// SMs, 8x4x16 lanes, mma m16n8k32). docs/gpu.md has the source of every figure. UsageError for
/// other names.
GpuConfig gpu_preset(const std::string& name);
std::vector<std::string> gpu_preset_names();

std::string to_string(WarpScheduler scheduler);
std::string to_string(SharedLayout layout);

}  // namespace faultwave::systemc
