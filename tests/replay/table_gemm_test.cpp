#include "replay/table_gemm.hpp"

#include <gtest/gtest.h>

#include <numeric>

#include "base/error.hpp"
#include "bits/plane_ops.hpp"
#include "replay/replay_fixture.hpp"
#include "support/multipliers.hpp"

namespace faultwave::replay {
namespace {

/// Products of random size: small ones, and now and then one of several blocks.
accel::GemmShape random_shape(CounterRng& rng, bool is_large) {
  const auto up_to = [&rng](uint64_t bound) { return 1 + static_cast<int64_t>(rng.below(bound)); };
  if (is_large) return {200 + up_to(500), up_to(24), 100 + up_to(250)};
  return {up_to(80), up_to(20), up_to(40)};
}

class EveryReplayLevel : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override { bits::force_simd_level(GetParam()); }
  void TearDown() override { bits::force_simd_level(""); }
};

TEST_P(EveryReplayLevel, every_product_of_two_codes_is_the_tables) {
  verilated::PeModelLibrary library;
  systemc::TpuConfig config;
  config.rows = config.cols = 1;
  const auto multiplier = test_support::array_multiplier();
  CounterRng rng(test_seed(), 1);
  const auto array = driver::make_accelerator(config, multiplier, library, {}, {});
  PeMaps maps(*array);
  std::vector<uint8_t> codes(256);
  std::iota(codes.begin(), codes.end(), uint8_t{0});
  for (const bool is_signed : {false, true}) {
    const auto tables = random_tables(rng, 1, is_signed);
    for (const bool weight_on_port_a : {false, true}) {
      const ProductTables packed(tables, {0}, weight_on_port_a);
      for (const bool negate : {false, true}) {
        const std::vector<uint8_t> flags(256, negate ? accel::kNegate : 0);
        accel::GemmJob job;
        job.m = job.n = 256;
        job.k = 1;
        job.activations = job.weights = codes.data();
        job.weight_flags = flags.data();
        job.product_is_signed = is_signed;
        job.weight_on_port_a = weight_on_port_a;
        std::vector<int32_t> sums(65536);
        table_gemm(job, maps, packed, {}, sums.data());
        for (int a = 0; a < 256; ++a) {
          for (int w = 0; w < 256; ++w) {
            const int32_t product = weight_on_port_a ? tables[0].at(w, a) : tables[0].at(a, w);
            ASSERT_EQ(sums[static_cast<std::size_t>(256 * a + w)], negate ? -product : product)
                << a << " " << w;
          }
        }
      }
    }
  }
}

TEST_P(EveryReplayLevel, sums_equal_the_slow_twin_on_both_accelerators) {
  SCOPED_TRACE(fmt::format("seed {}", test_seed()));
  CounterRng rng(test_seed(), 2);
  verilated::PeModelLibrary library;
  const auto multiplier = test_support::array_multiplier();
  for (int round = 0; round < 40; ++round) {
    const bool is_signed = round % 2 == 1;
    const bool weight_on_port_a = round % 4 < 2;
    const auto config = random_accelerator(round % 3 != 0, rng);
    const auto accelerator = driver::make_accelerator(config, multiplier, library, {}, {});
    PeMaps maps(*accelerator);
    const int num_pes = accelerator->pes().size();
    const int num_tables = 1 + static_cast<int>(rng.below(4));
    const auto tables = random_tables(rng, num_tables, is_signed);
    // The same maps serve several faults and shapes, as they do in a campaign.
    for (int repeat = 0; repeat < 3; ++repeat) {
      std::vector<uint16_t> table_of_pe(static_cast<std::size_t>(num_pes));
      const uint64_t one_in = 1 + rng.below(10);  // from all PEs faulty to few
      for (auto& table : table_of_pe) {
        if (rng.below(one_in) == 0) table = static_cast<uint16_t>(rng.below(tables.size()));
      }
      std::vector<int> bypassed;
      for (int pe = 0; pe < num_pes; ++pe) {
        if (repeat == 1 && rng.below(4) == 0) bypassed.push_back(pe);
      }
      const ProductTables packed(tables, table_of_pe, weight_on_port_a);
      const RandomProduct product(random_shape(rng, repeat == 2 && round % 4 == 0), rng);
      auto job = product.job(is_signed, weight_on_port_a);
      if (rng.below(4) == 0) job.weight_flags = nullptr;
      std::vector<int32_t> sums(static_cast<std::size_t>(job.m * job.n), -1);
      table_gemm(job, maps, packed, bypassed, sums.data());
      ASSERT_EQ(sums, sums_by_tables(job, *accelerator, tables, table_of_pe,
                                     std::set<int>(bypassed.begin(), bypassed.end())))
          << "round " << round << " " << driver::description(config) << " " << job.m << "x" << job.n
          << "x" << job.k;
    }
  }
}

TEST_P(EveryReplayLevel, rows_of_several_blocks_agree_with_the_slow_twin) {
  SCOPED_TRACE(fmt::format("seed {}", test_seed()));
  CounterRng rng(test_seed(), 5);
  verilated::PeModelLibrary library;
  const auto multiplier = test_support::array_multiplier();
  for (const bool is_gpu : {false, true}) {
    const auto config = random_accelerator(is_gpu, rng);
    const auto accelerator = driver::make_accelerator(config, multiplier, library, {}, {});
    PeMaps maps(*accelerator);
    const auto tables = random_tables(rng, 2, true);
    for (const int num_faulty : {0, 1}) {  // with one faulty PE stretches of rows stay long
      std::vector<uint16_t> table_of_pe(static_cast<std::size_t>(accelerator->pes().size()));
      if (num_faulty == 1) table_of_pe[rng.below(table_of_pe.size())] = 1;
      const ProductTables packed(tables, table_of_pe, true);
      const RandomProduct product({4500, 19, 17}, rng);
      const auto job = product.job(true, true);
      std::vector<int32_t> sums(static_cast<std::size_t>(job.m * job.n), -1);
      table_gemm(job, maps, packed, {}, sums.data());
      ASSERT_EQ(sums, sums_by_tables(job, *accelerator, tables, table_of_pe, {}))
          << driver::description(config);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Simd, EveryReplayLevel, testing::ValuesIn(bits::simd_levels()),
                         [](const auto& level) { return level.param; });

TEST(TableGemm, columns_prepared_in_several_portions_agree_with_one_table) {
  CounterRng rng(test_seed(), 3);
  verilated::PeModelLibrary library;
  const auto multiplier = test_support::array_multiplier();
  systemc::TpuConfig config;
  config.rows = 3;
  config.cols = 2;
  const auto array = driver::make_accelerator(config, multiplier, library, {}, {});
  PeMaps maps(*array);
  const auto tables = random_tables(rng, 2, false);
  const std::vector<uint16_t> table_of_pe = {0, 1, 1, 0, 0, 0};
  const ProductTables packed(tables, table_of_pe, true);
  const RandomProduct product({3, 70, 9000}, rng);
  const auto job = product.job(false, true);
  std::vector<int32_t> sums(3 * 70);
  table_gemm(job, maps, packed, {}, sums.data());
  EXPECT_EQ(sums, sums_by_tables(job, *array, tables, table_of_pe, {}));
}

TEST(TableGemm, a_job_wired_for_other_tables_is_refused) {
  CounterRng rng(test_seed(), 4);
  verilated::PeModelLibrary library;
  const auto multiplier = test_support::array_multiplier();
  systemc::TpuConfig config;
  config.rows = config.cols = 2;
  const auto array = driver::make_accelerator(config, multiplier, library, {}, {});
  PeMaps maps(*array);
  const auto tables = random_tables(rng, 1, false);
  const RandomProduct product({2, 2, 2}, rng);
  std::vector<int32_t> sums(4);
  const ProductTables packed(tables, std::vector<uint16_t>(4), true);
  EXPECT_THROW(table_gemm(product.job(true, true), maps, packed, {}, sums.data()), InternalError);
  EXPECT_THROW(table_gemm(product.job(false, false), maps, packed, {}, sums.data()), InternalError);
  const ProductTables of_six(tables, std::vector<uint16_t>(6), true);
  EXPECT_THROW(table_gemm(product.job(false, true), maps, of_six, {}, sums.data()), InternalError);
  EXPECT_THROW(ProductTables(tables, {0, 1}, true), InternalError);
}

}  // namespace
}  // namespace faultwave::replay
