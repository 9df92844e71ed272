#include "driver/accelerator_reader.hpp"

#include "base/error.hpp"

namespace faultwave::driver {
namespace {

constexpr int64_t kMaxImages = 1'000'000;
constexpr int64_t kMaxBytes = int64_t{1} << 40;
constexpr double kMaxRate = 1e6;

/// Reads keys into integer fields, the preset's value being the default.
class FieldReader {
 public:
  explicit FieldReader(YamlMap& map) : map_(map) {}
  /// Limits that depend on other sizes are GpuConfig::check's business.
  void integer(const std::string& key, int& field, int low, int high) {
    field = static_cast<int>(map_.integer(key, low, high, field));
  }

 private:
  YamlMap& map_;
};

accel::PeModelKind read_pe_model(YamlMap& map) {
  return map.choice("pe_model", {"verilated", "native"}, "verilated") == "native"
             ? accel::PeModelKind::kNative
             : accel::PeModelKind::kVerilated;
}

systemc::TpuConfig read_tpu(YamlMap& map) {
  const auto preset = map.choice("preset", systemc::tpu_preset_names(), "16x16");
  systemc::TpuConfig tpu = systemc::tpu_preset(preset);
  tpu.rows = static_cast<int>(map.integer("rows", 1, 512, tpu.rows));
  tpu.cols = static_cast<int>(map.integer("cols", 1, 512, tpu.cols));
  tpu.clock_mhz = map.number("clock_mhz", 1, 100'000, tpu.clock_mhz);
  tpu.pe_model = read_pe_model(map);
  const bool hidden = tpu.preload == systemc::Preload::kHidden;
  tpu.preload =
      map.choice("preload", {"hidden", "exposed"}, hidden ? "hidden" : "exposed") == "hidden"
          ? systemc::Preload::kHidden
          : systemc::Preload::kExposed;
  tpu.unified_buffer_bytes =
      map.integer("unified_buffer_bytes", 1, kMaxBytes, tpu.unified_buffer_bytes);
  tpu.accumulator_rows =
      static_cast<int>(map.integer("accumulator_rows", 1, 1 << 24, tpu.accumulator_rows));
  tpu.weight_fifo_tiles =
      static_cast<int>(map.integer("weight_fifo_tiles", 1, 1 << 16, tpu.weight_fifo_tiles));
  tpu.weight_dram_gb_s = map.number("weight_dram_gb_s", 0, kMaxRate, tpu.weight_dram_gb_s);
  tpu.host_gb_s = map.number("host_gb_s", 0, kMaxRate, tpu.host_gb_s);
  tpu.host_latency_cycles =
      static_cast<int>(map.integer("host_latency_cycles", 0, 1 << 24, tpu.host_latency_cycles));
  tpu.activation_latency_cycles = static_cast<int>(
      map.integer("activation_latency_cycles", 0, 1 << 24, tpu.activation_latency_cycles));
  return tpu;
}

accel::TensorCoreConfig read_tensor_core(YamlMap map, accel::TensorCoreConfig core) {
  FieldReader fields(map);
  fields.integer("rows", core.rows, 1, 64);
  fields.integer("cols", core.cols, 1, 64);
  fields.integer("depth", core.depth, 1, 64);
  fields.integer("mma_m", core.mma_m, 1, 256);
  fields.integer("mma_n", core.mma_n, 1, 256);
  fields.integer("mma_k", core.mma_k, 1, 256);
  map.finish();
  return core;
}

void read_kernel(YamlMap map, systemc::GpuConfig& gpu) {
  FieldReader fields(map);
  fields.integer("cta_m", gpu.cta_m, 1, 1024);
  fields.integer("cta_n", gpu.cta_n, 1, 1024);
  fields.integer("cta_k", gpu.cta_k, 1, 1024);
  fields.integer("warp_m", gpu.warp_m, 1, 1024);
  fields.integer("warp_n", gpu.warp_n, 1, 1024);
  fields.integer("epilogue_instructions", gpu.epilogue_instructions, 0, 1000);
  fields.integer("loop_instructions", gpu.loop_instructions, 0, 1000);
  const auto layout =
      map.choice("shared_layout", {"linear", "padded", "swizzled"}, to_string(gpu.shared_layout));
  gpu.shared_layout = layout == "linear"   ? systemc::SharedLayout::kLinear
                      : layout == "padded" ? systemc::SharedLayout::kPadded
                                           : systemc::SharedLayout::kSwizzled;
  map.finish();
}

systemc::GpuConfig read_gpu(YamlMap& map) {
  systemc::GpuConfig gpu =
      systemc::gpu_preset(map.choice("preset", systemc::gpu_preset_names(), "ampere_a100"));
  FieldReader fields(map);
  fields.integer("sms", gpu.sms, 1, 144);
  fields.integer("sub_cores", gpu.sub_cores, 1, 8);
  gpu.tensor_core = read_tensor_core(map.map("tensor_core"), gpu.tensor_core);
  gpu.clock_mhz = map.number("clock_mhz", 1, 100'000, gpu.clock_mhz);
  gpu.pe_model = read_pe_model(map);
  gpu.scheduler = map.choice("scheduler", {"gto", "lrr"}, to_string(gpu.scheduler)) == "gto"
                      ? systemc::WarpScheduler::kGreedyThenOldest
                      : systemc::WarpScheduler::kLooseRoundRobin;
  fields.integer("max_warps", gpu.max_warps, 1, 1024);
  fields.integer("max_ctas", gpu.max_ctas, 1, 1024);
  fields.integer("registers", gpu.registers, 1, 1 << 24);
  gpu.shared_memory_bytes =
      map.integer("shared_memory_bytes", 1, kMaxBytes, gpu.shared_memory_bytes);
  fields.integer("shared_banks", gpu.shared_banks, 4, 128);
  fields.integer("shared_latency_cycles", gpu.shared_latency_cycles, 2, 100'000);
  fields.integer("register_read_ports", gpu.register_read_ports, 1, 64);
  fields.integer("mma_pipe_cycles", gpu.mma_pipe_cycles, 2, 100'000);
  fields.integer("barrier_cycles", gpu.barrier_cycles, 2, 100'000);
  gpu.async_copy = map.flag("async_copy", gpu.async_copy);
  fields.integer("global_latency_cycles", gpu.global_latency_cycles, 4, 100'000);
  gpu.global_gb_s = map.number("global_gb_s", 0, kMaxRate, gpu.global_gb_s);
  fields.integer("sm_bytes_per_cycle", gpu.sm_bytes_per_cycle, 1, 1 << 20);
  read_kernel(map.map("kernel"), gpu);
  return gpu;
}

}  // namespace

AcceleratorConfig read_accelerator(YamlMap map, int64_t* batch_images) {
  AcceleratorConfig config;
  if (map.choice("type", {"tpu", "gpu_sm"}, "tpu") == "tpu") {
    config = read_tpu(map);
  } else {
    config = read_gpu(map);
  }
  *batch_images = map.integer("batch_images", 0, kMaxImages, 0);
  map.finish();
  try {
    check(config);
  } catch (const UsageError& error) {
    throw ConfigError(map.place("type"), error.what());
  }
  return config;
}

}  // namespace faultwave::driver
