#include "accel/tensor_core.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "accel/gemm_job.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "base/rng.hpp"
#include "netlist/evaluate.hpp"
#include "support/multipliers.hpp"
#include "support/pe_models.hpp"

namespace faultwave::accel {
namespace {

uint64_t test_seed() { return std::stoull(environment("FAULTWAVE_TEST_SEED", "1")); }

/// Sizes of all kinds, several steps in every direction.
std::vector<TensorCoreConfig> configs() {
  return {{8, 4, 16, 16, 8, 32},   {8, 4, 8, 8, 8, 16},  {1, 1, 1, 2, 1, 3},
          {1, 16, 16, 16, 16, 16}, {16, 4, 4, 32, 4, 8}, {2, 2, 64, 4, 4, 64},
          {64, 1, 2, 64, 2, 2},    {4, 16, 1, 4, 32, 2}};
}

TEST(LanePacking, every_lane_has_a_place_of_its_own_inside_the_words) {
  for (const auto& config : configs()) {
    config.check();
    const LanePacking packing(config);
    std::set<std::pair<std::size_t, int>> places;
    for (int lane = 0; lane < config.num_lanes(); ++lane) {
      const LanePlace place = packing.place_of(lane);
      EXPECT_LT(place.word, static_cast<std::size_t>(packing.num_words));
      EXPECT_TRUE(place.bit >= 0 && place.bit < 64);
      places.insert({place.word, place.bit});
    }
    EXPECT_EQ(places.size(), static_cast<std::size_t>(config.num_lanes()));
    EXPECT_EQ(packing.num_words, (config.num_lanes() + 63) / 64);
  }
}

TEST(TensorCoreConfig, each_lane_of_a_step_computes_one_product_of_the_mma) {
  for (const auto& config : configs()) {
    std::vector<std::set<int>> lanes(static_cast<std::size_t>(config.num_steps()));
    for (int m = 0; m < config.mma_m; ++m) {
      for (int n = 0; n < config.mma_n; ++n) {
        for (int k = 0; k < config.mma_k; ++k) {
          const int step =
              (k / config.depth * config.steps_m() + m / config.rows) * config.steps_n() +
              n / config.cols;
          EXPECT_TRUE(
              lanes.at(static_cast<std::size_t>(step)).insert(config.lane_of(m, n, k)).second);
        }
      }
    }
    for (const auto& used : lanes) {
      EXPECT_EQ(used.size(), static_cast<std::size_t>(config.num_lanes()));
    }
  }
}

/// One mma, step by step in the documented order, with C read and written as the hardware does.
std::vector<int32_t> run_mma(TensorCore& core, const TensorCoreConfig& config,
                             const ActivationFragment& activations, const WeightFragment& weights,
                             uint64_t first_cycle) {
  AccumulatorFragment sums(config);
  uint64_t* result_of_step = nullptr;
  uint64_t cycle = first_cycle;
  const auto clock = [&](const StepOperands* operands, uint64_t* planes) {
    core.step(cycle++, operands);
    EXPECT_EQ(core.has_result(), result_of_step != nullptr);
    if (result_of_step != nullptr) std::copy_n(core.result(), 32, result_of_step);
    result_of_step = planes;
  };
  for (int k = 0; k < config.steps_k(); ++k) {
    for (int m = 0; m < config.steps_m(); ++m) {
      for (int n = 0; n < config.steps_n(); ++n) {
        uint64_t* planes = sums.planes(m, n);
        const StepOperands operands{activations.planes(m, k), activations.enable(m),
                                    weights.planes(n, k), planes};
        clock(&operands, planes);
      }
    }
  }
  clock(nullptr, nullptr);
  std::vector<int32_t> values(static_cast<std::size_t>(config.mma_m * config.mma_n));
  sums.unpack(values.data());
  return values;
}

class EveryPeModel : public testing::TestWithParam<test_support::PeModelCase> {};

TEST_P(EveryPeModel, an_mma_equals_integer_sums_for_every_shape_flag_and_row_count) {
  CounterRng rng(test_seed(), 61);
  SCOPED_TRACE(fmt::format("FAULTWAVE_TEST_SEED={}", test_seed()));
  verilated::PeModelLibrary library;
  const test_support::ForcedLevel level(GetParam());
  for (const bool is_signed : {false, true}) {
    const auto multiplier = test_support::array_multiplier(is_signed);
    const auto table = netlist::product_table(multiplier);
    for (const auto& config : configs()) {
      const bool weight_on_port_a = rng.below(2) == 0;
      const auto mac = make_lane_mac(GetParam().kind, config, multiplier, library, false);
      TensorCore core(config, multiplier, *mac, is_signed, weight_on_port_a, {}, 0);
      for (int round = 0; round < 4; ++round) {
        const auto m = static_cast<std::size_t>(config.mma_m);
        const auto n = static_cast<std::size_t>(config.mma_n);
        const auto k = static_cast<std::size_t>(config.mma_k);
        const std::size_t stride = k + 3;
        std::vector<uint8_t> activations(m * stride), weights(n * stride), flags(n * stride);
        for (auto* codes : {&activations, &weights}) {
          for (auto& code : *codes) code = static_cast<uint8_t>(rng.below(256));
        }
        for (auto& flag : flags) flag = static_cast<uint8_t>(rng.below(4));
        const auto num_rows = static_cast<int>(rng.below(m + 1));
        std::vector<int> bypassed;
        for (int lane = 0; lane < config.num_lanes(); ++lane) {
          if (round == 3 && rng.below(4) == 0) bypassed.push_back(lane);
        }
        core.set_bypassed_lanes(bypassed);
        ActivationFragment a(config);
        a.pack(activations.data(), static_cast<int64_t>(stride), num_rows);
        WeightFragment b(config);
        b.pack(weights.data(), flags.data(), static_cast<int64_t>(stride));
        const auto sums = run_mma(core, config, a, b, 0);
        for (std::size_t row = 0; row < m; ++row) {
          for (std::size_t col = 0; col < n; ++col) {
            int32_t expected = 0;
            for (std::size_t i = 0; i < k; ++i) {
              const int lane =
                  config.lane_of(static_cast<int>(row), static_cast<int>(col), static_cast<int>(i));
              if (static_cast<int>(row) >= num_rows || (flags[col * stride + i] & kBypass) != 0 ||
                  std::find(bypassed.begin(), bypassed.end(), lane) != bypassed.end()) {
                continue;
              }
              const int weight = weights[col * stride + i];
              const int activation = activations[row * stride + i];
              const int32_t product =
                  weight_on_port_a ? table.at(weight, activation) : table.at(activation, weight);
              expected += (flags[col * stride + i] & kNegate) != 0 ? -product : product;
            }
            ASSERT_EQ(sums[row * n + col], expected) << row << "," << col;
          }
        }
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(TensorCore, EveryPeModel,
                         testing::ValuesIn(test_support::every_pe_model()), [](const auto& test) {
                           std::string name = test.param.name();
                           std::replace(name.begin(), name.end(), ' ', '_');
                           return name;
                         });

TEST(TensorCore, products_are_counted_once_and_idle_steps_not_at_all) {
  verilated::PeModelLibrary library;
  const auto multiplier = test_support::array_multiplier();
  const TensorCoreConfig config{8, 4, 16, 16, 8, 32};
  const auto mac = make_lane_mac(PeModelKind::kVerilated, config, multiplier, library, false);
  TensorCore core(config, multiplier, *mac, false, true, {}, 0);
  const std::vector<uint8_t> codes(16 * 32, 3);
  std::vector<uint8_t> flags(8 * 32);
  flags[5] = kBypass;
  ActivationFragment a(config);
  a.pack(codes.data(), 32, 15);
  WeightFragment b(config);
  b.pack(codes.data(), flags.data(), 32);
  run_mma(core, config, a, b, 0);
  EXPECT_EQ(core.num_multiplications(), 15u * 8 * 32 - 15);
  core.step(100, nullptr);
  EXPECT_EQ(core.num_multiplications(), 15u * 8 * 32 - 15);
}

TEST(TensorCore, faults_outside_the_core_are_refused) {
  verilated::PeModelLibrary library;
  const auto multiplier = test_support::array_multiplier();
  const TensorCoreConfig config{2, 2, 4, 4, 2, 4};
  const auto mac = make_lane_mac(PeModelKind::kVerilated, config, multiplier, library, false);
  fault::Fault fault;
  fault.unit = fault::Unit::kActivation;
  const auto make = [&](int pe, int bit) {
    fault.pe = pe;
    fault.bit = bit;
    TensorCore(config, multiplier, *mac, false, true, {fault}, 100);
  };
  EXPECT_NO_THROW(make(100, 7));
  EXPECT_NO_THROW(make(115, 0));
  EXPECT_THROW(make(99, 0), UsageError);
  EXPECT_THROW(make(116, 0), UsageError);
  EXPECT_THROW(make(100, 8), UsageError);
}

}  // namespace
}  // namespace faultwave::accel
