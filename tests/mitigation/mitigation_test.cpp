#include "mitigation/mitigation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "base/error.hpp"
#include "mitigation/layer_context.hpp"
#include "mitigation/layer_fixture.hpp"
#include "mitigation/retuning_map.hpp"

namespace faultwave::mitigation {
namespace {

using netlist::NumberFormat;
using testing::HasSubstr;

std::unique_ptr<Mitigation> builtin(const std::string& name) {
  register_builtin_mitigations();
  return make_mitigation(name);
}

constexpr uint64_t kSeeds[] = {1, 2, 3};

TEST(Mitigation, unknown_name_lists_the_known_ones) {
  try {
    builtin("fal_retun");
    FAIL() << "accepted";
  } catch (const UsageError& error) {
    EXPECT_THAT(error.what(), HasSubstr("unknown mitigation 'fal_retun'"));
    EXPECT_THAT(error.what(), HasSubstr("did you mean 'fal_retune'?"));
    for (const char* name : {"bias_recalibration", "fap", "fal_retune_uniform", "none"}) {
      EXPECT_THAT(error.what(), HasSubstr(name));
    }
  }
}

TEST(Mitigation, registering_a_name_twice_throws) {
  register_builtin_mitigations();
  const auto factory = [] { return std::unique_ptr<Mitigation>(); };
  EXPECT_THROW(register_mitigation("fap", "again", factory), InternalError);
  EXPECT_NO_THROW(register_builtin_mitigations());
}

TEST(Mitigation, every_builtin_has_a_summary_and_can_be_made) {
  register_builtin_mitigations();
  std::vector<std::string> names;
  for (const auto& [name, summary] : known_mitigations()) {
    names.push_back(name);
    EXPECT_FALSE(summary.empty()) << name;
    EXPECT_NE(make_mitigation(name), nullptr) << name;
  }
  EXPECT_THAT(names,
              testing::IsSupersetOf({"none", "fap", "fal_retune", "fal_retune_uniform",
                                     "fal_retune_offset", "joint_retune", "bias_recalibration"}));
}

TEST(Mitigation, unmodified_is_the_transposed_layer) {
  const BoundLayer bound(NumberFormat::kInt8, 1);
  const LoadedLayer loaded = unmodified(bound.layer);
  ASSERT_EQ(loaded.weights.size(), 54u);
  for (size_t k = 0; k < 9; ++k) {
    for (size_t n = 0; n < 6; ++n) {
      EXPECT_EQ(loaded.weights[k * 6 + n], bound.layer.weights[n * 9 + k]);
    }
  }
  EXPECT_EQ(loaded.bias, bound.layer.bias);
  EXPECT_FALSE(loaded.bypass_faulty_pes);
  EXPECT_EQ(loaded.num_retuned, 0);
}

TEST(Mitigation, none_loads_the_network_as_it_is) {
  const BoundLayer bound(NumberFormat::kAffineU8, 1);
  const LoadedLayer loaded = builtin("none")->apply(bound.context);
  const LoadedLayer own = unmodified(bound.layer);
  EXPECT_EQ(loaded.weights, own.weights);
  EXPECT_EQ(loaded.bias, own.bias);
  EXPECT_FALSE(loaded.bypass_faulty_pes);
}

TEST(Mitigation, fap_bypasses_the_faulty_pes_and_changes_nothing_else) {
  for (const uint64_t seed : kSeeds) {
    const BoundLayer bound(NumberFormat::kAffineU8, seed);
    const LoadedLayer loaded = builtin("fap")->apply(bound.context);
    EXPECT_TRUE(loaded.bypass_faulty_pes);
    EXPECT_EQ(loaded.weights, unmodified(bound.layer).weights);
    EXPECT_EQ(loaded.bias, bound.layer.bias);
    EXPECT_EQ(loaded.num_retuned, 0);
  }
}

class Retuning : public testing::TestWithParam<NumberFormat> {};
INSTANTIATE_TEST_SUITE_P(Formats, Retuning, testing::ValuesIn(kFormats), [](const auto& instance) {
  return std::string(netlist::to_string(instance.param));
});

/// Histogram that a mitigation weights errors by.
std::vector<double> histogram_of(const std::string& name, const BoundLayer& bound) {
  return name == "fal_retune" ? bound.context.calibration->histogram
                              : std::vector<double>(256, 1.0);
}

TEST_P(Retuning, each_weight_is_the_best_of_its_own_tables_and_healthy_pes_are_left_alone) {
  for (const std::string name : {"fal_retune", "fal_retune_uniform"}) {
    for (const bool on_gpu : {false, true}) {
      BoundLayer bound(GetParam(), 4);
      if (on_gpu) bound.spread_over_lanes(5);
      const auto histogram = histogram_of(name, bound);
      const LoadedLayer loaded = builtin(name)->apply(bound.context);
      int64_t num_changed = 0;
      for (size_t place = 0; place < loaded.weights.size(); ++place) {
        const int own = unmodified(bound.layer).weights[place];
        num_changed += loaded.weights[place] != own ? 1 : 0;
        if (!bound.is_faulty(place)) {
          EXPECT_EQ(loaded.weights[place], own);
          continue;
        }
        const PeProducts products = products_at(bound.context, place);
        double least = INFINITY;
        for (int w = netlist::min_weight(GetParam()); w <= netlist::max_weight(GetParam()); ++w) {
          least = std::min(least, absolute_error(products, histogram, own, w));
        }
        EXPECT_EQ(absolute_error(products, histogram, own, loaded.weights[place]), least);
      }
      EXPECT_EQ(loaded.num_retuned, num_changed);
      EXPECT_GT(num_changed, 0);
      EXPECT_EQ(loaded.bias, bound.layer.bias);
      EXPECT_FALSE(loaded.bypass_faulty_pes);
    }
  }
}

TEST_P(Retuning, never_raises_the_summed_objective_of_a_layer) {
  for (const uint64_t seed : kSeeds) {
    for (const std::string name : {"fal_retune", "fal_retune_uniform"}) {
      const BoundLayer bound(GetParam(), seed);
      const auto histogram = histogram_of(name, bound);
      const LoadedLayer own = unmodified(bound.layer);
      const LoadedLayer loaded = builtin(name)->apply(bound.context);
      double before = 0;
      double after = 0;
      for (size_t place = 0; place < own.weights.size(); ++place) {
        const PeProducts products = products_at(bound.context, place);
        before += absolute_error(products, histogram, own.weights[place], own.weights[place]);
        after += absolute_error(products, histogram, own.weights[place], loaded.weights[place]);
      }
      EXPECT_LT(after, before) << name << " seed " << seed;
    }
  }
}

TEST_P(Retuning, healthy_pes_are_retuned_when_asked_for) {
  BoundLayer bound(GetParam(), 6);
  // The "healthy" multiplier is now one that needs retuning: noise.
  const auto tables = faulty_tables(GetParam());
  bound.context.tables[0] = &tables.back().table;
  const LoadedLayer own = unmodified(bound.layer);
  const auto changed_healthy = [&](const LoadedLayer& loaded) {
    int num_changed = 0;
    for (size_t place = 0; place < own.weights.size(); ++place) {
      if (bound.is_faulty(place)) continue;
      num_changed += loaded.weights[place] != own.weights[place] ? 1 : 0;
    }
    return num_changed;
  };
  EXPECT_EQ(changed_healthy(builtin("fal_retune_uniform")->apply(bound.context)), 0);
  bound.context.retune_healthy = true;
  EXPECT_GT(changed_healthy(builtin("fal_retune_uniform")->apply(bound.context)), 0);
}

TEST_P(Retuning, biases_take_up_the_mean_error_on_the_calibration_rows) {
  for (const std::string name : {"bias_recalibration"}) {
    for (const auto& [counts_healthy, on_gpu] : {std::pair(false, false), std::pair(true, false),
                                                 std::pair(false, true), std::pair(true, true)}) {
      BoundLayer bound(GetParam(), 7);
      if (on_gpu) bound.spread_over_lanes(8);
      const auto tables = faulty_tables(GetParam());
      bound.context.tables[0] = &tables[0].table;
      bound.context.retune_healthy = counts_healthy;
      const LoadedLayer loaded = builtin(name)->apply(bound.context);
      double worst_before = 0;
      for (int64_t n = 0; n < bound.layer.num_outputs; ++n) {
        const LoadedLayer own = unmodified(bound.layer);
        worst_before = std::max(worst_before, std::abs(bound.mean_error(own, n, counts_healthy)));
        EXPECT_LE(std::abs(bound.mean_error(loaded, n, counts_healthy)), 0.5) << name << ' ' << n;
      }
      EXPECT_GT(worst_before, 100);
    }
  }
}

TEST(Mitigation, bias_recalibration_keeps_weights_and_untouched_outputs) {
  BoundLayer bound(NumberFormat::kAffineU8, 8);
  for (size_t k = 0; k < 9; ++k) bound.context.mixtures[k * 6 + 2] = {{0, 1}};
  const LoadedLayer loaded = builtin("bias_recalibration")->apply(bound.context);
  EXPECT_EQ(loaded.weights, unmodified(bound.layer).weights);
  EXPECT_EQ(loaded.bias[2], bound.layer.bias[2]);
  EXPECT_NE(loaded.bias, bound.layer.bias);
}

TEST(Mitigation, calibrated_ones_refuse_a_layer_without_calibration) {
  BoundLayer bound(NumberFormat::kAffineU8, 9);
  bound.context.calibration = nullptr;
  for (const std::string name :
       {"fal_retune", "fal_retune_offset", "joint_retune", "bias_recalibration"}) {
    try {
      builtin(name)->apply(bound.context);
      ADD_FAILURE() << name << " accepted";
    } catch (const UsageError& error) {
      EXPECT_THAT(error.what(), HasSubstr("layer 'bound' has no calibration activations"));
    }
  }
  EXPECT_NO_THROW(builtin("fal_retune_uniform")->apply(bound.context));
}

TEST(Mitigation, inconsistent_contexts_are_refused_by_every_builtin) {
  register_builtin_mitigations();
  for (const auto& [name, summary] : known_mitigations()) {
    BoundLayer short_map(NumberFormat::kAffineU8, 10);
    short_map.context.mixture_of.pop_back();
    EXPECT_THROW(make_mitigation(name)->apply(short_map.context), InternalError) << name;
    BoundLayer unknown_table(NumberFormat::kAffineU8, 10);
    unknown_table.context.mixtures[0] = {{1000, 1}};
    EXPECT_THROW(make_mitigation(name)->apply(unknown_table.context), InternalError) << name;
    BoundLayer unknown_mixture(NumberFormat::kAffineU8, 10);
    unknown_mixture.context.mixture_of[0] = 1000;
    EXPECT_THROW(make_mitigation(name)->apply(unknown_mixture.context), InternalError) << name;
  }
}

}  // namespace
}  // namespace faultwave::mitigation
