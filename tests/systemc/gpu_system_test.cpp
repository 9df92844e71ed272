#include "systemc/gpu_system.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "base/error.hpp"
#include "base/file.hpp"
#include "netlist/evaluate.hpp"
#include "support/multipliers.hpp"
#include "systemc/gemm_problem.hpp"
#include "systemc/gpu_mapping.hpp"

namespace faultwave::systemc {
namespace {

using accel::Cause;
using testing::HasSubstr;

uint64_t test_seed() { return std::stoull(environment("FAULTWAVE_TEST_SEED", "1")); }

struct Outcome {
  accel::CycleReport report;
  std::vector<int32_t> sums;
};

Outcome run_on(GpuSystem& gpu, const Problem& problem, bool is_signed = false) {
  Outcome outcome;
  outcome.sums.resize(static_cast<std::size_t>(problem.m * problem.n));
  outcome.report = gpu.run_gemm(problem.job(is_signed), outcome.sums.data());
  const auto& report = outcome.report;
  EXPECT_EQ(report.total * report.num_units,
            std::accumulate(report.by_cause.begin(), report.by_cause.end(), int64_t{0}));
  for (int i = 0; i < accel::kNumCauses; ++i) {
    const auto cause = static_cast<Cause>(i);
    const auto causes = gpu.causes();
    EXPECT_GE(report[cause], 0);
    const bool is_listed = std::find(causes.begin(), causes.end(), cause) != causes.end();
    EXPECT_TRUE(is_listed || report[cause] == 0) << accel::to_string(cause);
  }
  return outcome;
}

Outcome run(const GpuConfig& config, const Problem& problem, bool is_signed = false,
            std::vector<fault::Fault> faults = {}) {
  const auto multiplier = test_support::array_multiplier(is_signed);
  verilated::PeModelLibrary library;
  GpuSystem gpu(config, multiplier, library, std::move(faults),
                {.weight_on_port_a = true, .product_is_signed = is_signed});
  return run_on(gpu, problem, is_signed);
}

GpuConfig one_sm(const std::string& preset) {
  GpuConfig config = gpu_preset(preset);
  config.sms = 1;
  return config;
}

/// One warp per CTA, one mma per warp tile.
GpuConfig one_mma_per_cta(const std::string& preset) {
  GpuConfig config = one_sm(preset);
  config.cta_m = config.warp_m = config.tensor_core.mma_m;
  config.cta_n = config.warp_n = config.tensor_core.mma_n;
  config.cta_k = config.tensor_core.mma_k;
  return config;
}

class EveryPreset : public testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Presets, EveryPreset, testing::ValuesIn(gpu_preset_names()),
                         [](const auto& test) { return test.param; });

TEST_P(EveryPreset, sums_equal_a_plain_product_for_sizes_that_fit_and_sizes_that_do_not) {
  for (const bool is_signed : {false, true}) {
    const auto table = netlist::product_table(test_support::array_multiplier(is_signed));
    for (const auto& [m, n, k] : std::vector<std::array<int, 3>>{
             {64, 64, 64}, {1, 1, 1}, {65, 33, 65}, {130, 70, 200}, {17, 10, 784}}) {
      const auto problem = random_problem(m, n, k, test_seed());
      EXPECT_EQ(run(one_sm(GetParam()), problem, is_signed).sums,
                reference_sums(
                    problem, [&](int64_t, int64_t, int64_t) -> const auto& { return table; }))
          << m << "x" << n << "x" << k;
    }
  }
}

TEST_P(EveryPreset, sums_do_not_depend_on_scheduler_layout_copies_sms_or_memory) {
  const auto problem = random_problem(150, 90, 130, test_seed());
  const auto expected = run(one_sm(GetParam()), problem).sums;
  for (int variant = 0; variant < 6; ++variant) {
    GpuConfig config = one_sm(GetParam());
    if (variant == 0) config.scheduler = WarpScheduler::kLooseRoundRobin;
    if (variant == 1) config.shared_layout = SharedLayout::kLinear;
    if (variant == 2) config.async_copy = !config.async_copy;
    if (variant == 3) config.sms = 5;
    if (variant == 4) config.global_gb_s = 1;
    if (variant == 5) {
      config.shared_latency_cycles = 2;
      config.global_latency_cycles = 4;
      config.mma_pipe_cycles = 2;
      config.register_read_ports = 64;
    }
    EXPECT_EQ(run(config, problem).sums, expected) << variant;
  }
}

TEST_P(EveryPreset, each_lane_computes_the_products_that_the_mapping_names_in_one_mma) {
  // With one lane bypassed an output lacks exactly the products of that lane.
  const GpuConfig config = one_mma_per_cta(GetParam());
  const auto& core = config.tensor_core;
  const auto multiplier = test_support::array_multiplier();
  verilated::PeModelLibrary library;
  GpuSystem gpu(config, multiplier, library, {}, {});
  auto problem = random_problem(core.mma_m, core.mma_n, core.mma_k, test_seed());
  std::fill(problem.flags.begin(), problem.flags.end(), uint8_t{0});
  for (auto& code : problem.activations) code |= 1;
  for (auto& code : problem.weights) code |= 1;
  const auto golden = run_on(gpu, problem).sums;
  const GpuMapping mapping(config, {problem.m, problem.n, problem.k});
  int64_t num_products = 0;
  for (int lane = 0; lane < core.num_lanes(); ++lane) {
    gpu.set_bypassed_pes({lane});
    const auto sums = run_on(gpu, problem).sums;
    for (int64_t m = 0; m < problem.m; ++m) {
      for (int64_t n = 0; n < problem.n; ++n) {
        int32_t lacking = 0;
        for (int64_t k = 0; k < problem.k; ++k) {
          if (mapping.pe_of(m, n, k) != lane) continue;
          ++num_products;
          lacking += problem.activations[static_cast<std::size_t>(m * problem.k + k)] *
                     problem.weights[static_cast<std::size_t>(k * problem.n + n)];
        }
        const auto place = static_cast<std::size_t>(m * problem.n + n);
        ASSERT_EQ(golden[place] - sums[place], lacking) << "lane " << lane << " " << m << "," << n;
      }
    }
  }
  EXPECT_EQ(num_products, core.mma_m * core.mma_n * core.mma_k);
}

TEST_P(EveryPreset, an_accumulator_fault_acts_on_every_step_of_the_outputs_of_its_unit) {
  CounterRng rng(test_seed(), 41);
  SCOPED_TRACE(fmt::format("FAULTWAVE_TEST_SEED={}", test_seed()));
  const GpuConfig config = one_sm(GetParam());
  const auto& core = config.tensor_core;
  const auto table = netlist::product_table(test_support::array_multiplier());
  for (int i = 0; i < 6; ++i) {
    auto problem = random_problem(70, 40, 90, rng.next());
    std::fill(problem.flags.begin(), problem.flags.end(), uint8_t{0});
    fault::Fault fault;
    fault.pe = static_cast<int>(rng.below(static_cast<uint64_t>(config.sub_cores) *
                                          static_cast<uint64_t>(core.num_lanes())));
    fault.unit = fault::Unit::kPartialSum;
    fault.bit = static_cast<int>(rng.below(32));
    fault.kind = static_cast<netlist::FaultKind>(i % 3);
    const uint32_t bit = uint32_t{1} << fault.bit;
    const GpuMapping mapping(config, {problem.m, problem.n, problem.k});
    std::vector<int32_t> expected;
    for (int64_t m = 0; m < problem.m; ++m) {
      for (int64_t n = 0; n < problem.n; ++n) {
        const bool is_hit = mapping.pe_of(m, n, 0) / core.depth == fault.pe / core.depth;
        uint32_t sum = 0;
        for (int64_t k0 = 0; k0 < mapping.num_k_tiles() * config.cta_k; k0 += core.depth) {
          for (int64_t k = k0; k < std::min<int64_t>(k0 + core.depth, problem.k); ++k) {
            sum += static_cast<uint32_t>(
                table.at(problem.weights[static_cast<std::size_t>(k * problem.n + n)],
                         problem.activations[static_cast<std::size_t>(m * problem.k + k)]));
          }
          if (!is_hit) continue;
          if (fault.kind == netlist::FaultKind::kStuckAt0) sum &= ~bit;
          if (fault.kind == netlist::FaultKind::kStuckAt1) sum |= bit;
          if (fault.kind == netlist::FaultKind::kInvert) sum ^= bit;
        }
        expected.push_back(static_cast<int32_t>(sum));
      }
    }
    EXPECT_EQ(run(config, problem, false, {fault}).sums, expected) << i;
  }
}

TEST_P(EveryPreset, a_window_acts_in_its_cycles_and_on_its_lane_only) {
  const GpuConfig config = one_sm(GetParam());
  const auto problem = random_problem(256, 64, 256, test_seed());
  const auto golden = run(config, problem);
  const auto sites = netlist::enumerate_sites(test_support::array_multiplier());
  fault::Fault fault;
  fault.pe = config.tensor_core.num_lanes() + 9;
  fault.unit = fault::Unit::kWeight;
  fault.bit = 7;
  fault.kind = netlist::FaultKind::kInvert;
  const auto permanent = run(config, problem, false, {fault}).sums;
  const auto cycles = static_cast<uint64_t>(golden.report.total);

  fault.window = {cycles + 10, cycles + 20};
  EXPECT_EQ(run(config, problem, false, {fault}).sums, golden.sums);
  fault.window = {0, cycles};
  EXPECT_EQ(run(config, problem, false, {fault}).sums, permanent);

  fault.window = {cycles / 3, cycles / 2};
  const auto transient = run(config, problem, false, {fault}).sums;
  EXPECT_NE(transient, golden.sums);
  EXPECT_NE(transient, permanent);
  const GpuMapping mapping(config, {problem.m, problem.n, problem.k});
  for (int64_t m = 0; m < problem.m; ++m) {
    for (int64_t n = 0; n < problem.n; ++n) {
      const auto place = static_cast<std::size_t>(m * problem.n + n);
      if (transient[place] == golden.sums[place]) continue;
      const int first = mapping.pe_of(m, n, 0);
      EXPECT_TRUE(fault.pe >= first && fault.pe < first + config.tensor_core.depth);
    }
  }
}

TEST(GpuSystem, faults_on_one_sm_leave_the_ctas_of_the_others_alone) {
  GpuConfig config = one_sm("ampere_a100");
  config.sms = 3;
  const auto problem = random_problem(64 * 4, 64 * 2, 64, test_seed());
  std::vector<fault::Fault> faults;
  const int lanes_of_sm = config.sub_cores * config.tensor_core.num_lanes();
  for (int lane = 0; lane < lanes_of_sm; ++lane) {
    fault::Fault fault;
    fault.pe = lanes_of_sm + lane;
    fault.unit = fault::Unit::kWeight;
    fault.bit = 6;
    fault.kind = netlist::FaultKind::kInvert;
    faults.push_back(fault);
  }
  const auto golden = run(config, problem).sums;
  const auto faulty = run(config, problem, false, faults).sums;
  for (int64_t m = 0; m < problem.m; ++m) {
    int64_t differing = 0;
    for (int64_t n = 0; n < problem.n; ++n) {
      const auto place = static_cast<std::size_t>(m * problem.n + n);
      const int64_t cta = m / 64 * 2 + n / 64;
      const bool differs = faulty[place] != golden[place];
      EXPECT_TRUE(cta % 3 == 1 || !differs) << m << "," << n;
      differing += differs ? 1 : 0;
    }
    const int64_t first_cta = m / 64 * 2;
    EXPECT_EQ(differing > 0, first_cta % 3 == 1 || (first_cta + 1) % 3 == 1) << m;
  }
}

TEST(GpuSystem, later_products_take_the_same_cycles_and_time_goes_on) {
  const auto multiplier = test_support::array_multiplier();
  verilated::PeModelLibrary library;
  GpuConfig config = one_sm("ampere_a100");
  config.sms = 2;
  GpuSystem gpu(config, multiplier, library, {}, {});
  const auto problem = random_problem(200, 70, 100, test_seed());
  const auto first = run_on(gpu, problem);
  EXPECT_EQ(gpu.cycle(), static_cast<uint64_t>(first.report.total));
  const auto vector = gpu.run_vector("pool", 1000);
  EXPECT_EQ(vector.total, vector[Cause::kVector] / vector.num_units);
  EXPECT_GT(vector.total, 2 * config.global_latency_cycles);
  EXPECT_EQ(gpu.cycle(), static_cast<uint64_t>(first.report.total + vector.total));
  const auto second = run_on(gpu, problem);
  EXPECT_EQ(second.sums, first.sums);
  EXPECT_EQ(second.report.total, first.report.total);
  EXPECT_EQ(second.report.by_cause, first.report.by_cause);
  EXPECT_EQ(second.report.multiplications, first.report.multiplications);
}

TEST(GpuSystem, multiplications_are_those_of_the_product_and_occupancy_is_a_share) {
  auto problem = random_problem(100, 50, 77, test_seed());
  std::fill(problem.flags.begin(), problem.flags.end(), uint8_t{0});
  const auto report = run(one_sm("ampere_a100"), problem).report;
  EXPECT_EQ(report.multiplications, 100 * 50 * 77);
  EXPECT_GT(report.occupancy(), 0);
  EXPECT_LE(report.occupancy(), 1);
  EXPECT_GT(report.utilisation(), 0);
}

// ---- timing ----

MmaTiming time_mma(const GpuConfig& config, const MmaBenchmark& benchmark) {
  const auto multiplier = test_support::array_multiplier();
  verilated::PeModelLibrary library;
  return GpuSystem(config, multiplier, library, {}, {}).run_mma(benchmark);
}

TEST(GpuTiming, a100_mma_figures_are_those_of_the_silicon) {
  const GpuConfig config = one_sm("ampere_a100");
  // 24.7 cycles and 1,986.5 FMA/clk/SM: Sun et al., TPDS 2022.
  EXPECT_EQ(time_mma(config, {.warps = 1, .chains = 1, .repeat = 50}).cycles, 50 * 25);
  EXPECT_NEAR(time_mma(config, {.warps = 8, .chains = 2, .repeat = 500}).multiply_adds_per_cycle,
              1986.5, 0.005 * 1986.5);
}

TEST(GpuTiming, turing_wmma_takes_the_cycles_of_the_silicon) {
  // 59 cycles: Raihan et al., ISPASS 2019.
  EXPECT_EQ(
      time_mma(one_sm("turing"),
               {.warps = 1, .chains = 1, .tile_m = 16, .tile_n = 16, .tile_k = 16, .repeat = 20})
          .cycles,
      20 * 59);
}

TEST(GpuTiming, independent_mma_of_a_warp_follow_at_the_interval_until_the_tensor_core_is_full) {
  const GpuConfig config = one_sm("ampere_a100");
  for (int chains = 1; chains <= 4; ++chains) {
    EXPECT_EQ(time_mma(config, {.warps = 4, .chains = chains, .repeat = 10}).cycles,
              10 * (25 + 8 * (chains - 1)));
  }
  // Four warps on a sub-core keep it busy: 8 cycles per mma, once the first has its operands.
  GpuConfig fair = config;
  fair.scheduler = WarpScheduler::kLooseRoundRobin;
  const auto full = time_mma(fair, {.warps = 16, .chains = 2, .repeat = 100});
  EXPECT_EQ(full.multiply_adds, int64_t{16} * 2 * 100 * 4096);
  EXPECT_EQ(full.cycles, 8 * 4 * 2 * 100 + 17);
  // Greedy-then-oldest: three warps fill the tensor core, the youngest starves and then runs alone.
  const auto greedy = time_mma(config, {.warps = 16, .chains = 2, .repeat = 100});
  EXPECT_EQ(greedy.cycles, 8 * 3 * 2 * 100 + 33 * 100);
}

TEST(GpuTiming, few_register_ports_make_operands_the_bottleneck) {
  GpuConfig config = one_sm("ampere_a100");
  config.register_read_ports = 1;  // ten registers per mma
  const auto timing = time_mma(config, {.warps = 16, .chains = 2, .repeat = 100});
  EXPECT_NEAR(static_cast<double>(timing.cycles), 10.0 * 4 * 2 * 100, 30);
}

TEST(GpuTiming, bank_conflicts_follow_from_the_layout) {
  GpuConfig config = one_sm("ampere_a100");
  for (int column = 0; column < 64; column += 16) {
    config.shared_layout = SharedLayout::kLinear;
    EXPECT_EQ(shared_phase_cycles(config, 0, 8, column), 4);  // rows of 64 bytes: half the banks
    config.shared_layout = SharedLayout::kPadded;
    EXPECT_EQ(shared_phase_cycles(config, 0, 8, column), 1);
    config.shared_layout = SharedLayout::kSwizzled;
    EXPECT_EQ(shared_phase_cycles(config, 0, 8, column), 1);
  }
  config.shared_layout = SharedLayout::kLinear;
  config.cta_k = 128;
  EXPECT_EQ(shared_phase_cycles(config, 0, 8, 16), 8);
  config.shared_layout = SharedLayout::kSwizzled;
  EXPECT_EQ(shared_phase_cycles(config, 0, 8, 16), 1);

  const auto problem = random_problem(256, 128, 256, test_seed());
  GpuConfig kernel = one_sm("ampere_a100");
  const auto swizzled = run(kernel, problem).report;
  kernel.shared_layout = SharedLayout::kLinear;
  const auto linear = run(kernel, problem).report;
  EXPECT_EQ(swizzled[Cause::kSharedConflict], 0);
  EXPECT_GT(linear[Cause::kSharedConflict], 0);
  EXPECT_GT(linear.total, swizzled.total);
}

TEST(GpuTiming, global_memory_bounds_a_product_from_below) {
  const auto problem = random_problem(512, 64, 512, test_seed());
  GpuConfig config = one_sm("ampere_a100");
  config.global_gb_s = 14.1;  // 10 bytes per cycle
  const auto slow = run(config, problem).report;
  // Every CTA (8) loads its tiles of A and all of B.
  const int64_t bytes = 512 * 512 + 8 * 64 * 512;
  EXPECT_GE(slow.total, bytes / 10);
  EXPECT_LT(slow.total, bytes / 10 * 12 / 10);
  config.global_gb_s = 0;
  config.sm_bytes_per_cycle = 1 << 20;
  const auto ideal = run(config, problem).report;
  EXPECT_LT(ideal.total, slow.total / 3);
  EXPECT_GT(slow[Cause::kGlobalWait], 2 * ideal[Cause::kGlobalWait]);
}

TEST(GpuTiming, repeated_im2col_bytes_come_from_the_cache) {
  const auto problem = random_problem(512, 16, 512, test_seed());
  const auto multiplier = test_support::array_multiplier();
  verilated::PeModelLibrary library;
  GpuConfig config = one_sm("ampere_a100");
  config.global_gb_s = 14.1;
  GpuSystem gpu(config, multiplier, library, {}, {});
  std::vector<int32_t> sums(512 * 16);
  auto job = problem.job(false);
  const auto whole = gpu.run_gemm(job, sums.data());
  const auto expected = sums;
  job.buffer_bytes = 512 * 512 / 8;
  const auto cached = gpu.run_gemm(job, sums.data());
  EXPECT_EQ(sums, expected);
  EXPECT_LT(cached.total, whole.total / 2);
}

TEST(GpuTiming, more_sms_share_the_ctas) {
  const auto problem = random_problem(64 * 8, 64, 512, test_seed());
  GpuConfig config = one_sm("ampere_a100");
  config.max_ctas = 1;
  const auto one = run(config, problem).report;
  config.sms = 8;
  const auto eight = run(config, problem).report;
  EXPECT_LT(eight.total, one.total / 6);
  EXPECT_EQ(eight.multiplications, one.multiplications);
}

// ---- refusals ----

struct BadGpu {
  const char* name;
  void (*spoil)(GpuConfig&);
  const char* message;
};

class BadGpuConfig : public testing::TestWithParam<BadGpu> {};

TEST_P(BadGpuConfig, is_refused_with_what_is_wrong_and_a_fix) {
  GpuConfig config = one_sm("ampere_a100");
  GetParam().spoil(config);
  try {
    config.check();
    FAIL() << "accepted";
  } catch (const UsageError& error) {
    EXPECT_THAT(error.what(), HasSubstr(GetParam().message));
    EXPECT_THAT(error.what(), HasSubstr("fix: "));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Cases, BadGpuConfig,
    testing::Values(
        BadGpu{"no_sm", [](GpuConfig& c) { c.sms = 0; }, "sms 0 is out of range"},
        BadGpu{"too_many_sms", [](GpuConfig& c) { c.sms = 145; }, "use 1 to 144"},
        BadGpu{"odd_tensor_core", [](GpuConfig& c) { c.tensor_core.rows = 6; },
               "a tensor core of 6x4 dot-product units is impossible"},
        BadGpu{"deep_tensor_core", [](GpuConfig& c) { c.tensor_core.depth = 128; },
               "dot-product units of 128 lanes are impossible"},
        BadGpu{"mma_does_not_divide", [](GpuConfig& c) { c.tensor_core.mma_m = 12; },
               "mma_m 12 does not divide into rows 8"},
        BadGpu{"mma_returns_at_once",
               [](GpuConfig& c) { c.tensor_core.mma_m = 8, c.tensor_core.mma_n = 4; },
               "returns to the same sums in the next cycle"},
        BadGpu{"warp_does_not_divide", [](GpuConfig& c) { c.warp_m = 40; },
               "warp_m 40 does not divide into mma_m 16"},
        BadGpu{"cta_does_not_divide", [](GpuConfig& c) { c.cta_m = 80; },
               "cta_m 80 does not divide into warp_m 32"},
        BadGpu{"k_does_not_divide", [](GpuConfig& c) { c.cta_k = 48; },
               "cta_k 48 does not divide into mma_k 32"},
        BadGpu{"k_cannot_be_swizzled", [](GpuConfig& c) { c.cta_k = 96; },
               "cta_k 96 cannot be swizzled"},
        BadGpu{"shared_memory", [](GpuConfig& c) { c.shared_memory_bytes = 16000; },
               "too little shared memory: two stages of 64x64 and 64x64 bytes need 16384 bytes, an "
               "SM has 16000"},
        BadGpu{"registers_of_a_thread",
               [](GpuConfig& c) { c.cta_m = c.warp_m = 128, c.cta_n = c.warp_n = 64; },
               "registers per thread, there are 255"},
        BadGpu{"registers_of_an_sm", [](GpuConfig& c) { c.registers = 4096; },
               "registers, an SM has 4096"},
        BadGpu{"warps", [](GpuConfig& c) { c.max_warps = 3; }, "has 4 warps, an SM holds 3"},
        BadGpu{"banks", [](GpuConfig& c) { c.shared_banks = 30; },
               "30 shared-memory banks are impossible"},
        BadGpu{"latency", [](GpuConfig& c) { c.mma_pipe_cycles = 1; },
               "mma_pipe_cycles 1 is out of range"},
        BadGpu{"bandwidth", [](GpuConfig& c) { c.global_gb_s = -1; },
               "global_gb_s -1 is out of range"}),
    [](const auto& test) { return test.param.name; });

TEST(GpuConfig, unknown_presets_are_refused_with_the_nearest) {
  try {
    gpu_preset("ampere_a10");
    FAIL() << "accepted";
  } catch (const UsageError& error) {
    EXPECT_THAT(error.what(), HasSubstr("unknown GPU preset 'ampere_a10'"));
    EXPECT_THAT(error.what(), HasSubstr("did you mean 'ampere_a100'?"));
  }
}

TEST(GpuSystem, faults_and_benchmarks_outside_the_gpu_are_refused) {
  const auto multiplier = test_support::array_multiplier();
  verilated::PeModelLibrary library;
  const GpuConfig config = one_sm("turing");
  fault::Fault fault;
  fault.unit = fault::Unit::kWeight;
  fault.pe = 4 * 256;
  EXPECT_THROW(GpuSystem(config, multiplier, library, {fault}, {}), UsageError);
  fault.pe = 0;
  fault.bit = 8;
  EXPECT_THROW(GpuSystem(config, multiplier, library, {fault}, {}), UsageError);
  GpuSystem gpu(config, multiplier, library, {}, {});
  EXPECT_THROW(gpu.run_mma({.warps = 1, .tile_m = 12, .tile_n = 8, .tile_k = 16}), UsageError);
  EXPECT_THROW(gpu.run_mma({.warps = 33, .tile_m = 8, .tile_n = 8, .tile_k = 16}), UsageError);
  EXPECT_THROW(gpu.run_mma({.chains = 0, .tile_m = 8, .tile_n = 8, .tile_k = 16}), UsageError);
  EXPECT_THROW(gpu.run_mma({.tile_m = 8, .tile_n = 8, .tile_k = 16, .repeat = 0}), UsageError);
  std::vector<int32_t> sums(1);
  EXPECT_THROW(gpu.run_gemm({}, sums.data()), UsageError);
}

}  // namespace
}  // namespace faultwave::systemc
