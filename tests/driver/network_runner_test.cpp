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
      4, 3, [&](int) -> const auto& { return table; });
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

/// Logits of a network whose product (m, n, k) counts as zero where `is_dropped(m, n, k)`, computed
/// product by product.
template <typename IsDropped>
std::vector<int32_t> logits_without(const nn::Network& network, const std::vector<uint8_t>& images,
                                    int64_t num_images, IsDropped is_dropped) {
  std::vector<std::vector<uint8_t>> values(network.values.size());
  values[static_cast<std::size_t>(network.input)] = images;
  for (const auto& layer : network.layers) {
    const auto source = static_cast<std::size_t>(layer.inputs[0]);
    const auto& input = network.values[source];
    if (layer.kind != nn::LayerKind::kMatrix) {
      values[static_cast<std::size_t>(layer.output)] = nn::run_vector_layer(
          network, layer, std::array{std::as_const(values[source]).data()}, num_images);
      continue;
    }
    const auto matrix = nn::im2col(layer, input, values[source].data(), num_images);
    const int64_t rows = nn::im2col_rows(layer, input.shape);
    std::vector<int32_t> sums;
    for (int64_t m = 0; m < num_images * rows; ++m) {
      for (int64_t n = 0; n < layer.num_outputs; ++n) {
        int32_t sum = layer.bias[static_cast<std::size_t>(n)];
        for (int64_t k = 0; k < layer.num_inputs; ++k) {
          if (is_dropped(m, n, k)) continue;
          sum += (matrix[static_cast<std::size_t>(m * layer.num_inputs + k)] -
                  input.quantization.zero_point) *
                 layer.weights[static_cast<std::size_t>(n * layer.num_inputs + k)];
        }
        sums.push_back(sum);
      }
    }
    if (layer.output == network.output) return sums;
    values[static_cast<std::size_t>(layer.output)] =
        nn::requantize(layer, network, sums.data(), num_images, rows);
  }
  return {};
}

TEST_P(EveryFormat, products_of_bypassed_pes_count_as_zero_with_their_corrections) {
  const auto table = netlist::exact_table(GetParam() == NumberFormat::kInt8);
  for (const int groups : {1, 5}) {
    TableAccelerator accelerator(
        4, 3, [&](int) -> const auto& { return table; }, groups);
    const auto network = small_network(8, 11);
    const auto images = random_images(9, kNumImages * 72);
    RunnerOptions options;
    options.format = GetParam();
    auto loaded = load_unmodified(network);
    CounterRng rng(10);
    for (int pe = 0; pe < accelerator.pes().size(); ++pe) {
      if (rng.below(3) == 0) loaded.faulty_pes.push_back(pe);
    }
    const std::set<int> faulty(loaded.faulty_pes.begin(), loaded.faulty_pes.end());
    for (auto& layer : loaded.layers) layer.bypass_faulty_pes = true;
    const auto result =
        run_network(network, loaded, accelerator, options, images.data(), kNumImages);
    EXPECT_EQ(result.logits,
              logits_without(network, images, kNumImages, [&](int64_t m, int64_t n, int64_t k) {
                return faulty.count(accelerator.pe_of(m, n, k)) != 0;
              }));
    EXPECT_NE(result.logits, nn::run_exact(network, images.data(), kNumImages).logits);
  }
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
        4, 4, [&](int) -> const auto& { return table; });
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
      4, 4, [&](int) -> const auto& { return table; });
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
