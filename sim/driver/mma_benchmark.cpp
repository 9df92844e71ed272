#include "driver/mma_benchmark.hpp"

#include "base/error.hpp"
#include "driver/accelerator_reader.hpp"
#include "driver/yaml_reader.hpp"

namespace faultwave::driver {
namespace {

constexpr int kDefaultRepeat = 1000;
constexpr double kMaxPublished = 1e6;

int read_integer(YamlMap& map, const std::string& key, int fallback) {
  return static_cast<int>(map.integer(key, 1, 1'000'000, fallback));
}

std::optional<double> read_published(YamlMap& map, const std::string& key) {
  if (!map.has(key)) return std::nullopt;
  return map.number(key, 0, kMaxPublished);
}

MmaPoint read_point(YamlMap map, const SourcePlace& place, const systemc::GpuConfig& gpu) {
  MmaPoint point;
  point.benchmark = one_mma(gpu, 1, 1, kDefaultRepeat);
  auto& benchmark = point.benchmark;
  benchmark.warps = read_integer(map, "warps", benchmark.warps);
  benchmark.chains = read_integer(map, "chains", benchmark.chains);
  benchmark.tile_m = read_integer(map, "tile_m", benchmark.tile_m);
  benchmark.tile_n = read_integer(map, "tile_n", benchmark.tile_n);
  benchmark.tile_k = read_integer(map, "tile_k", benchmark.tile_k);
  benchmark.repeat = read_integer(map, "repeat", benchmark.repeat);
  point.published_cycles = read_published(map, "published_cycles");
  point.published_multiply_adds_per_cycle = read_published(map, "published_fma_per_cycle");
  point.source = map.text("source", "");
  map.finish();
  try {
    check_mma(gpu, benchmark);
  } catch (const UsageError& error) {
    throw ConfigError(place, error.what());
  }
  return point;
}

}  // namespace

systemc::MmaBenchmark one_mma(const systemc::GpuConfig& gpu, int warps, int chains, int repeat) {
  const auto& core = gpu.tensor_core;
  return {warps, chains, core.mma_m, core.mma_n, core.mma_k, repeat};
}

MmaConfig load_mma_config(const std::filesystem::path& path) {
  return read_mma_config(YamlDocument::from_file(path));
}

MmaConfig read_mma_config(const YamlDocument& document) {
  YamlMap root(document, document.root(), "");
  MmaConfig config;
  int64_t batch_images = 0;
  const auto accelerator = read_accelerator(root.map("accelerator"), &batch_images);
  const auto* gpu = std::get_if<systemc::GpuConfig>(&accelerator);
  if (gpu == nullptr) root.fail("accelerator", "is no GPU", "accelerator: {type: gpu_sm, ...}");
  config.gpu = *gpu;
  for (const auto& [item, item_path] : root.items("mma")) {
    config.points.push_back(read_point(YamlMap(document, item, item_path),
                                       document.place(item, item_path), config.gpu));
  }
  if (config.points.empty()) root.fail("mma", "holds no point", "mma: [{warps: 1}, {warps: 8}]");
  root.finish();
  return config;
}

std::vector<systemc::MmaTiming> run_mma_points(const MmaConfig& config,
                                               const netlist::Netlist& multiplier) {
  // One SM is measured, whatever the GPU has.
  systemc::GpuConfig one_sm = config.gpu;
  one_sm.sms = 1;
  verilated::PeModelLibrary library;
  systemc::GpuSystem gpu(one_sm, multiplier, library, {},
                         {.weight_on_port_a = true, .product_is_signed = multiplier.is_signed});
  std::vector<systemc::MmaTiming> timings;
  for (const MmaPoint& point : config.points) timings.push_back(gpu.run_mma(point.benchmark));
  return timings;
}

}  // namespace faultwave::driver
