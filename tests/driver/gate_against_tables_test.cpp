// Gate-level accelerators and the product tables that mitigations see must be the same machines.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "base/file.hpp"
#include "driver/accelerator.hpp"
#include "driver/locus_tables.hpp"
#include "driver/network_runner.hpp"
#include "driver/small_network.hpp"
#include "nn/kernels.hpp"
#include "support/multipliers.hpp"
#include "support/random_accelerator.hpp"
#include "systemc/tpu_system.hpp"

namespace faultwave::driver {
namespace {

uint64_t test_seed() { return std::stoull(environment("FAULTWAVE_TEST_SEED", "1")); }

/// Every product from the table of the PE that the accelerator says computes it.
std::vector<int32_t> sums_by_tables(const accel::GemmJob& job, const accel::Accelerator& mapping,
                                    const LocusTables& tables, const std::set<int>& bypassed) {
  std::vector<int> pes(static_cast<std::size_t>(mapping.k_period()));
  std::vector<int32_t> sums;
  for (int64_t m = 0; m < job.m; ++m) {
    for (int64_t n = 0; n < job.n; ++n) {
      mapping.pes_of_output({job.m, job.n, job.k}, m, n, pes.data());
      uint32_t sum = 0;
      for (int64_t k = 0; k < job.k; ++k) {
        const auto place = k * job.n + n;
        const int pe = pes[static_cast<std::size_t>(k) % pes.size()];
        if ((job.weight_flags[place] & accel::kBypass) != 0 || bypassed.count(pe) != 0) continue;
        const int activation = job.activations[m * job.k + k];
        const int weight = job.weights[place];
        const auto& table = tables.tables[tables.at(pe)];
        const int32_t product =
            job.weight_on_port_a ? table.at(weight, activation) : table.at(activation, weight);
        const bool negate = (job.weight_flags[place] & accel::kNegate) != 0;
        sum += static_cast<uint32_t>(negate ? -product : product);
      }
      sums.push_back(static_cast<int32_t>(sum));
    }
  }
  return sums;
}

using test_support::random_accelerator;
using test_support::random_fault;

TEST(GateAgainstTables, sums_agree_for_random_faults_in_nets_weights_and_activations) {
  const uint64_t seed = test_seed();
  SCOPED_TRACE(fmt::format("seed {}", seed));
  CounterRng rng(seed, 31);
  verilated::PeModelLibrary library;
  for (int round = 0; round < 48; ++round) {
    const bool is_signed = round % 2 == 1;
    const bool weight_on_port_a = round % 4 < 2;
    const auto multiplier = test_support::array_multiplier(is_signed);
    const auto sites = netlist::enumerate_sites(multiplier);
    auto config = random_accelerator(round % 3 != 0, rng);
    const auto space = pe_space(config);
    std::vector<fault::Fault> faults;
    for (int i = 0; i < 2 + space.size() / 4; ++i) {
      faults.push_back(random_fault(sites, space.size(), rng));
    }
    const auto tables = build_locus_tables(multiplier, faults, space, weight_on_port_a);
    EXPECT_FALSE(tables.faulty_pes().empty());
    const auto gate =
        make_accelerator(config, multiplier, library, faults,
                         {.weight_on_port_a = weight_on_port_a, .product_is_signed = is_signed});
    constexpr accel::GemmShape kShape{37, 11, 41};
    const auto activations = random_images(rng.next(), kShape.m * kShape.k);
    const auto weights = random_images(rng.next(), kShape.k * kShape.n);
    auto flags = random_images(rng.next(), kShape.k * kShape.n);
    for (auto& flag : flags) flag &= 3;
    std::vector<int> bypassed;
    for (const int pe : tables.faulty_pes()) {
      if (round % 8 > 4) bypassed.push_back(pe);
    }
    accel::GemmJob job;
    job.m = kShape.m;
    job.n = kShape.n;
    job.k = kShape.k;
    job.activations = activations.data();
    job.weights = weights.data();
    job.weight_flags = flags.data();
    job.product_is_signed = is_signed;
    job.weight_on_port_a = weight_on_port_a;
    std::vector<int32_t> seen(kShape.m * kShape.n);
    gate->set_bypassed_pes(bypassed);
    const int64_t cycles = gate->run_gemm(job, seen.data()).total;
    const auto expected =
        sums_by_tables(job, *gate, tables, std::set<int>(bypassed.begin(), bypassed.end()));
    ASSERT_EQ(seen, expected) << "round " << round << " " << description(config);
    std::visit([](auto& value) { value.pe_model = accel::PeModelKind::kNative; }, config);
    const auto native =
        make_accelerator(config, multiplier, library, faults,
                         {.weight_on_port_a = weight_on_port_a, .product_is_signed = is_signed});
    native->set_bypassed_pes(bypassed);
    const auto report = native->run_gemm(job, seen.data());
    ASSERT_EQ(seen, expected) << "native, round " << round << " " << description(config);
    ASSERT_EQ(report.total, cycles);
  }
}

TEST(GateAgainstTables, counts_of_a_weight_are_those_of_its_products) {
  const uint64_t seed = test_seed();
  SCOPED_TRACE(fmt::format("seed {}", seed));
  CounterRng rng(seed, 32);
  verilated::PeModelLibrary library;
  const auto multiplier = test_support::array_multiplier();
  for (int round = 0; round < 12; ++round) {
    const auto gate =
        make_accelerator(random_accelerator(round % 3 != 0, rng), multiplier, library, {}, {});
    const accel::GemmShape shape{1 + static_cast<int64_t>(rng.below(150)), 9, 20};
    std::vector<int> pes(static_cast<std::size_t>(gate->k_period()));
    for (int64_t k = 0; k < shape.k; ++k) {
      for (int64_t n = 0; n < shape.n; ++n) {
        std::map<int, int64_t> counts;
        for (int64_t m = 0; m < shape.m; ++m) {
          gate->pes_of_output(shape, m, n, pes.data());
          ++counts[pes[static_cast<std::size_t>(k % gate->k_period())]];
        }
        std::vector<accel::PeCount> expected;
        for (const auto& [pe, count] : counts) expected.push_back({pe, count});
        ASSERT_EQ(gate->pes_of_weight(shape, k, n), expected) << round;
      }
    }
  }
}

TEST(GateAgainstTables, a_top_partial_sum_bit_wraps_around_like_hardware) {
  // Column 1 holds outputs 1 of the last layer; its 27 inputs pass the faulty bottom register in
  // seven tiles, and seven inversions of bit 31 are one.
  verilated::PeModelLibrary library;
  const auto multiplier = test_support::array_multiplier();
  auto network = small_network(5, 7);
  const nn::Layer dense = network.layers.back();
  const auto exact_sums = [&](const std::vector<uint8_t>& images) {
    return nn::run_exact(network, images.data(), 4).logits;
  };
  network.values = {network.values[3], network.values[4]};
  network.layers = {dense};
  network.layers[0].inputs = {0};
  network.layers[0].output = 1;
  network.input = 0;
  network.output = 1;
  const auto images = random_images(6, 4 * 27);
  systemc::TpuConfig config;
  config.rows = config.cols = 4;
  const auto space = fault::PeSpace::array(4, 4);
  systemc::TpuSystem tpu(config, multiplier, library,
                         {fault::parse_fault(multiplier, "pe[3][1].psum[31].inv", space)}, {});
  const auto result = run_network(network, load_unmodified(network), tpu, {}, images.data(), 4);
  auto expected = exact_sums(images);
  for (std::size_t i = 1; i < expected.size(); i += 5) {
    expected[i] = static_cast<int32_t>(static_cast<uint32_t>(expected[i]) ^ 0x80000000u);
  }
  EXPECT_EQ(result.logits, expected);
}

}  // namespace
}  // namespace faultwave::driver
