// The table engine and the gate-level accelerators must be the same machine.
#include "replay/table_accelerator.hpp"

#include <gtest/gtest.h>

#include "driver/locus_tables.hpp"
#include "driver/network_runner.hpp"
#include "driver/small_network.hpp"
#include "netlist/fault_site.hpp"
#include "replay/replay_fixture.hpp"
#include "support/multipliers.hpp"

namespace faultwave::replay {
namespace {

TEST(TableAccelerator, gives_the_logits_of_the_gate_engine) {
  SCOPED_TRACE(fmt::format("seed {}", test_seed()));
  CounterRng rng(test_seed(), 11);
  verilated::PeModelLibrary library;
  const auto network = driver::small_network(5, 7);
  const auto images = driver::random_images(6, 4 * network.values[0].shape.size());
  auto loaded = driver::load_unmodified(network);
  for (int round = 0; round < 12; ++round) {
    const auto config = random_accelerator(round % 2 == 0, rng);
    const auto space = driver::pe_space(config);
    driver::RunnerOptions options;
    options.format = static_cast<netlist::NumberFormat>(round % 3);
    options.weight_on_port_a = round % 4 < 2;
    const bool is_signed = options.format == netlist::NumberFormat::kInt8;
    const auto multiplier = test_support::array_multiplier(is_signed);
    const auto sites = netlist::enumerate_sites(multiplier);
    std::vector<fault::Fault> faults;
    for (int i = 0; i < 1 + space.size() / 4; ++i) {
      faults.push_back(test_support::random_fault(sites, space.size(), rng));
    }
    const auto locus_tables =
        driver::build_locus_tables(multiplier, faults, space, options.weight_on_port_a);
    loaded.faulty_pes = locus_tables.faulty_pes();
    for (auto& layer : loaded.layers) layer.bypass_faulty_pes = round >= 6;
    const auto gate = driver::make_accelerator(
        config, multiplier, library, faults,
        {.weight_on_port_a = options.weight_on_port_a, .product_is_signed = is_signed});
    TableAccelerator table(*gate, ProductTables(locus_tables.tables, locus_tables.table_of_pe,
                                                options.weight_on_port_a));
    const auto seen = driver::run_network(network, loaded, table, options, images.data(), 4);
    const auto expected = driver::run_network(network, loaded, *gate, options, images.data(), 4);
    ASSERT_EQ(seen.logits, expected.logits)
        << "round " << round << " " << driver::description(config);
    EXPECT_EQ(seen.cycles.total, 0);
    EXPECT_EQ(table.cycle(), 0u);
  }
}

TEST(TableAccelerator, shows_the_mapping_of_its_accelerator_and_takes_other_faults) {
  CounterRng rng(test_seed(), 12);
  verilated::PeModelLibrary library;
  const auto multiplier = test_support::array_multiplier();
  const auto gate =
      driver::make_accelerator(random_accelerator(true, rng), multiplier, library, {}, {});
  const auto num_pes = static_cast<std::size_t>(gate->pes().size());
  const auto tables = random_tables(rng, 2, false);
  std::vector<uint16_t> table_of_pe(num_pes);
  TableAccelerator table(*gate, ProductTables(tables, table_of_pe, true));
  EXPECT_EQ(table.pes(), gate->pes());
  EXPECT_EQ(table.k_period(), gate->k_period());
  const RandomProduct product({50, 9, 20}, rng);
  EXPECT_EQ(table.pes_of_weight(product.shape, 3, 4), gate->pes_of_weight(product.shape, 3, 4));
  const auto job = product.job(false, true);
  std::vector<int32_t> sums(50 * 9);
  for (int fault = 0; fault < 3; ++fault) {
    table_of_pe[rng.below(num_pes)] = 1;
    table.set_tables(ProductTables(tables, table_of_pe, true));
    table.run_gemm(job, sums.data());
    EXPECT_EQ(sums, sums_by_tables(job, *gate, tables, table_of_pe, {}));
  }
}

}  // namespace
}  // namespace faultwave::replay
