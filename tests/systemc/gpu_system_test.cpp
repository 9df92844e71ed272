#include "systemc/gpu_system.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "base/error.hpp"
#include "netlist/evaluate.hpp"
#include "support/multipliers.hpp"
#include "systemc/gemm_problem.hpp"

namespace faultwave::systemc {
namespace {

using accel::Cause;

struct Outcome {
  accel::CycleReport report;
  std::vector<int32_t> sums;
};

Outcome run(const GpuConfig& config, const Problem& problem, bool is_signed = false,
            std::vector<fault::Fault> faults = {}) {
  const auto multiplier = test_support::array_multiplier(is_signed);
  verilated::PeModelLibrary library;
  GpuSystem gpu(config, multiplier, library, std::move(faults),
                {.weight_on_port_a = true, .product_is_signed = is_signed});
  Outcome outcome;
  outcome.sums.resize(static_cast<std::size_t>(problem.m * problem.n));
  outcome.report = gpu.run_gemm(problem.job(is_signed), outcome.sums.data());
  const auto& report = outcome.report;
  EXPECT_EQ(report.total * report.num_units,
            std::accumulate(report.by_cause.begin(), report.by_cause.end(), int64_t{0}));
  return outcome;
}

GpuConfig small(const std::string& preset) {
  GpuConfig config = gpu_preset(preset);
  config.sms = 1;
  return config;
}

TEST(GpuSystem, sums_equal_a_plain_product_for_sizes_that_fit_and_sizes_that_do_not) {
  const auto table = netlist::product_table(test_support::array_multiplier());
  for (const char* preset : {"ampere_a100", "turing"}) {
    for (const auto& [m, n, k] : std::vector<std::array<int, 3>>{
             {64, 32, 64}, {1, 1, 1}, {65, 33, 65}, {130, 70, 200}, {17, 10, 784}}) {
      const auto problem = random_problem(m, n, k, 1);
      const auto result = run(small(preset), problem);
      EXPECT_EQ(result.sums,
                reference_sums(
                    problem, [&](int64_t, int64_t, int64_t) -> const auto& { return table; }))
          << preset << " " << m << "x" << n << "x" << k;
    }
  }
}

TEST(GpuSystem, mma) {
  const auto multiplier = test_support::array_multiplier();
  verilated::PeModelLibrary library;
  for (auto scheduler : {WarpScheduler::kGreedyThenOldest, WarpScheduler::kLooseRoundRobin}) {
    GpuConfig config = small("ampere_a100");
    config.scheduler = scheduler;
    GpuSystem gpu(config, multiplier, library, {}, {});
    for (int warps : {1, 4, 8}) {
      for (int chains : {1, 2, 3}) {
        const auto timing = gpu.run_mma({.warps = warps, .chains = chains});
        printf("%s warps %d chains %d: %.2f cycles %.1f FMA/clk\n", to_string(scheduler).c_str(),
               warps, chains, timing.latency_cycles, timing.multiply_adds_per_cycle);
      }
    }
  }
  GpuSystem gpu(small("turing"), multiplier, library, {}, {});
  for (int warps : {1, 8}) {
    const auto timing = gpu.run_mma({.warps = warps, .tile_m = 16, .tile_n = 16, .tile_k = 16});
    printf("turing warps %d: %.2f cycles %.1f FMA/clk\n", warps, timing.latency_cycles,
           timing.multiply_adds_per_cycle);
  }
}

}  // namespace
}  // namespace faultwave::systemc
