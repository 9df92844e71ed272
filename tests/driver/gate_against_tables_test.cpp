// The gate-level TPU and the product tables that mitigations see must be the same machine.
#include <gtest/gtest.h>

#include "base/file.hpp"
#include "driver/locus_tables.hpp"
#include "driver/network_runner.hpp"
#include "driver/small_network.hpp"
#include "driver/table_accelerator.hpp"
#include "nn/kernels.hpp"
#include "support/multipliers.hpp"
#include "systemc/tpu_system.hpp"

namespace faultwave::driver {
namespace {

uint64_t test_seed() { return std::stoull(environment("FAULTWAVE_TEST_SEED", "1")); }

/// A permanent fault that a product table can express.
fault::Fault random_fault(const std::vector<netlist::Site>& sites, int rows, int cols,
                          CounterRng& rng) {
  fault::Fault fault;
  fault.locus = {static_cast<int>(rng.below(static_cast<uint64_t>(rows))),
                 static_cast<int>(rng.below(static_cast<uint64_t>(cols)))};
  fault.kind = static_cast<netlist::FaultKind>(rng.below(3));
  fault.unit = static_cast<fault::Unit>(rng.below(3));
  fault.bit = static_cast<int>(rng.below(8));
  if (fault.unit == fault::Unit::kMultiplier) fault.site = sites[rng.below(sites.size())];
  return fault;
}

TEST(GateAgainstTables, sums_agree_for_random_faults_in_nets_weights_and_activations) {
  const uint64_t seed = test_seed();
  SCOPED_TRACE(fmt::format("seed {}", seed));
  CounterRng rng(seed, 31);
  verilated::PeModelLibrary library;
  for (int round = 0; round < 16; ++round) {
    const bool is_signed = round % 2 == 1;
    const bool weight_on_port_a = round % 4 < 2;
    const auto multiplier = test_support::array_multiplier(is_signed);
    const auto sites = netlist::enumerate_sites(multiplier);
    systemc::TpuConfig config;
    config.rows = 2 + static_cast<int>(rng.below(6));
    config.cols = 2 + static_cast<int>(rng.below(6));
    std::vector<fault::Fault> faults;
    for (int i = 0; i < 12; ++i) {
      faults.push_back(random_fault(sites, config.rows, config.cols, rng));
    }
    const auto tables =
        build_locus_tables(multiplier, faults, config.rows, config.cols, weight_on_port_a);
    EXPECT_GT(tables.num_faulty(), 0);
    TableAccelerator slow(
        config.rows, config.cols, [&](int row, int col) -> const auto& {
          return tables.tables[tables.at(row, col)];
        });
    systemc::TpuSystem gate(config, multiplier, library, faults,
                            {.weight_on_port_a = weight_on_port_a, .product_is_signed = is_signed});
    const auto activations = random_images(rng.next(), 13 * 17);
    const auto weights = random_images(rng.next(), 17 * 11);
    auto flags = random_images(rng.next(), 17 * 11);
    for (auto& flag : flags) flag &= 3;
    accel::GemmJob job;
    job.m = 13;
    job.n = 11;
    job.k = 17;
    job.activations = activations.data();
    job.weights = weights.data();
    job.weight_flags = flags.data();
    job.product_is_signed = is_signed;
    job.weight_on_port_a = weight_on_port_a;
    std::vector<int32_t> seen(13 * 11);
    std::vector<int32_t> expected(13 * 11);
    gate.run_gemm(job, seen.data());
    slow.run_gemm(job, expected.data());
    ASSERT_EQ(seen, expected) << "round " << round;
  }
}

TEST(GateAgainstTables, a_top_partial_sum_bit_wraps_around_like_hardware) {
  verilated::PeModelLibrary library;
  const auto multiplier = test_support::array_multiplier();
  const auto network = small_network(5, 7);
  const auto images = random_images(6, 4 * 72);
  systemc::TpuConfig config;
  config.rows = config.cols = 4;
  std::vector<fault::Fault> faults = {
      fault::parse_fault(multiplier, "pe[3][1].psum[31].inv", 4, 4)};
  systemc::TpuSystem tpu(config, multiplier, library, faults, {});
  const auto result = run_network(network, load_unmodified(network), tpu, {}, images.data(), 4);
  // 27 inputs pass the faulty bottom register in seven tiles: seven inversions are one.
  const auto exact = nn::run_exact(network, images.data(), 4).logits;
  EXPECT_NE(result.logits, exact);
}

}  // namespace
}  // namespace faultwave::driver
