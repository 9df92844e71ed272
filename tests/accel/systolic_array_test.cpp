#include "accel/systolic_array.hpp"

#include <gtest/gtest.h>

#include "accel/scalar_array.hpp"
#include "base/file.hpp"
#include "base/rng.hpp"
#include "support/multipliers.hpp"
#include "support/pe_models.hpp"

namespace faultwave::accel {
namespace {

uint64_t test_seed() { return std::stoull(environment("FAULTWAVE_TEST_SEED", "1")); }

ArrayInputs random_inputs(const ArrayConfig& config, CounterRng& rng) {
  ArrayInputs inputs(config);
  const auto chance = [&](uint64_t percent) {
    return static_cast<uint8_t>(rng.below(100) < percent);
  };
  for (std::size_t r = 0; r < inputs.activation.size(); ++r) {
    inputs.activation[r] = static_cast<uint8_t>(rng.below(256));
    inputs.valid[r] = chance(80);
    inputs.swap[r] = chance(30);
    inputs.shift[r] = chance(50);
  }
  for (std::size_t c = 0; c < inputs.weight.size(); ++c) {
    inputs.weight[c] = static_cast<uint8_t>(rng.below(256));
    inputs.weight_flags[c] = static_cast<uint8_t>(
        config.product_is_signed ? chance(20) * kBypass
                                 : chance(40) * kNegate + chance(20) * kBypass);
  }
  return inputs;
}

fault::Fault random_fault(const ArrayConfig& config, const std::vector<netlist::Site>& sites,
                          CounterRng& rng) {
  fault::Fault fault;
  fault.pe = static_cast<int>(rng.below(static_cast<uint64_t>(config.rows * config.cols)));
  fault.unit = static_cast<fault::Unit>(rng.below(4));
  fault.kind = static_cast<netlist::FaultKind>(rng.below(3));
  if (fault.unit == fault::Unit::kMultiplier) {
    fault.site = sites[rng.below(sites.size())];
  } else {
    fault.bit = static_cast<int>(rng.below(fault.unit == fault::Unit::kPartialSum ? 32 : 8));
  }
  if (rng.below(2) == 0) {
    fault.window.begin_cycle = rng.below(30);
    fault.window.end_cycle = fault.window.begin_cycle + 1 + rng.below(20);
  }
  return fault;
}

void expect_same_registers(const SystolicArray& fast, const ScalarArray& slow,
                           const ArrayConfig& config, uint64_t cycle) {
  for (int row = 0; row < config.rows; ++row) {
    for (int col = 0; col < config.cols; ++col) {
      const auto x = fast.pe(row, col);
      const auto& y = slow.at(row, col);
      ASSERT_EQ(x.activation, y.activation) << row << "," << col << " cycle " << cycle;
      ASSERT_EQ(x.valid != 0, y.valid) << row << "," << col << " cycle " << cycle;
      ASSERT_EQ(x.swap != 0, y.swap);
      ASSERT_EQ(x.shift != 0, y.shift);
      ASSERT_EQ(x.weight, y.weight) << row << "," << col << " cycle " << cycle;
      ASSERT_EQ(x.weight_flags, y.flags);
      ASSERT_EQ(x.next_weight, y.next_weight);
      ASSERT_EQ(x.next_weight_flags, y.next_flags);
      ASSERT_EQ(static_cast<uint32_t>(x.psum), y.psum) << row << "," << col << " cycle " << cycle;
    }
  }
  std::vector<int32_t> bottom(static_cast<std::size_t>(config.cols));
  fast.bottom_psums(bottom.data());
  for (int col = 0; col < config.cols; ++col) {
    ASSERT_EQ(static_cast<uint32_t>(bottom[static_cast<std::size_t>(col)]),
              slow.at(config.rows - 1, col).psum);
  }
  ASSERT_EQ(fast.num_multiplications(), slow.num_multiplications());
}

void compare(ArrayConfig config, int num_faults, uint64_t seed, int num_cycles) {
  CounterRng rng(seed, static_cast<uint64_t>(config.rows * 1000 + config.cols));
  SCOPED_TRACE(fmt::format("{}x{} seed {} faults {}", config.rows, config.cols, seed, num_faults));
  const auto multiplier = test_support::array_multiplier(config.product_is_signed);
  const auto sites = netlist::enumerate_sites(multiplier);
  std::vector<fault::Fault> faults;
  for (int i = 0; i < num_faults; ++i) faults.push_back(random_fault(config, sites, rng));
  verilated::PeModelLibrary library;
  SystolicArray fast(config, multiplier, library, faults);
  ScalarArray slow(config, multiplier, faults);
  for (int cycle = 0; cycle < num_cycles; ++cycle) {
    const auto inputs = random_inputs(config, rng);
    fast.step(static_cast<uint64_t>(cycle), inputs);
    slow.step(static_cast<uint64_t>(cycle), inputs);
    expect_same_registers(fast, slow, config, static_cast<uint64_t>(cycle));
    if (::testing::Test::HasFatalFailure()) return;
  }
}

using Size = std::pair<int, int>;
class EverySize : public ::testing::TestWithParam<Size> {};

TEST_P(EverySize, every_register_equals_the_scalar_array_on_random_control_and_faults) {
  const auto [rows, cols] = GetParam();
  const int num_cycles = rows * cols > 1000 ? 40 : 80;
  for (const auto& model : test_support::every_pe_model()) {
    SCOPED_TRACE(model.name());
    const test_support::ForcedLevel level(model);
    for (const bool is_signed : {false, true}) {
      for (const int num_faults : {0, 1, 20}) {
        const bool weight_on_port_a = num_faults != 1;
        compare({rows, cols, is_signed, weight_on_port_a, model.kind}, num_faults, test_seed(),
                num_cycles);
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Sizes, EverySize,
                         ::testing::Values(Size{1, 1}, Size{1, 7}, Size{7, 1}, Size{5, 3},
                                           Size{4, 16}, Size{16, 16}, Size{3, 63}, Size{3, 64},
                                           Size{3, 65}, Size{2, 128}, Size{5, 130}, Size{40, 33},
                                           Size{70, 64}),
                         [](const auto& test) {
                           return fmt::format("{}x{}", test.param.first, test.param.second);
                         });

TEST(SystolicArray, sizes_are_limited_to_512) {
  verilated::PeModelLibrary library;
  const auto multiplier = test_support::array_multiplier();
  EXPECT_NO_THROW(SystolicArray({512, 1}, multiplier, library, {}));
  EXPECT_THROW(SystolicArray({513, 1}, multiplier, library, {}), UsageError);
  EXPECT_THROW(SystolicArray({1, 0}, multiplier, library, {}), UsageError);
}

TEST(SystolicArray, faults_outside_the_array_are_refused) {
  verilated::PeModelLibrary library;
  const auto multiplier = test_support::array_multiplier();
  fault::Fault fault;
  fault.unit = fault::Unit::kWeight;
  fault.pe = 3 * 5 + 4;
  EXPECT_NO_THROW(SystolicArray({4, 5}, multiplier, library, {fault}));
  EXPECT_THROW(SystolicArray({4, 4}, multiplier, library, {fault}), UsageError);
}

TEST(SystolicArray, faults_outside_their_register_are_refused) {
  verilated::PeModelLibrary library;
  const auto multiplier = test_support::array_multiplier();
  for (const auto& [unit, num_bits] : {std::pair{fault::Unit::kWeight, 8},
                                       {fault::Unit::kActivation, 8},
                                       {fault::Unit::kPartialSum, 32}}) {
    fault::Fault fault;
    fault.unit = unit;
    fault.bit = num_bits - 1;
    EXPECT_NO_THROW(SystolicArray({2, 2}, multiplier, library, {fault}));
    fault.bit = num_bits;
    EXPECT_THROW(SystolicArray({2, 2}, multiplier, library, {fault}), UsageError);
    fault.bit = -1;
    EXPECT_THROW(SystolicArray({2, 2}, multiplier, library, {fault}), UsageError);
  }
}

TEST(SystolicArray, register_faults_alone_build_no_faultable_model) {
  const TemporaryDirectory cache("accel-test");
  verilated::PeModelLibrary library(cache.path());
  fault::Fault fault;
  fault.unit = fault::Unit::kPartialSum;
  const auto num_models = [&] {
    int count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(cache.path())) {
      count += entry.path().extension() == ".so" ? 1 : 0;
    }
    return count;
  };
  const auto multiplier = test_support::array_multiplier();
  const SystolicArray with_register_fault({2, 2}, multiplier, library, {fault});
  EXPECT_EQ(num_models(), 1);
  fault.unit = fault::Unit::kMultiplier;
  fault.site = netlist::enumerate_sites(multiplier).front();
  const SystolicArray with_multiplier_fault({2, 2}, multiplier, library, {fault});
  EXPECT_EQ(num_models(), 2);
}

}  // namespace
}  // namespace faultwave::accel
