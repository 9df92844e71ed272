#include "driver/retuning.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "driver/small_network.hpp"
#include "driver/table_accelerator.hpp"
#include "mitigation/retuning_map.hpp"
#include "nn/kernels.hpp"
#include "support/multipliers.hpp"

namespace faultwave::driver {
namespace {

using netlist::NumberFormat;

constexpr int kRows = 4;
constexpr int kCols = 3;
constexpr int64_t kNumImages = 40;

/// A faulty array, the network on it, and its exact logits.
struct Bench {
  explicit Bench(NumberFormat number_format, int groups = 1)
      : format(number_format),
        multiplier(test_support::array_multiplier(number_format == NumberFormat::kInt8)),
        accelerator(
            kRows, kCols, [this](int pe) -> const auto& { return tables.tables[tables.at(pe)]; },
            groups),
        tables(build_locus_tables(multiplier, faults_in_group_0(), accelerator.pes(), true)),
        network(small_network(21, 0)),
        images(random_images(22, kNumImages * 72)),
        exact(nn::run_exact(network, images.data(), kNumImages).logits) {
    mitigation::register_builtin_mitigations();
  }

  /// In PEs [1][2] and [3][0] of the array, or of the first group.
  std::vector<fault::Fault> faults_in_group_0() const {
    const auto space = fault::PeSpace::array(kRows, kCols);
    return {fault::parse_fault(multiplier, "pe[1][2].mult.O[11].sa1", space),
            fault::parse_fault(multiplier, "pe[3][0].weight[6].sa0", space)};
  }

  RetuningOptions options() const {
    RetuningOptions options;
    options.format = format;
    options.calibration_images = images.data();
    options.num_calibration_images = kNumImages / 2;
    options.batch_images = kNumImages;
    return options;
  }

  LoadedNetwork load(const std::string& name) const {
    return Retuner(network, accelerator, options())
        .retune(*mitigation::make_mitigation(name), tables);
  }

  std::vector<int32_t> logits(const LoadedNetwork& loaded) {
    RunnerOptions options;
    options.format = format;
    return run_network(network, loaded, accelerator, options, images.data(), kNumImages).logits;
  }

  /// Of the input of layer `index` for the calibration images.
  std::vector<double> histogram_of_layer(std::size_t index) const {
    const auto& layer = network.layers[index];
    const auto source = static_cast<std::size_t>(layer.inputs[0]);
    const auto activations = nn::run_exact(network, images.data(), kNumImages / 2);
    std::vector<double> histogram(256, 0.0);
    for (const uint8_t a : nn::im2col(layer, network.values[source],
                                      activations.bytes[source].data(), kNumImages / 2)) {
      histogram[a] += 1;
    }
    return histogram;
  }

  double error_of(const std::string& name) {
    const auto seen = logits(load(name));
    double sum = 0;
    for (std::size_t i = 0; i < seen.size(); ++i)
      sum += std::abs(static_cast<double>(seen[i]) - exact[i]);
    return sum;
  }

  NumberFormat format;
  netlist::Netlist multiplier;
  TableAccelerator accelerator;
  LocusTables tables;
  nn::Network network;
  std::vector<uint8_t> images;
  std::vector<int32_t> exact;
};

class RetuningInEveryFormat : public ::testing::TestWithParam<NumberFormat> {};

TEST_P(RetuningInEveryFormat, fap_on_faulty_pes_equals_the_pruned_network_on_healthy_ones) {
  Bench bench(GetParam());
  nn::Network pruned = bench.network;
  for (auto& layer : pruned.layers) {
    for (int64_t n = 0; n < layer.num_outputs; ++n) {
      for (int64_t k = 0; k < layer.num_inputs; ++k) {
        if (bench.tables.at(bench.accelerator.pe_of(0, n, k)) != 0) {
          layer.weights[static_cast<std::size_t>(n * layer.num_inputs + k)] = 0;
        }
      }
    }
  }
  EXPECT_EQ(bench.logits(bench.load("fap")),
            nn::run_exact(pruned, bench.images.data(), kNumImages).logits);
}

TEST_P(RetuningInEveryFormat, none_loads_the_networks_own_weights_and_the_faults_show) {
  Bench bench(GetParam());
  EXPECT_EQ(bench.logits(bench.load("none")), bench.logits(load_unmodified(bench.network)));
  EXPECT_GT(bench.error_of("none"), 0);
}

TEST_P(RetuningInEveryFormat, one_retuner_serves_any_set_of_faults_as_a_new_one_does) {
  for (const int groups : {1, 4}) {
    Bench bench(GetParam(), groups);
    Retuner reused(bench.network, bench.accelerator, bench.options());
    LocusTables healthy = bench.tables;
    healthy.table_of_pe.assign(healthy.table_of_pe.size(), 0);
    LocusTables moved = bench.tables;
    std::rotate(moved.table_of_pe.begin(), moved.table_of_pe.begin() + 2, moved.table_of_pe.end());
    for (const auto& [name, summary] : mitigation::known_mitigations()) {
      const auto method = mitigation::make_mitigation(name);
      for (const LocusTables* tables : {&bench.tables, &healthy, &moved, &bench.tables}) {
        const auto seen = reused.retune(*method, *tables);
        const auto fresh =
            Retuner(bench.network, bench.accelerator, bench.options()).retune(*method, *tables);
        for (std::size_t i = 0; i < seen.layers.size(); ++i) {
          EXPECT_EQ(seen.layers[i].weights, fresh.layers[i].weights) << name;
          EXPECT_EQ(seen.layers[i].bias, fresh.layers[i].bias) << name;
        }
        EXPECT_EQ(seen.faulty_pes, fresh.faulty_pes);
      }
    }
  }
}

TEST_P(RetuningInEveryFormat, retuning_brings_the_logits_nearer_to_the_exact_ones) {
  Bench bench(GetParam());
  const double before = bench.error_of("none");
  EXPECT_LT(bench.error_of("fal_retune_offset"), 0.5 * before);
  EXPECT_LE(bench.error_of("fal_retune"), 1.05 * before);
  int64_t num_retuned = 0;
  for (const auto& layer : bench.load("fal_retune").layers) num_retuned += layer.num_retuned;
  EXPECT_GT(num_retuned, 0);
}

/// Mean over the calibration images of every logit less the fault-free one (the multiplier of the
/// bench is exact).
std::vector<double> mean_logit_errors(Bench& bench, const LoadedNetwork& loaded) {
  RunnerOptions options;
  options.format = bench.format;
  const auto seen = run_network(bench.network, loaded, bench.accelerator, options,
                                bench.images.data(), kNumImages / 2)
                        .logits;
  std::vector<double> means(5, 0.0);
  for (std::size_t i = 0; i < seen.size(); ++i) {
    means[i % 5] += (static_cast<double>(seen[i]) - bench.exact[i]) / (kNumImages / 2);
  }
  return means;
}

TEST_P(RetuningInEveryFormat, biases_are_estimated_behind_the_retuned_layers) {
  // On the calibration images themselves no logit is off on average, whatever is left of the
  // errors of the convolution before: only true when biases see what that layer really hands on.
  for (const int groups : {1, 4}) {
    Bench bench(GetParam(), groups);
    double worst_unretuned = 0;
    for (const double mean : mean_logit_errors(bench, bench.load("none"))) {
      worst_unretuned = std::max(worst_unretuned, std::abs(mean));
    }
    EXPECT_GT(worst_unretuned, 10);
    for (const char* name :
         {"fal_retune_offset", "joint_retune", "fault_aware_mapping+fal_retune_offset",
          "fault_aware_mapping+joint_retune"}) {
      for (const double mean : mean_logit_errors(bench, bench.load(name))) {
        EXPECT_LE(std::abs(mean), 0.5 + 1e-9) << name << ' ' << groups;
      }
    }
  }
}

TEST_P(RetuningInEveryFormat, joint_retuning_is_nearer_to_the_exact_logits_than_the_offset_map) {
  Bench bench(GetParam());
  EXPECT_LE(bench.error_of("joint_retune"), 1.05 * bench.error_of("fal_retune_offset"));
}

TEST_P(RetuningInEveryFormat, joint_retuning_labels_held_out_images_no_worse_than_its_rivals) {
  Bench bench(GetParam());
  // The last fifth of the calibration images; the multiplier of the bench is exact.
  const int64_t first = kNumImages / 2 * 4 / 5;
  const auto num_right = [&](const LoadedNetwork& loaded) {
    const auto logits = bench.logits(loaded);
    int count = 0;
    for (int64_t i = first; i < kNumImages / 2; ++i) {
      count += nn::top1(logits.data() + i * 5, 5) == nn::top1(bench.exact.data() + i * 5, 5);
    }
    return count;
  };
  for (const std::string mapping : {"", "fault_aware_mapping+"}) {
    const int reached = num_right(bench.load(mapping + "joint_retune"));
    for (const char* rival : {"none", "fap", "bias_recalibration", "fal_retune_offset"}) {
      EXPECT_GE(reached, num_right(bench.load(mapping + rival))) << mapping << rival;
    }
  }
}

TEST_P(RetuningInEveryFormat, a_mapping_moves_weights_for_all_that_comes_after_it) {
  Bench bench(GetParam());
  const auto moved = bench.load("fault_aware_mapping+fap");
  bool is_moved = false;
  for (const auto& layer : moved.layers) {
    is_moved = is_moved || !layer.order.inputs.empty() || !layer.order.outputs.empty();
  }
  EXPECT_TRUE(is_moved);
  EXPECT_LT(bench.error_of("fault_aware_mapping+fap"), bench.error_of("fap"));
}

TEST_P(RetuningInEveryFormat, weights_that_meet_several_pes_are_retuned_for_all_of_them) {
  // The convolution has 1,440 rows, the last layer 40: an eighth of the products of a weight each
  // is computed by a faulty PE.
  Bench bench(GetParam(), 8);
  const double before = bench.error_of("none");
  EXPECT_GT(before, 0);
  EXPECT_LE(bench.error_of("fal_retune_offset"), before);
  const auto loaded = bench.load("fal_retune");
  for (std::size_t i = 0; i < loaded.layers.size(); ++i) {
    const auto& layer = bench.network.layers[i];
    for (int64_t place = 0; place < layer.num_inputs * layer.num_outputs; ++place) {
      const int pe =
          bench.accelerator.pe_of(0, place % layer.num_outputs, place / layer.num_outputs);
      if (bench.tables.at(pe) == 0) continue;
      // The map of one faulty PE in eight, by its definition.
      const auto k = place / layer.num_outputs;
      const int own =
          layer.weights[static_cast<std::size_t>(place % layer.num_outputs * layer.num_inputs + k)];
      const mitigation::PeProducts products(
          {{&bench.tables.tables[0], 7}, {&bench.tables.tables[bench.tables.at(pe)], 1}},
          GetParam(), true);
      const auto histogram = bench.histogram_of_layer(i);
      double least = INFINITY;
      for (int w = netlist::min_weight(GetParam()); w <= netlist::max_weight(GetParam()); ++w) {
        least = std::min(least, mitigation::absolute_error(products, histogram, own, w));
      }
      EXPECT_EQ(
          mitigation::absolute_error(products, histogram, own,
                                     loaded.layers[i].weights[static_cast<std::size_t>(place)]),
          least);
    }
  }
}

TEST_P(RetuningInEveryFormat, only_weights_on_faulty_pes_change) {
  Bench bench(GetParam());
  for (const char* name : {"fal_retune", "fal_retune_uniform", "fal_retune_offset"}) {
    const auto own = load_unmodified(bench.network);
    const auto loaded = bench.load(name);
    for (std::size_t i = 0; i < loaded.layers.size(); ++i) {
      const auto& layer = bench.network.layers[i];
      for (int64_t place = 0; place < layer.num_inputs * layer.num_outputs; ++place) {
        const int pe =
            bench.accelerator.pe_of(0, place % layer.num_outputs, place / layer.num_outputs);
        if (bench.tables.at(pe) != 0) continue;
        EXPECT_EQ(loaded.layers[i].weights[static_cast<std::size_t>(place)],
                  own.layers[i].weights[static_cast<std::size_t>(place)]);
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Formats, RetuningInEveryFormat,
                         ::testing::Values(NumberFormat::kAffineU8, NumberFormat::kSignMagnitude,
                                           NumberFormat::kInt8),
                         [](const auto& test) {
                           return std::string(netlist::to_string(test.param));
                         });

}  // namespace
}  // namespace faultwave::driver
