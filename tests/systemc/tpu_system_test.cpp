#include "systemc/tpu_system.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "base/file.hpp"
#include "base/rng.hpp"
#include "netlist/evaluate.hpp"
#include "support/multipliers.hpp"
#include "systemc/gemm_problem.hpp"
#include "systemc/tpu_program.hpp"

namespace faultwave::systemc {
namespace {

struct Outcome {
  accel::CycleReport report;
  std::vector<int32_t> sums;
};

Outcome run(const TpuConfig& config, const Problem& problem, bool is_signed = false,
            std::vector<fault::Fault> faults = {}) {
  const auto multiplier = test_support::array_multiplier(is_signed);
  verilated::PeModelLibrary library;
  TpuSystem tpu(config, multiplier, library, std::move(faults),
                {.weight_on_port_a = true, .product_is_signed = is_signed});
  Outcome result;
  result.sums.resize(static_cast<std::size_t>(problem.m * problem.n));
  result.report = tpu.run_gemm(problem.job(is_signed), result.sums.data());
  return result;
}

void expect_causes_add_up(const accel::CycleReport& report) {
  EXPECT_EQ(report.total,
            std::accumulate(report.by_cause.begin(), report.by_cause.end(), int64_t{0}));
}

TpuConfig ideal(int rows, int cols, Preload preload) {
  TpuConfig config;
  config.rows = rows;
  config.cols = cols;
  config.preload = preload;
  return config;
}

struct ClosedForm {
  int rows, cols;
  int64_t m, n, k, cycles;
};

class ScaleSim : public ::testing::TestWithParam<ClosedForm> {};

// Totals of SCALE-Sim v3, weight stationary; that tool reports the index of the last cycle.
TEST_P(ScaleSim, exposed_preload_takes_the_closed_form) {
  const auto& c = GetParam();
  const auto config = ideal(c.rows, c.cols, Preload::kExposed);
  const auto problem = random_problem(c.m, c.n, c.k, 1);
  const auto folds = folds_of(compile_gemm(config, problem.job(false)));
  EXPECT_EQ(exposed_cycles(config, folds) - 1, c.cycles);
  const Outcome result = run(config, problem);
  EXPECT_EQ(result.report.total - 1, c.cycles);
  expect_causes_add_up(result.report);
  EXPECT_EQ(result.report[accel::Cause::kWeightShift], static_cast<int64_t>(folds.size()) * c.rows);
}

INSTANTIATE_TEST_SUITE_P(
    Shapes, ScaleSim,
    ::testing::Values(ClosedForm{4, 4, 4, 4, 4, 13}, ClosedForm{8, 8, 8, 8, 8, 29},
                      ClosedForm{8, 16, 10, 20, 30, 319}, ClosedForm{16, 16, 50, 33, 70, 1439},
                      ClosedForm{32, 32, 100, 64, 128, 1551},
                      ClosedForm{32, 32, 256, 128, 256, 11199},
                      ClosedForm{256, 256, 256, 256, 256, 1021},
                      ClosedForm{256, 256, 200, 512, 600, 5795},
                      ClosedForm{32, 32, 3025, 96, 363, 112283}),
    [](const auto& test) { return fmt::format("{}_cycles", test.param.cycles); });

TEST(TpuSystem, hidden_preload_takes_its_closed_form_on_random_shapes) {
  CounterRng rng(3);
  for (int i = 0; i < 25; ++i) {
    auto config = ideal(1 + static_cast<int>(rng.below(12)), 1 + static_cast<int>(rng.below(12)),
                        Preload::kHidden);
    config.accumulator_rows = 1 + static_cast<int>(rng.below(40));
    const auto problem = random_problem(1 + static_cast<int64_t>(rng.below(50)),
                                        1 + static_cast<int64_t>(rng.below(30)),
                                        1 + static_cast<int64_t>(rng.below(30)), 5);
    SCOPED_TRACE(fmt::format("{}x{}, {} accumulator rows; {} x {} x {}", config.rows, config.cols,
                             config.accumulator_rows, problem.m, problem.n, problem.k));
    const Outcome result = run(config, problem);
    EXPECT_EQ(result.report.total,
              hidden_cycles(config, folds_of(compile_gemm(config, problem.job(false)))));
    expect_causes_add_up(result.report);
  }
}

TEST(TpuSystem, sums_are_the_integer_product_for_every_mode_sign_and_tiling) {
  CounterRng rng(4);
  for (int i = 0; i < 24; ++i) {
    const bool is_signed = i % 3 == 0;
    auto config = ideal(1 + static_cast<int>(rng.below(20)), 1 + static_cast<int>(rng.below(20)),
                        i % 2 == 0 ? Preload::kHidden : Preload::kExposed);
    config.accumulator_rows = 1 + static_cast<int>(rng.below(20));
    const auto problem = random_problem(
        1 + static_cast<int64_t>(rng.below(40)), 1 + static_cast<int64_t>(rng.below(45)),
        1 + static_cast<int64_t>(rng.below(45)), 10 + static_cast<uint64_t>(i));
    const auto exact = netlist::exact_table(is_signed);
    const Outcome result = run(config, problem, is_signed);
    EXPECT_EQ(result.sums,
              reference_sums(
                  problem, [&](int64_t, int64_t, int64_t) -> const auto& { return exact; }));
    const auto used = std::count_if(problem.flags.begin(), problem.flags.end(),
                                    [](uint8_t f) { return (f & accel::kBypass) == 0; });
    EXPECT_EQ(result.report.multiplications, problem.m * used);
  }
}

TEST(TpuSystem, one_instance_runs_products_of_changing_shape) {
  const auto config = ideal(5, 6, Preload::kHidden);
  const auto multiplier = test_support::array_multiplier();
  const auto exact = netlist::exact_table(false);
  verilated::PeModelLibrary library;
  TpuSystem tpu(config, multiplier, library, {}, {});
  CounterRng rng(12);
  for (int i = 0; i < 30; ++i) {
    const auto problem = random_problem(
        1 + static_cast<int64_t>(rng.below(30)), 1 + static_cast<int64_t>(rng.below(30)),
        1 + static_cast<int64_t>(rng.below(30)), 200 + static_cast<uint64_t>(i));
    std::vector<int32_t> sums(static_cast<std::size_t>(problem.m * problem.n));
    tpu.run_gemm(problem.job(false), sums.data());
    ASSERT_EQ(sums, reference_sums(
                        problem, [&](int64_t, int64_t, int64_t) -> const auto& { return exact; }));
  }
}

TEST(TpuSystem, a_faulty_pe_hurts_exactly_the_products_mapped_to_it) {
  const auto multiplier = test_support::array_multiplier();
  const auto sites = netlist::enumerate_sites(multiplier);
  CounterRng rng(6);
  for (int i = 0; i < 10; ++i) {
    const auto config =
        ideal(3 + static_cast<int>(rng.below(6)), 3 + static_cast<int>(rng.below(6)),
              i % 2 == 0 ? Preload::kHidden : Preload::kExposed);
    fault::Fault fault;
    const int row = static_cast<int>(rng.below(3));
    const int col = static_cast<int>(rng.below(3));
    fault.pe = row * config.cols + col;
    fault.site = sites[rng.below(sites.size())];
    fault.kind = static_cast<netlist::FaultKind>(rng.below(3));
    const netlist::NetFault net_fault{fault.site, fault.kind};
    const auto healthy = netlist::product_table(multiplier);
    const auto faulty = netlist::product_table(multiplier, {&net_fault, 1});
    const auto problem = random_problem(20, 14, 17, 100 + static_cast<uint64_t>(i));
    const auto expected = reference_sums(
        problem, [&](int64_t, int64_t n, int64_t k) -> const auto& {
          return k % config.rows == row && n % config.cols == col ? faulty : healthy;
        });
    EXPECT_EQ(run(config, problem, false, {fault}).sums, expected) << "case " << i;
  }
}

TEST(TpuSystem, a_window_that_never_opens_or_has_closed_changes_nothing) {
  const auto problem = random_problem(30, 8, 8, 9);
  fault::Fault fault;
  fault.unit = fault::Unit::kPartialSum;
  fault.bit = 20;
  fault.kind = netlist::FaultKind::kInvert;
  const auto config = ideal(8, 8, Preload::kHidden);
  const auto golden = run(config, problem).sums;
  fault.window = {100000, 200000};
  EXPECT_EQ(run(config, problem, false, {fault}).sums, golden);
  // Column 0 of row 0 holds the sum of activation row m during cycle rows + m.
  fault.window = {8 + 1 + 5, 8 + 1 + 6};
  const auto hit = run(config, problem, false, {fault}).sums;
  for (std::size_t i = 0; i < golden.size(); ++i) {
    EXPECT_EQ(hit[i] != golden[i], i == 5 * 8) << "sum " << i;
  }
}

// TPU v1: 256x256 at 700 MHz; a B x 256 product takes B pipelined cycles.
TEST(TpuSystem, tpu_v1_hides_the_256_cycle_shift_and_pipelines_batches) {
  auto config = tpu_preset("256x256");
  config.weight_dram_gb_s = 0;
  const auto once = folds_of(compile_gemm(config, random_problem(300, 256, 256, 1).job(false)));
  const auto many = folds_of(compile_gemm(config, random_problem(300, 256, 5 * 256, 1).job(false)));
  EXPECT_EQ(hidden_cycles(config, many) - hidden_cycles(config, once), 4 * 300);
  EXPECT_EQ(run(config, random_problem(300, 256, 512, 1)).report.total, 256 + 2 * 300 + 510);
}

TEST(TpuSystem, weight_bandwidth_of_34_gb_s_makes_a_64_kib_tile_take_1350_cycles) {
  auto config = tpu_preset("256x256");
  EXPECT_EQ(weight_tile_cycles(config), 1350);
  const auto problem = random_problem(2, 10, 3 * 256, 1);
  const auto report = run(config, problem).report;
  expect_causes_add_up(report);
  // Each tile is waited for; the last one then shifts (256), streams and drains.
  EXPECT_EQ(report.total, 3 * 1350 + 256 + 2 + 510);
  EXPECT_GT(report[accel::Cause::kWeightLoad], 2 * 500);
}

TEST(TpuSystem, host_transfers_wait_for_latency_and_bandwidth) {
  auto config = ideal(4, 4, Preload::kHidden);
  config.host_gb_s = 0.7;  // one byte per cycle at 700 MHz
  config.host_latency_cycles = 10;
  const auto problem = random_problem(4, 4, 4, 1);
  auto job = problem.job(false);
  job.input_bytes = 100;
  job.output_bytes = 50;
  const auto multiplier = test_support::array_multiplier();
  verilated::PeModelLibrary library;
  TpuSystem tpu(config, multiplier, library, {}, {});
  std::vector<int32_t> sums(16);
  const auto report = tpu.run_gemm(job, sums.data());
  EXPECT_EQ(report[accel::Cause::kHostWait], 110 + 60);
  expect_causes_add_up(report);
}

TEST(TpuSystem, activations_beyond_the_unified_buffer_are_streamed_in_pieces) {
  auto config = ideal(4, 4, Preload::kHidden);
  config.host_gb_s = 0.7;  // one byte per cycle at 700 MHz
  config.unified_buffer_bytes = 40;
  const auto problem = random_problem(20, 6, 8, 1);  // 160 bytes: four pieces of five rows
  const auto job = problem.job(false);
  EXPECT_EQ(rows_per_piece(config, job), 5);
  EXPECT_EQ(folds_of(compile_gemm(config, job)).size(), 4u * 2 * 2);
  const auto exact = netlist::exact_table(false);
  const Outcome result = run(config, problem);
  EXPECT_EQ(result.sums,
            reference_sums(
                problem, [&](int64_t, int64_t, int64_t) -> const auto& { return exact; }));
  EXPECT_EQ(result.report[accel::Cause::kHostWait], 160);
  expect_causes_add_up(result.report);
  config.unified_buffer_bytes = 8;
  EXPECT_EQ(rows_per_piece(config, job), 1);
  config.unified_buffer_bytes = 7;
  EXPECT_THROW(rows_per_piece(config, job), UsageError);
  auto tall = job;
  tall.m = 49;
  config.unified_buffer_bytes = 8;
  EXPECT_EQ(rows_per_piece(config, tall), 1);
}

TEST(TpuProgram, instructions_come_in_the_order_that_the_data_needs) {
  auto config = ideal(4, 4, Preload::kHidden);
  auto problem = random_problem(3, 5, 6, 1);
  auto job = problem.job(false);
  job.input_bytes = 18;
  job.output_bytes = 60;
  std::string listing;
  for (const auto& instruction : compile_gemm(config, job)) {
    listing += "rwmaW"[static_cast<int>(instruction.opcode)];
  }
  EXPECT_EQ(listing,
            "r"
            "wmwma"
            "wmwma"
            "W");
}

TEST(TpuProgram, products_of_too_many_passes_are_refused) {
  auto config = ideal(1, 1, Preload::kHidden);
  accel::GemmJob job;
  job.m = 1;
  job.n = 2048;
  job.k = 2048;
  EXPECT_EQ(folds_of(compile_gemm(config, job)).size(), static_cast<std::size_t>(kMaxFolds));
  job.n = 2049;
  EXPECT_THROW(compile_gemm(config, job), UsageError);
}

TEST(TpuSystem, time_goes_on_across_products_and_a_dependent_one_waits_for_the_results) {
  auto config = ideal(4, 4, Preload::kHidden);
  config.activation_latency_cycles = 50;
  const auto problem = random_problem(6, 4, 4, 1);
  const auto multiplier = test_support::array_multiplier();
  verilated::PeModelLibrary library;
  TpuSystem tpu(config, multiplier, library, {}, {});
  std::vector<int32_t> first(24);
  std::vector<int32_t> second(24);
  const auto cold = tpu.run_gemm(problem.job(false), first.data());
  const auto warm = tpu.run_gemm(problem.job(false), second.data());
  EXPECT_EQ(first, second);
  EXPECT_EQ(cold[accel::Cause::kReadAfterWrite], 0);
  // 50 cycles, of which the weight shift and the cycle of the first activation edge use four.
  EXPECT_EQ(warm.total - cold.total, 50 - 3);
  expect_causes_add_up(warm);
  EXPECT_EQ(tpu.cycle(), static_cast<uint64_t>(cold.total + warm.total));
  const auto vector = tpu.run_vector("pool", 17);
  EXPECT_EQ(vector[accel::Cause::kVector], 5);
  EXPECT_EQ(vector[accel::Cause::kReadAfterWrite], 50);
}

struct BadConfig {
  const char* name;
  void (*spoil)(TpuConfig&);
  const char* message;
};
class BadTpuConfig : public ::testing::TestWithParam<BadConfig> {};

TEST_P(BadTpuConfig, is_refused_with_its_limit) {
  TpuConfig config;
  EXPECT_NO_THROW(config.check());
  GetParam().spoil(config);
  try {
    config.check();
    FAIL() << "no exception";
  } catch (const UsageError& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr(GetParam().message));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Cases, BadTpuConfig,
    ::testing::Values(
        BadConfig{"rows_0", [](TpuConfig& c) { c.rows = 0; }, "rows and columns go from 1 to 512"},
        BadConfig{"cols_513", [](TpuConfig& c) { c.cols = 513; }, "array 16x513 is impossible"},
        BadConfig{"clock", [](TpuConfig& c) { c.clock_mhz = 0; }, "clock 0 MHz"},
        BadConfig{"accumulators", [](TpuConfig& c) { c.accumulator_rows = 0; }, "use at least 1"},
        BadConfig{"fifo", [](TpuConfig& c) { c.weight_fifo_tiles = 0; }, "FIFO holds no tile"},
        BadConfig{"clock_high", [](TpuConfig& c) { c.clock_mhz = 1e7; }, "use 1 to 100000"},
        BadConfig{"bandwidth", [](TpuConfig& c) { c.host_gb_s = -1; }, "bandwidth -1 GB/s"},
        BadConfig{"no_bandwidth", [](TpuConfig& c) { c.weight_dram_gb_s = 1e-300; },
                  "use 0 for ideal, or 0.001 to"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(TpuSystem, unknown_preset_names_the_known_ones) {
  try {
    tpu_preset("256x255");
    FAIL() << "no exception";
  } catch (const UsageError& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr("did you mean '256x256'"));
  }
}

}  // namespace
}  // namespace faultwave::systemc
