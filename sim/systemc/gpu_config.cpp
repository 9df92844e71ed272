#include "systemc/gpu_config.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "base/suggest.hpp"

namespace faultwave::systemc {
namespace {

constexpr int kMaxSms = 144;
constexpr int kMaxSubCores = 8;
constexpr int kMaxCtaSide = 1024;
constexpr int kMaxLatency = 100'000;
constexpr int kThreadsPerWarp = 32;
constexpr int kMaxRegistersPerThread = 255;
/// Addresses, counters and predicates of a GEMM kernel's thread.
constexpr int kOtherRegisters = 32;
/// One ldmatrix row, one cp.async and one 128-bit load.
constexpr int kChunkBytes = 16;
constexpr int kRegisterBytesPerWarp = 4 * kThreadsPerWarp;

void require(bool ok, const std::string& problem, const std::string& fix) {
  if (!ok) throw UsageError(problem + "\n  fix: " + fix);
}

void check_range(const char* name, double value, double low, double high) {
  require(value >= low && value <= high, fmt::format("{} {} is out of range", name, value),
          fmt::format("use {} to {}", low, high));
}

void check_tile(const char* name, int tile, const char* part_name, int part) {
  require(tile >= 1 && tile <= kMaxCtaSide && tile % part == 0,
          fmt::format("{} {} does not divide into {} {}", name, tile, part_name, part),
          fmt::format("use a multiple of {}, at most {}", part, kMaxCtaSide));
}

}  // namespace

int GpuConfig::shared_row_bytes() const {
  return shared_layout == SharedLayout::kPadded ? cta_k + kChunkBytes : cta_k;
}

int64_t GpuConfig::shared_bytes_per_cta() const {
  return int64_t{2} * (cta_m + cta_n) * shared_row_bytes();
}

int GpuConfig::registers_per_thread() const {
  const int accumulators = warp_m * warp_n / kThreadsPerWarp;
  const int fragments = (warp_m + warp_n) * tensor_core.mma_k / kRegisterBytesPerWarp;
  const int in_flight =
      async_copy ? 0 : (cta_m + cta_n) * cta_k / (warps_per_cta() * kRegisterBytesPerWarp);
  return accumulators + 2 * std::max(1, fragments) + in_flight + kOtherRegisters;
}

int GpuConfig::ctas_per_sm() const {
  const int64_t by_shared = shared_memory_bytes / shared_bytes_per_cta();
  const int64_t by_registers =
      registers / (int64_t{registers_per_thread()} * kThreadsPerWarp * warps_per_cta());
  const int64_t by_warps = max_warps / warps_per_cta();
  return static_cast<int>(std::min({by_shared, by_registers, by_warps, int64_t{max_ctas}}));
}

void GpuConfig::check() const {
  check_range("sms", sms, 1, kMaxSms);
  check_range("sub_cores", sub_cores, 1, kMaxSubCores);
  tensor_core.check();
  check_range("clock_mhz", clock_mhz, 1, 100'000);
  check_range("max_warps", max_warps, 1, 1024);
  check_range("max_ctas", max_ctas, 1, 1024);
  check_range("registers", registers, 1, 1 << 24);
  check_range("shared_memory_bytes", static_cast<double>(shared_memory_bytes), 1, 1 << 30);
  require(shared_banks >= 4 && shared_banks <= 128 && shared_banks % 4 == 0,
          fmt::format("{} shared-memory banks are impossible", shared_banks),
          "use a multiple of 4, 4 to 128");
  check_range("shared_latency_cycles", shared_latency_cycles, 2, kMaxLatency);
  check_range("register_read_ports", register_read_ports, 1, 64);
  // Registers between the modules: a shorter way is not possible.
  check_range("mma_pipe_cycles", mma_pipe_cycles, 2, kMaxLatency);
  check_range("barrier_cycles", barrier_cycles, 2, kMaxLatency);
  check_range("global_latency_cycles", global_latency_cycles, 4, kMaxLatency);
  require(global_gb_s == 0 || (global_gb_s >= 0.001 && global_gb_s <= 1e6),
          fmt::format("global_gb_s {} is out of range", global_gb_s),
          "use 0 for ideal, or 0.001 to 1e6");
  check_range("sm_bytes_per_cycle", sm_bytes_per_cycle, 1, 1 << 20);

  check_tile("warp_m", warp_m, "mma_m", tensor_core.mma_m);
  check_tile("warp_n", warp_n, "mma_n", tensor_core.mma_n);
  check_tile("cta_m", cta_m, "warp_m", warp_m);
  check_tile("cta_n", cta_n, "warp_n", warp_n);
  check_tile("cta_k", cta_k, "mma_k", tensor_core.mma_k);
  check_tile("cta_k", cta_k, "chunks of", kChunkBytes);
  require(shared_layout != SharedLayout::kSwizzled || (cta_k & (cta_k - 1)) == 0,
          fmt::format("cta_k {} cannot be swizzled", cta_k),
          "use a power of two, or shared_layout: padded");
  check_range("epilogue_instructions", epilogue_instructions, 0, 1000);
  check_range("loop_instructions", loop_instructions, 0, 1000);

  require(warps_per_cta() <= max_warps,
          fmt::format("a CTA of {}x{} in warp tiles of {}x{} has {} warps, an SM holds {}", cta_m,
                      cta_n, warp_m, warp_n, warps_per_cta(), max_warps),
          "use larger warp tiles or a smaller CTA tile");
  require(
      shared_bytes_per_cta() <= shared_memory_bytes,
      fmt::format("too little shared memory: two stages of {}x{} and {}x{} bytes need {} bytes, "
                  "an SM has {}",
                  cta_m, cta_k, cta_n, cta_k, shared_bytes_per_cta(), shared_memory_bytes),
      "use a smaller cta_m, cta_n or cta_k");
  require(registers_per_thread() <= kMaxRegistersPerThread,
          fmt::format("a warp tile of {}x{} needs {} registers per thread, there are {}", warp_m,
                      warp_n, registers_per_thread(), kMaxRegistersPerThread),
          "use a smaller warp_m or warp_n");
  require(
      ctas_per_sm() >= 1,
      fmt::format("a CTA of {} warps with {} registers per thread needs {} registers, an SM has "
                  "{}",
                  warps_per_cta(), registers_per_thread(),
                  warps_per_cta() * registers_per_thread() * kThreadsPerWarp, registers),
      "use a smaller CTA tile");
}

GpuConfig gpu_preset(const std::string& name) {
  GpuConfig config;
  if (name == "ampere_a100") {
    config.sms = 108;
    return config;
  }
  if (name == "turing") {
    config.sms = 72;
    config.tensor_core = {.rows = 8, .cols = 4, .depth = 8, .mma_m = 8, .mma_n = 8, .mma_k = 16};
    config.clock_mhz = 1770;
    config.max_warps = 32;
    config.max_ctas = 16;
    config.shared_memory_bytes = 64 << 10;
    config.shared_latency_cycles = 19;
    config.mma_pipe_cycles = 41;
    config.async_copy = false;
    config.global_latency_cycles = 296;
    config.global_gb_s = 672;
    return config;
  }
  throw UsageError(fmt::format("unknown GPU preset '{}'\n  fix: {}", name,
                               suggestion(name, gpu_preset_names())));
}

std::vector<std::string> gpu_preset_names() { return {"ampere_a100", "turing"}; }

std::string to_string(WarpScheduler scheduler) {
  return scheduler == WarpScheduler::kGreedyThenOldest ? "gto" : "lrr";
}

std::string to_string(SharedLayout layout) {
  switch (layout) {
    case SharedLayout::kLinear:
      return "linear";
    case SharedLayout::kPadded:
      return "padded";
    case SharedLayout::kSwizzled:
      break;
  }
  return "swizzled";
}

}  // namespace faultwave::systemc
