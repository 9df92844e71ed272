#include "driver/network_runner.hpp"

#include <gtest/gtest.h>

#include "driver/small_network.hpp"
#include "driver/table_accelerator.hpp"
#include "nn/kernels.hpp"

namespace faultwave::driver {
namespace {

using netlist::NumberFormat;

constexpr int64_t kNumImages = 7;

class EveryFormat : public ::testing::TestWithParam<NumberFormat> {};

TEST_P(EveryFormat, exact_multiplier_gives_the_exact_logits_for_any_zero_point_batch_and_port) {
  const auto table = netlist::exact_table(GetParam() == NumberFormat::kInt8);
  TableAccelerator accelerator(
      4, 3, [&](int, int) -> const auto& { return table; });
  for (const int zero_point : {0, 17, 255}) {
    for (const int64_t batch : {int64_t{0}, int64_t{1}, int64_t{3}}) {
      const auto network = small_network(5, zero_point);
      const auto images = random_images(6, kNumImages * 72);
      RunnerOptions options;
      options.format = GetParam();
      options.batch_images = batch;
      options.weight_on_port_a = batch != 1;
      const auto result = run_network(network, load_unmodified(network), accelerator, options,
                                      images.data(), kNumImages);
      EXPECT_EQ(result.logits, nn::run_exact(network, images.data(), kNumImages).logits);
      EXPECT_EQ(result.layers.size(), 4u);
      EXPECT_EQ(result.layers[0].m, kNumImages * 36);
      EXPECT_EQ(result.layers[0].kind, "conv");
      EXPECT_EQ(result.layers[3].kind, "gemm");
    }
  }
}

TEST_P(EveryFormat, bypassed_weights_count_as_zero) {
  const auto table = netlist::exact_table(GetParam() == NumberFormat::kInt8);
  TableAccelerator accelerator(
      4, 3, [&](int, int) -> const auto& { return table; });
  auto network = small_network(8, 11);
  const auto images = random_images(9, kNumImages * 72);
  RunnerOptions options;
  options.format = GetParam();

  auto loaded = load_unmodified(network);
  CounterRng rng(10);
  auto pruned = network;
  for (const std::size_t index : {std::size_t{0}, std::size_t{3}}) {
    auto& layer = pruned.layers[index];
    for (int64_t k = 0; k < layer.num_inputs; ++k) {
      for (int64_t n = 0; n < layer.num_outputs; ++n) {
        if (rng.below(3) != 0) continue;
        loaded.layers[index].bypass[static_cast<std::size_t>(k * layer.num_outputs + n)] = 1;
        layer.weights[static_cast<std::size_t>(n * layer.num_inputs + k)] = 0;
      }
    }
  }
  const auto result = run_network(network, loaded, accelerator, options, images.data(), kNumImages);
  EXPECT_EQ(result.logits, nn::run_exact(pruned, images.data(), kNumImages).logits);
}

INSTANTIATE_TEST_SUITE_P(Formats, EveryFormat,
                         ::testing::Values(NumberFormat::kAffineU8, NumberFormat::kSignMagnitude,
                                           NumberFormat::kInt8),
                         [](const auto& test) {
                           return std::string(netlist::to_string(test.param));
                         });

TEST(NetworkRunner, batch_is_what_the_buffer_holds_and_at_least_one) {
  const auto network = small_network(5, 0);
  RunnerOptions options;
  options.buffer_bytes = 180 * 4;  // the convolution keeps 72 + 108 bytes per image
  EXPECT_EQ(batch_size(network, options), 4);
  options.buffer_bytes = 180 * 4 - 1;
  EXPECT_EQ(batch_size(network, options), 3);
  options.buffer_bytes = 1;
  EXPECT_EQ(batch_size(network, options), 1);
  options.batch_images = 9;
  EXPECT_EQ(batch_size(network, options), 9);
}

TEST(NetworkRunner, images_come_from_the_host_once_and_logits_go_back_once) {
  const auto table = netlist::exact_table(false);
  for (const bool flatten_first : {false, true}) {
    auto network = small_network(5, 0);
    if (flatten_first) {
      // Flatten, then the fully connected layer alone on 27 features.
      network.values[0].shape = {3, 3, 3};
      network.layers = {network.layers[2], network.layers[3]};
      network.layers[0].inputs = {0};
    }
    TableAccelerator accelerator(
        4, 4, [&](int, int) -> const auto& { return table; });
    const int64_t bytes = network.values[0].shape.size();
    const auto images = random_images(6, kNumImages * bytes);
    RunnerOptions options;
    options.batch_images = 4;
    run_network(network, load_unmodified(network), accelerator, options, images.data(), kNumImages);
    EXPECT_EQ(accelerator.input_bytes(), kNumImages * bytes);
    EXPECT_EQ(accelerator.output_bytes(), kNumImages * 5 * 4);
  }
}

TEST(NetworkRunner, progress_covers_every_layer_of_every_batch) {
  const auto table = netlist::exact_table(false);
  TableAccelerator accelerator(
      4, 4, [&](int, int) -> const auto& { return table; });
  const auto network = small_network(5, 0);
  const auto images = random_images(6, kNumImages * 72);
  RunnerOptions options;
  options.batch_images = 2;
  int64_t steps = 0;
  run_network(network, load_unmodified(network), accelerator, options, images.data(), kNumImages,
              [&](int64_t done) { steps += done; });
  EXPECT_EQ(steps, 4 * 4);
}

}  // namespace
}  // namespace faultwave::driver
