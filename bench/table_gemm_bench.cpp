// Products per second of the table engine, one core, at every SIMD level: all PEs healthy, one
// faulty, half of them faulty (with the same fault, or each with a table of its own), on the
// mappings of a TPU and of a GPU. `ratio` is against a plain loop over the same tables. The product
// is a 3x3 convolution of 64 channels on 32x32 pixels. Goals: 15 G products/s with healthy PEs on
// AVX-512 VBMI (AVX3_DL), 4 on AVX2.
// Products of other shapes with healthy PEs stand beside the gathers of emulators: `ratio` is the
// median of pairs measured one right after the other; goal: 6 with AVX-512.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <map>

#include "base/file.hpp"
#include "base/rng.hpp"
#include "bits/plane_ops.hpp"
#include "gather_gemm.hpp"
#include "netlist/front_end.hpp"
#include "replay/table_gemm.hpp"
#include "systemc/gpu_system.hpp"
#include "systemc/tpu_system.hpp"

namespace faultwave::replay {
namespace {

double healthy_goal(const std::string& level) {
  return level == "AVX3_DL" ? 15e9 : level == "AVX2" ? 4e9 : 0;
}
constexpr double kGatherGoal = 6;
constexpr accel::GemmShape kShape{1024, 64, 576};

double products_of(const accel::GemmShape& shape) {
  return static_cast<double>(shape.m * shape.n * shape.k);
}

enum class Faults { kNone, kOnePe, kHalfSame, kHalfOwn };

const accel::Accelerator& tpu() {
  static verilated::PeModelLibrary library;
  static const auto multiplier = netlist::load_netlist(netlist::find_netlist("fw8u_array"));
  static const systemc::TpuSystem system({}, multiplier, library, {}, {});
  return system;
}

/// An A100 with `num_sms` SMs.
const accel::Accelerator& gpu(int num_sms) {
  static verilated::PeModelLibrary library;
  static const auto multiplier = netlist::load_netlist(netlist::find_netlist("fw8u_array"));
  static std::map<int, std::unique_ptr<systemc::GpuSystem>> systems;
  auto& system = systems[num_sms];
  if (system == nullptr) {
    auto config = systemc::gpu_preset("ampere_a100");
    config.sms = num_sms;
    system = std::make_unique<systemc::GpuSystem>(
        config, multiplier, library, std::vector<fault::Fault>{}, systemc::OperandWiring{});
  }
  return *system;
}

struct Problem {
  Problem(const accel::Accelerator& accelerator, Faults faults,
          const accel::GemmShape& shape = kShape) {
    CounterRng rng(5);
    const auto random_bytes = [&rng](int64_t size) {
      std::vector<uint8_t> bytes(static_cast<std::size_t>(size));
      for (auto& byte : bytes) byte = static_cast<uint8_t>(rng.below(256));
      return bytes;
    };
    activations = random_bytes(shape.m * shape.k);
    weights = random_bytes(shape.k * shape.n);
    tables.push_back(netlist::exact_table(false));
    table_of_pe.resize(static_cast<std::size_t>(accelerator.pes().size()));
    // 128 MiB of tables fit no cache; more show nothing new.
    const std::size_t max_tables = faults == Faults::kHalfOwn ? 1024 : 1;
    for (std::size_t pe = 0; pe < table_of_pe.size(); ++pe) {
      if (faults == Faults::kNone || (faults == Faults::kOnePe && pe != 5)) continue;
      if (faults != Faults::kOnePe && rng.below(2) == 0) continue;
      if (tables.size() <= max_tables) {
        tables.push_back(tables[0]);
        for (auto& entry : tables.back().raw) entry |= static_cast<uint16_t>(rng.below(65536));
        table_of_pe[pe] = static_cast<uint16_t>(tables.size() - 1);
      } else {
        table_of_pe[pe] = static_cast<uint16_t>(1 + rng.below(max_tables));
      }
    }
    job.m = shape.m;
    job.n = shape.n;
    job.k = shape.k;
    job.activations = activations.data();
    job.weights = weights.data();
  }

  std::vector<netlist::ProductTable> tables;
  std::vector<uint16_t> table_of_pe;
  std::vector<uint8_t> activations, weights;
  accel::GemmJob job;
};

/// Every product by itself. Returns the sum of the sums.
uint32_t plain_loop(const accel::Accelerator& accelerator, const Problem& problem) {
  uint32_t total = 0;
  const auto period = static_cast<std::size_t>(accelerator.k_period());
  std::vector<int> pes(period);
  std::vector<const uint16_t*> tables(period);
  for (int64_t m = 0; m < kShape.m; ++m) {
    for (int64_t n = 0; n < kShape.n; ++n) {
      accelerator.pes_of_output(kShape, m, n, pes.data());
      for (std::size_t i = 0; i < period; ++i) {
        tables[i] =
            problem.tables[problem.table_of_pe[static_cast<std::size_t>(pes[i])]].raw.data();
      }
      std::size_t i = 0;
      uint32_t sum = 0;
      for (int64_t k = 0; k < kShape.k; ++k) {
        sum += tables[i][problem.weights[static_cast<std::size_t>(k * kShape.n + n)] +
                         256u * problem.activations[static_cast<std::size_t>(m * kShape.k + k)]];
        if (++i == period) i = 0;
      }
      total += sum;
    }
  }
  return total;
}

/// Of this process, as Google Benchmark's rates count it.
double cpu_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

double plain_rate(const accel::Accelerator& accelerator, const Problem& problem) {
  double best = 0;
  for (int repeat = 0; repeat < 3; ++repeat) {
    const double start = cpu_seconds();
    benchmark::DoNotOptimize(plain_loop(accelerator, problem));
    best = std::max(best, products_of(kShape) / (cpu_seconds() - start));
  }
  return best;
}

void table_gemm(benchmark::State& state, const std::string& level, const std::string& name,
                Faults faults, double goal) {
  const auto& accelerator = name == "tpu_16x16" ? tpu() : name == "gpu_1_sm" ? gpu(1) : gpu(108);
  const Problem problem(accelerator, faults);
  static std::map<std::pair<std::string, Faults>, double> plain_rates;
  auto& plain = plain_rates[{name, faults}];
  if (plain == 0) plain = plain_rate(accelerator, problem);
  bits::force_simd_level(level);
  const ProductTables packed(problem.tables, problem.table_of_pe, true);
  PeMaps maps(accelerator);
  std::vector<int32_t> sums(static_cast<std::size_t>(kShape.m * kShape.n));
  replay::table_gemm(problem.job, maps, packed, {}, sums.data());  // makes the map
  const double start = cpu_seconds();
  for (auto _ : state) {
    replay::table_gemm(problem.job, maps, packed, {}, sums.data());
    benchmark::DoNotOptimize(sums.data());
  }
  const double seconds = cpu_seconds() - start;
  const double products = products_of(kShape) * static_cast<double>(state.iterations());
  state.counters["products/s"] = benchmark::Counter(products, benchmark::Counter::kIsRate);
  state.counters["plain"] = plain;
  state.counters["ratio"] = products / seconds / plain;
  if (goal > 0) state.counters["goal"] = goal;
  bits::force_simd_level("");
}

/// Pairs of a product by tables at `level` and by gathers of `gathers`, healthy PEs of a TPU.
void table_gemm_and_gathers(benchmark::State& state, const std::string& level,
                            const std::string& gathers, const accel::GemmShape& shape) {
  const Problem problem(tpu(), Faults::kNone, shape);
  std::vector<int32_t> products(problem.tables[0].raw.size());
  for (std::size_t a = 0; a < 256; ++a) {  // port A, the weight, is the low index of a table
    for (std::size_t w = 0; w < 256; ++w)
      products[a + 256 * w] = problem.tables[0].raw[w + 256 * a];
  }
  bits::force_simd_level(level);
  const ProductTables packed(problem.tables, problem.table_of_pe, true);
  PeMaps maps(tpu());
  std::vector<int32_t> sums(static_cast<std::size_t>(shape.m * shape.n));
  std::vector<int32_t> gathered(sums.size());
  replay::table_gemm(problem.job, maps, packed, {}, sums.data());
  bench::gather_gemm(gathers, problem.job, products.data(), gathered.data());
  if (sums != gathered) return state.SkipWithError("tables and gathers differ");
  // Short products are repeated: the clock has a grain.
  const int repeats = std::max(1, static_cast<int>(2e7 / products_of(shape)));
  std::vector<double> ratios;
  double table_seconds = 0;
  double gather_seconds = 0;
  for (auto _ : state) {
    const double start = cpu_seconds();
    for (int i = 0; i < repeats; ++i) {
      replay::table_gemm(problem.job, maps, packed, {}, sums.data());
    }
    const double middle = cpu_seconds();
    for (int i = 0; i < repeats; ++i) {
      bench::gather_gemm(gathers, problem.job, products.data(), gathered.data());
    }
    const double end = cpu_seconds();
    table_seconds += middle - start;
    gather_seconds += end - middle;
    ratios.push_back((end - middle) / (middle - start));
  }
  std::nth_element(ratios.begin(), ratios.begin() + static_cast<long>(ratios.size() / 2),
                   ratios.end());
  const double total = products_of(shape) * repeats * static_cast<double>(ratios.size());
  state.counters["products/s"] = total / table_seconds;
  state.counters["gathers"] = total / gather_seconds;
  state.counters["ratio"] = ratios[ratios.size() / 2];
  if (gathers == "AVX-512" && level == "AVX3_DL") state.counters["goal"] = kGatherGoal;
  bits::force_simd_level("");
}

/// What the first product of a shape costs in addition when PEs differ.
void pe_map(benchmark::State& state, int num_sms) {
  for (auto _ : state) benchmark::DoNotOptimize(PeMap(gpu(num_sms), kShape));
}

/// What a new fault costs.
void pack_tables(benchmark::State& state) {
  const std::vector<netlist::ProductTable> tables(2, netlist::exact_table(false));
  for (auto _ : state) {
    benchmark::DoNotOptimize(ProductTables(tables, std::vector<uint16_t>(256), true));
  }
}

void register_all() {
  for (const auto& level : bits::simd_levels()) {
    for (const std::string name : {"tpu_16x16", "gpu_1_sm", "gpu_108_sms"}) {
      for (const auto& [label, faults] :
           {std::pair("healthy", Faults::kNone), std::pair("one_faulty_pe", Faults::kOnePe),
            std::pair("half_same_fault", Faults::kHalfSame),
            std::pair("half_own_faults", Faults::kHalfOwn)}) {
        const double goal = faults == Faults::kNone ? healthy_goal(level) : 0;
        benchmark::RegisterBenchmark(fmt::format("{}/{}/{}", level, name, label).c_str(),
                                     table_gemm, level, name, faults, goal);
      }
    }
  }
  // Convolutions of 64 channels, of LeNet and of a first layer; layers of MLPs; a small batch.
  const accel::GemmShape shapes[] = {kShape,          {4096, 16, 27}, {6400, 16, 150},
                                     {256, 128, 784}, {1000, 10, 64}, {64, 64, 576},
                                     {16, 128, 784}};
  for (const auto& level : bits::simd_levels()) {
    for (const auto& gathers : bench::gather_levels()) {
      if (gathers == "AVX2" ? level != "AVX2" : level.rfind("AVX3", 0) != 0) continue;
      for (const auto& shape : shapes) {
        benchmark::RegisterBenchmark(
            fmt::format("{}/beside_{}_gathers/{}x{}x{}", level, gathers, shape.m, shape.n, shape.k)
                .c_str(),
            table_gemm_and_gathers, level, gathers, shape);
      }
    }
  }
  benchmark::RegisterBenchmark("pe_map/gpu_1_sm", pe_map, 1);
  benchmark::RegisterBenchmark("pe_map/gpu_108_sms", pe_map, 108);
  benchmark::RegisterBenchmark("pack_two_tables", pack_tables);
}

}  // namespace
}  // namespace faultwave::replay

int main(int argc, char** argv) {
  ::setenv("FAULTWAVE_ROOT", FAULTWAVE_SOURCE_DIR, 0);
  ::setenv("FAULTWAVE_CACHE", FAULTWAVE_BINARY_DIR "/cache", 0);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  faultwave::replay::register_all();
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
