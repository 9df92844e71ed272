// The mitigations that look at arriving rows, against searches that compute one product at a time.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "bits/plane_ops.hpp"
#include "mitigation/layer_context.hpp"
#include "mitigation/layer_fixture.hpp"
#include "mitigation/output_errors.hpp"
#include "mitigation/retuning_map.hpp"

namespace faultwave::mitigation {
namespace {

using netlist::NumberFormat;

std::unique_ptr<Mitigation> builtin(const std::string& name) {
  register_builtin_mitigations();
  return make_mitigation(name);
}

struct Case {
  NumberFormat format;
  bool on_gpu;
};

class JointRetuning : public testing::TestWithParam<Case> {
 protected:
  std::unique_ptr<BoundLayer> bound(uint64_t seed) const {
    auto result = std::make_unique<BoundLayer>(GetParam().format, seed);
    if (GetParam().on_gpu) result->spread_over_lanes(seed + 100);
    return result;
  }
  static double fitted(const BoundLayer& layer, const LoadedLayer& loaded, int64_t n) {
    return squares_around_mean(layer.arriving_errors(loaded, n), layer.arriving.num_fitted, 0,
                               layer.arriving.num_fitted);
  }
  static double held_out(const BoundLayer& layer, const LoadedLayer& loaded, int64_t n) {
    return squares_around_mean(layer.arriving_errors(loaded, n), layer.arriving.num_fitted,
                               layer.arriving.num_fitted, layer.arriving.num_rows);
  }
  /// Only the weights (k, n) with `keeps(k)` stay on faulty PEs.
  template <typename Keeps>
  static void heal(BoundLayer& layer, Keeps keeps) {
    for (int64_t k = 0; k < layer.layer.num_inputs; ++k) {
      if (keeps(k)) continue;
      for (int64_t n = 0; n < layer.layer.num_outputs; ++n) {
        layer.context.mixtures[static_cast<size_t>(k * layer.layer.num_outputs + n)] = {{0, 1}};
      }
      for (size_t list = 0; list < layer.arriving.lists.size(); list += 9) {
        layer.arriving.lists[list + layer.arriving.phase[static_cast<size_t>(k)]] = 0;
      }
    }
  }
};

INSTANTIATE_TEST_SUITE_P(Formats, JointRetuning,
                         testing::Values(Case{NumberFormat::kAffineU8, false},
                                         Case{NumberFormat::kAffineU8, true},
                                         Case{NumberFormat::kSignMagnitude, false},
                                         Case{NumberFormat::kSignMagnitude, true},
                                         Case{NumberFormat::kInt8, false},
                                         Case{NumberFormat::kInt8, true}),
                         [](const auto& test) {
                           return std::string(netlist::to_string(test.param.format)) +
                                  (test.param.on_gpu ? "_gpu" : "_tpu");
                         });

TEST_P(JointRetuning, errors_follow_every_weight_that_is_loaded) {
  const auto layer = bound(1);
  ProductRows products(layer->context);
  LoadedLayer loaded = unmodified(layer->layer);
  for (int64_t n = 0; n < layer->layer.num_outputs; ++n) {
    OutputErrors errors(layer->context, products, n);
    for (int64_t k = 0; k < layer->layer.num_inputs; ++k) {
      errors.load(k, loaded.weights[static_cast<size_t>(k * layer->layer.num_outputs + n)]);
    }
    EXPECT_EQ(errors.rows(), layer->arriving_errors(loaded, n));
    for (int64_t k = 0; k < layer->layer.num_inputs; k += 2) {
      auto& weight = loaded.weights[static_cast<size_t>(k * layer->layer.num_outputs + n)];
      weight = static_cast<int16_t>((weight * 7 + 31 + k) % 127);
      errors.load(k, weight);
    }
    EXPECT_EQ(errors.rows(), layer->arriving_errors(loaded, n));
    const double spread = fitted(*layer, loaded, n);
    EXPECT_NEAR(errors.fitted_spread(), spread, 1e-9 * spread + 1e-3);
  }
}

TEST_P(JointRetuning, best_weight_is_that_of_a_search_through_all_weights) {
  for (const uint64_t seed : {2, 3}) {
    const auto layer = bound(seed);
    ProductRows products(layer->context);
    LoadedLayer loaded = unmodified(layer->layer);
    for (int64_t n = 0; n < layer->layer.num_outputs; ++n) {
      OutputErrors errors(layer->context, products, n);
      for (int64_t k = 0; k < layer->layer.num_inputs; ++k) {
        errors.load(k, loaded.weights[static_cast<size_t>(k * layer->layer.num_outputs + n)]);
      }
      for (int64_t k = 0; k < layer->layer.num_inputs; ++k) {
        const auto place = static_cast<size_t>(k * layer->layer.num_outputs + n);
        double least = INFINITY;
        LoadedLayer tried = loaded;
        for (int w = netlist::min_weight(GetParam().format);
             w <= netlist::max_weight(GetParam().format); ++w) {
          tried.weights[place] = static_cast<int16_t>(w);
          least = std::min(least, fitted(*layer, tried, n));
        }
        const int best = errors.best_weight(k);
        tried.weights[place] = static_cast<int16_t>(best);
        EXPECT_NEAR(fitted(*layer, tried, n), least, 1e-6 * least + 1e-3) << n << ' ' << k;
      }
    }
  }
}

TEST_P(JointRetuning, one_faulty_weight_per_output_gets_the_best_there_is) {
  const auto layer = bound(4);
  heal(*layer, [](int64_t k) { return k == 5; });
  layer->arriving.num_fitted = layer->arriving.num_rows;
  const LoadedLayer loaded = builtin("joint_retune")->apply(layer->context);
  for (int64_t n = 0; n < layer->layer.num_outputs; ++n) {
    LoadedLayer tried = unmodified(layer->layer);
    auto& weight = tried.weights[static_cast<size_t>(5 * layer->layer.num_outputs + n)];
    if (!layer->is_faulty(static_cast<size_t>(5 * layer->layer.num_outputs + n))) continue;
    double least = INFINITY;
    for (int w = netlist::min_weight(GetParam().format);
         w <= netlist::max_weight(GetParam().format); ++w) {
      weight = static_cast<int16_t>(w);
      least = std::min(least, fitted(*layer, tried, n));
    }
    EXPECT_NEAR(fitted(*layer, loaded, n), least, 1e-6 * least + 1e-3);
  }
}

TEST_P(JointRetuning, two_faulty_weights_end_where_no_single_change_helps_and_near_the_best_pair) {
  const auto layer = bound(5);
  heal(*layer, [](int64_t k) { return k == 2 || k == 6; });
  layer->arriving.num_fitted = layer->arriving.num_rows;
  const LoadedLayer loaded = builtin("joint_retune")->apply(layer->context);
  const auto place = [&](int64_t k, int64_t n) {
    return static_cast<size_t>(k * layer->layer.num_outputs + n);
  };
  int num_compared = 0;
  for (int64_t n = 0; n < layer->layer.num_outputs; ++n) {
    if (!layer->is_faulty(place(2, n)) || !layer->is_faulty(place(6, n))) continue;
    ++num_compared;
    // Errors add up: those of a pair are those of each change alone.
    const auto errors_with = [&](int64_t k, int w) {
      LoadedLayer tried = loaded;
      tried.weights[place(k, n)] = static_cast<int16_t>(w);
      return layer->arriving_errors(tried, n);
    };
    const auto base = layer->arriving_errors(loaded, n);
    std::vector<std::vector<int64_t>> with_second;
    for (int v = netlist::min_weight(GetParam().format); v <= 127; ++v) {
      with_second.push_back(errors_with(6, v));
    }
    double best_pair = INFINITY;
    double best_change = INFINITY;
    for (int w = netlist::min_weight(GetParam().format); w <= 127; ++w) {
      const auto with_first = errors_with(2, w);
      for (size_t i = 0; i < with_second.size(); ++i) {
        const int v = netlist::min_weight(GetParam().format) + static_cast<int>(i);
        auto errors = base;
        for (size_t row = 0; row < errors.size(); ++row) {
          errors[row] = with_first[row] + with_second[i][row] - base[row];
        }
        const double squares =
            squares_around_mean(errors, layer->arriving.num_fitted, 0, layer->arriving.num_fitted);
        best_pair = std::min(best_pair, squares);
        if (w == loaded.weights[place(2, n)] || v == loaded.weights[place(6, n)]) {
          best_change = std::min(best_change, squares);
        }
      }
    }
    const double reached = fitted(*layer, loaded, n);
    // A descent ends when a sweep saves less than 0.5 %.
    EXPECT_LE(reached, 1.01 * best_change);
    EXPECT_GE(reached, best_pair * (1 - 1e-9));
    EXPECT_LE(reached, 2 * best_pair + 1);
  }
  EXPECT_GT(num_compared, 0);
}

TEST_P(JointRetuning, is_never_worse_on_held_out_rows_than_bias_alone_or_the_offset_map) {
  for (const uint64_t seed : {6, 7, 8}) {
    const auto layer = bound(seed);
    const LoadedLayer own = unmodified(layer->layer);
    const LoadedLayer offset = builtin("fal_retune_offset")->apply(layer->context);
    const LoadedLayer joint = builtin("joint_retune")->apply(layer->context);
    double sum_own = 0;
    double sum_joint = 0;
    for (int64_t n = 0; n < layer->layer.num_outputs; ++n) {
      const double reached = held_out(*layer, joint, n);
      // Biases are whole numbers: that of the fitted rows may be half a unit off.
      EXPECT_LE(reached, 1.0001 * held_out(*layer, own, n) + 100);
      EXPECT_LE(reached, 1.0001 * held_out(*layer, offset, n) + 100);
      sum_own += held_out(*layer, own, n);
      sum_joint += reached;
    }
    EXPECT_LT(sum_joint, 0.9 * sum_own);
  }
}

TEST_P(JointRetuning, biases_take_up_the_mean_error_of_the_arriving_rows) {
  for (const std::string name : {"fal_retune_offset", "joint_retune"}) {
    for (const bool healthy : {false, true}) {
      const auto layer = bound(9);
      layer->context.retune_healthy = healthy;
      const LoadedLayer loaded = builtin(name)->apply(layer->context);
      for (int64_t n = 0; n < layer->layer.num_outputs; ++n) {
        double mean = 0;
        for (const int64_t error : layer->arriving_errors(loaded, n)) {
          mean += static_cast<double>(error) / static_cast<double>(layer->arriving.num_rows);
        }
        EXPECT_LE(std::abs(mean), 0.5 + 1e-9) << name << ' ' << n;
      }
    }
  }
}

TEST_P(JointRetuning, behind_a_clamp_a_shift_is_no_worse_than_none_or_the_mean_and_near_the_best) {
  for (const uint64_t seed : {13, 14}) {
    const auto layer = bound(seed);
    layer->arriving.lowest.assign(6, -8000.0);
    layer->arriving.highest.assign(6, 30'000.0);
    ProductRows products(layer->context);
    const LoadedLayer own = unmodified(layer->layer);
    for (int64_t n = 0; n < 6; ++n) {
      OutputErrors errors(layer->context, products, n);
      for (int64_t k = 0; k < layer->layer.num_inputs; ++k) {
        errors.load(k, own.weights[static_cast<size_t>(k * 6 + n)]);
      }
      const int64_t rows = layer->arriving.num_rows;
      const auto seen = layer->arriving_errors(own, n);
      const auto squares_of = [&](int64_t shift) {
        double squares = 0;
        for (int64_t row = 0; row < rows; ++row) {
          const double wanted = static_cast<double>(layer->arriving.wanted[n * rows + row]);
          const double sum = wanted + static_cast<double>(seen[static_cast<size_t>(row)] + shift);
          const double error =
              std::clamp(sum, -8000.0, 30'000.0) - std::clamp(wanted, -8000.0, 30'000.0);
          squares += error * error;
        }
        return squares;
      };
      double total = 0;
      for (const int64_t error : seen) total += static_cast<double>(error);
      double least = INFINITY;
      const auto [low, high] = std::minmax_element(seen.begin(), seen.end());
      for (int64_t shift = -*high; shift <= -*low; shift += 50) {
        least = std::min(least, squares_of(shift));
      }
      const double reached = squares_of(errors.best_shift(rows));
      EXPECT_NEAR(errors.clamped_squares(123, 0, rows), squares_of(123), 1e-9 * squares_of(123));
      EXPECT_LE(reached, squares_of(0) + 1e-3);
      EXPECT_LE(reached, squares_of(std::llround(-total / static_cast<double>(rows))) + 1e-3);
      EXPECT_LE(reached, 1.05 * least + 1e-3);
    }
  }
}

TEST_P(JointRetuning, errors_of_outputs_that_saturate_anyway_are_none) {
  const auto layer = bound(15);
  layer->arriving.lowest.assign(6, 1e9);
  layer->arriving.highest.assign(6, 2e9);
  for (const std::string name : {"fal_retune_offset", "joint_retune"}) {
    EXPECT_EQ(builtin(name)->apply(layer->context).bias, layer->layer.bias) << name;
  }
}

TEST_P(JointRetuning, healthy_pes_are_left_alone_unless_asked_for) {
  int num_changed_healthy = 0;  // with several lanes per weight few weights meet healthy ones only
  for (const uint64_t seed : {10, 11, 12}) {
    const auto layer = bound(seed);
    const LoadedLayer own = unmodified(layer->layer);
    const auto changed_healthy = [&](const LoadedLayer& loaded) {
      int count = 0;
      for (size_t place = 0; place < own.weights.size(); ++place) {
        if (!layer->is_faulty(place)) count += loaded.weights[place] != own.weights[place] ? 1 : 0;
      }
      return count;
    };
    EXPECT_EQ(changed_healthy(builtin("joint_retune")->apply(layer->context)), 0);
    layer->context.retune_healthy = true;
    const LoadedLayer all = builtin("joint_retune")->apply(layer->context);
    num_changed_healthy += changed_healthy(all);
    int64_t num_changed = 0;
    for (size_t place = 0; place < own.weights.size(); ++place) {
      num_changed += all.weights[place] != own.weights[place] ? 1 : 0;
    }
    EXPECT_EQ(all.num_retuned, num_changed);
  }
  EXPECT_GT(num_changed_healthy, 0);
}

TEST_P(JointRetuning, every_instruction_set_finds_the_same_weights) {
  const auto layer = bound(11);
  const LoadedLayer loaded = builtin("joint_retune")->apply(layer->context);
  for (const auto& level : bits::simd_levels()) {
    bits::force_simd_level(level);
    const LoadedLayer again = builtin("joint_retune")->apply(layer->context);
    EXPECT_EQ(again.weights, loaded.weights) << level;
    EXPECT_EQ(again.bias, loaded.bias) << level;
  }
  bits::force_simd_level("");
}

}  // namespace
}  // namespace faultwave::mitigation
