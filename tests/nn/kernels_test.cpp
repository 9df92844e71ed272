#include "nn/kernels.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/rng.hpp"

namespace faultwave::nn {
namespace {

uint64_t test_seed() { return std::stoull(environment("FAULTWAVE_TEST_SEED", "1")); }

int between(CounterRng& rng, int low, int high) {
  return low + static_cast<int>(rng.below(static_cast<uint64_t>(high - low + 1)));
}

std::vector<uint8_t> random_bytes(CounterRng& rng, int64_t count) {
  std::vector<uint8_t> bytes(static_cast<std::size_t>(count));
  for (auto& byte : bytes) byte = static_cast<uint8_t>(rng.below(256));
  return bytes;
}

Layer matrix_layer(CounterRng& rng, int64_t n, int64_t k) {
  Layer layer;
  layer.name = "matrix";
  layer.num_inputs = k;
  layer.num_outputs = n;
  for (int64_t i = 0; i < n * k; ++i) {
    layer.weights.push_back(static_cast<int8_t>(between(rng, -128, 127)));
  }
  layer.bias.assign(static_cast<std::size_t>(n), 0);
  layer.weight_scale = {1.0f};
  return layer;
}

/// One layer from value 0 to value 1 (kAdd: from 0 and 1 to 2).
Network one_layer(const Layer& layer, const Value& in, const Value& out) {
  Network network;
  network.values = {in, out};
  network.layers = {layer};
  network.layers[0].inputs = {0};
  network.layers[0].output = 1;
  network.input = 0;
  network.output = 1;
  return network;
}

TEST(ExactGemm, equals_the_sum_of_products_for_odd_sizes_and_zero_points) {
  SCOPED_TRACE(fmt::format("FAULTWAVE_TEST_SEED={}", test_seed()));
  CounterRng rng(test_seed());
  for (const auto& [m, n, k] :
       {std::array<int64_t, 3>{1, 1, 1}, {3, 5, 7}, {33, 4, 65}, {2, 17, 300}}) {
    const int zero_point = between(rng, 0, 255);
    const Layer layer = matrix_layer(rng, n, k);
    const auto a = random_bytes(rng, m * k);
    std::vector<int32_t> sums(static_cast<std::size_t>(m * n), -1);
    exact_gemm(layer, zero_point, a.data(), m, sums.data());
    for (int64_t i = 0; i < m; ++i) {
      for (int64_t j = 0; j < n; ++j) {
        int64_t expected = 0;
        for (int64_t x = 0; x < k; ++x) {
          expected += int64_t{a[static_cast<std::size_t>(i * k + x)] - zero_point} *
                      layer.weights[static_cast<std::size_t>(j * k + x)];
        }
        ASSERT_EQ(sums[static_cast<std::size_t>(i * n + j)], expected) << i << ' ' << j;
      }
    }
  }
}

TEST(ExactGemm, wraps_around_like_a_32_bit_accumulator) {
  const int64_t k = 70'000;  // 70,000 * 255 * 127 exceeds 2^31
  Layer layer;
  layer.num_inputs = k;
  layer.num_outputs = 1;
  layer.weights.assign(static_cast<std::size_t>(k), 127);
  const std::vector<uint8_t> a(static_cast<std::size_t>(k), 255);
  int32_t sum = 0;
  exact_gemm(layer, 0, a.data(), 1, &sum);
  EXPECT_EQ(sum, static_cast<int32_t>(static_cast<uint32_t>(k * 255 * 127)));
}

TEST(TableGemm, with_the_exact_table_equals_the_exact_sums_in_both_operand_orders) {
  SCOPED_TRACE(fmt::format("FAULTWAVE_TEST_SEED={}", test_seed()));
  CounterRng rng(test_seed(), 1);
  const int64_t m = 5, n = 9, k = 31;
  for (const bool is_signed : {false, true}) {
    const auto table = netlist::exact_table(is_signed);
    const auto a = random_bytes(rng, m * k);
    const auto w = random_bytes(rng, k * n);
    auto negate = random_bytes(rng, k * n);
    for (auto& flag : negate) flag &= 1;
    for (const bool weight_on_port_a : {false, true}) {
      std::vector<int32_t> sums(static_cast<std::size_t>(m * n));
      table_gemm(table, weight_on_port_a, m, n, k, a.data(), w.data(), negate, sums.data());
      for (int64_t i = 0; i < m * n; ++i) {
        int32_t expected = 0;
        for (int64_t x = 0; x < k; ++x) {
          const auto at = static_cast<std::size_t>(x * n + i % n);
          const int32_t product =
              netlist::exact_product(a[static_cast<std::size_t>(i / n * k + x)], w[at], is_signed);
          expected += negate[at] != 0 ? -product : product;
        }
        ASSERT_EQ(sums[static_cast<std::size_t>(i)], expected);
      }
    }
  }
}

TEST(TableGemm, reads_the_weight_on_the_port_that_it_is_told) {
  netlist::ProductTable table;
  table.raw[7 + 256 * 9] = 1;  // A = 7, B = 9
  const uint8_t seven = 7, nine = 9;
  int32_t sum = -1;
  table_gemm(table, true, 1, 1, 1, &nine, &seven, {}, &sum);
  EXPECT_EQ(sum, 1);
  table_gemm(table, false, 1, 1, 1, &seven, &nine, {}, &sum);
  EXPECT_EQ(sum, 1);
  table_gemm(table, true, 1, 1, 1, &seven, &nine, {}, &sum);
  EXPECT_EQ(sum, 0);
}

TEST(Im2col, pads_with_the_zero_point_and_orders_k_by_channel_row_column) {
  Layer layer;
  layer.window = {2, 2, 1, 1, 1, 1, 1, 0, 0, 0};
  layer.num_inputs = 8;
  const Value in{"in", {2, 2, 2}, {1.0f, 77}, DataType::kUint8};
  const std::vector<uint8_t> map{1, 2, 3, 4, 5, 6, 7, 8};
  ASSERT_EQ(im2col_rows(layer, in.shape), 2);
  EXPECT_EQ(im2col(layer, in, map.data(), 1),
            (std::vector<uint8_t>{77, 77, 1, 2, 77, 77, 5, 6, 1, 2, 3, 4, 5, 6, 7, 8}));
}

TEST(Im2col, strides_and_dilations_pick_the_taps) {
  Layer layer;
  layer.window = {2, 1, 2, 1, 2, 1, 0, 0, 0, 0};
  layer.num_inputs = 2;
  const Value in{"in", {1, 5, 1}, {1.0f, 0}, DataType::kUint8};
  const std::vector<uint8_t> map{10, 11, 12, 13, 14};
  EXPECT_EQ(im2col(layer, in, map.data(), 1), (std::vector<uint8_t>{10, 12, 12, 14}));
}

TEST(Requantize, rounds_half_to_even_and_clamps_for_every_sum) {
  Layer layer;
  layer.num_outputs = 1;
  layer.weight_scale = {0.5f};
  layer.clamp_low = 10;
  const Network network = one_layer(layer, {"in", {1, 1, 1}, {1.0f, 0}, DataType::kUint8},
                                    {"out", {1, 1, 1}, {1.0f, 10}, DataType::kUint8});
  std::vector<int32_t> sums{std::numeric_limits<int32_t>::min(),
                            std::numeric_limits<int32_t>::max()};
  for (int32_t sum = -600; sum <= 600; ++sum) sums.push_back(sum);
  const auto codes =
      requantize(network.layers[0], network, sums.data(), static_cast<int64_t>(sums.size()), 1);
  for (std::size_t i = 0; i < sums.size(); ++i) {
    const double real = std::nearbyint(sums[i] * 0.5) + 10;
    ASSERT_EQ(codes[i], std::clamp(real, 10.0, 255.0)) << sums[i];
  }
}

TEST(Requantize, lays_rows_out_as_channels_of_maps) {
  Layer layer;
  layer.num_outputs = 2;
  layer.weight_scale = {1.0f, 2.0f};
  const Network network = one_layer(layer, {"in", {1, 1, 3}, {1.0f, 0}, DataType::kUint8},
                                    {"out", {2, 1, 3}, {1.0f, 0}, DataType::kUint8});
  const std::vector<int32_t> sums{1, 2, 3, 4, 5, 6};
  EXPECT_EQ(requantize(network.layers[0], network, sums.data(), 1, 3),
            (std::vector<uint8_t>{1, 3, 5, 4, 8, 12}));
}

TEST(VectorLayers, additions_fuse_the_zero_point_of_the_first_operand) {
  // Recorded from ONNX Runtime 1.30 (AVX2): the cases in which any other order of float32 roundings
  // gives another code.
  struct Case {
    Quantization a, b, out;
    uint8_t code_a, code_b, expected;
  };
  const std::vector<Case> cases = {
      {{0.00899999961f, 214}, {0.0120000001f, 251}, {0.0199999996f, 16}, 180, 254, 2},
      {{0.0189999994f, 114}, {0.00700000022f, 78}, {0.00600000005f, 142}, 44, 151, 5},
      {{0.0140000004f, 99}, {0.0189999994f, 146}, {0.00400000019f, 189}, 0, 182, 13},
      {{0.0109999999f, 186}, {0.00200000009f, 252}, {0.00800000038f, 105}, 110, 252, 1},
      {{0.00100000005f, 119}, {0.00499999989f, 251}, {0.00600000005f, 113}, 0, 141, 2},
      {{0.0199999996f, 75}, {0.0109999999f, 220}, {0.0140000004f, 234}, 0, 63, 4},
      {{0.0199999996f, 99}, {0.00499999989f, 187}, {0.0120000001f, 78}, 36, 253, 1},
      {{0.00100000005f, 71}, {0.0109999999f, 24}, {0.00600000005f, 166}, 0, 76, 250},
  };
  for (const Case& c : cases) {
    Layer layer;
    layer.kind = LayerKind::kAdd;
    layer.inputs = {0, 1};
    layer.output = 2;
    Network network;
    network.values = {{"a", {1, 1, 1}, c.a, DataType::kUint8},
                      {"b", {1, 1, 1}, c.b, DataType::kUint8},
                      {"sum", {1, 1, 1}, c.out, DataType::kUint8}};
    const uint8_t* inputs[] = {&c.code_a, &c.code_b};
    EXPECT_EQ(run_vector_layer(network, layer, inputs, 1), std::vector<uint8_t>{c.expected})
        << c.a.scale << ' ' << c.b.scale << ' ' << c.out.scale;
  }
}

TEST(VectorLayers, large_additions_equal_small_ones) {
  SCOPED_TRACE(fmt::format("FAULTWAVE_TEST_SEED={}", test_seed()));
  CounterRng rng(test_seed(), 2);
  const int64_t count = 70'000;  // above the size from which a table is used
  const auto a = random_bytes(rng, count);
  const auto b = random_bytes(rng, count);
  Layer layer;
  layer.kind = LayerKind::kAdd;
  layer.inputs = {0, 1};
  layer.output = 2;
  Network network;
  network.values = {{"a", {1, 1, 1}, {0.3f, 5}, DataType::kUint8},
                    {"b", {1, 1, 1}, {0.2f, 200}, DataType::kUint8},
                    {"sum", {1, 1, 1}, {0.5f, 90}, DataType::kUint8}};
  const uint8_t* whole[] = {a.data(), b.data()};
  const auto sums = run_vector_layer(network, layer, whole, count);
  for (int64_t i = 0; i < count; i += 1000) {
    const uint8_t* part[] = {a.data() + i, b.data() + i};
    const auto expected = run_vector_layer(network, layer, part, 1000);
    ASSERT_TRUE(std::equal(expected.begin(), expected.end(), sums.begin() + i)) << i;
  }
}

TEST(VectorLayers, average_pools_count_padding_only_when_told) {
  for (const bool counts : {false, true}) {
    Layer layer;
    layer.kind = LayerKind::kAveragePool;
    layer.window = {2, 2, 1, 1, 1, 1, 1, 1, 0, 0};
    layer.average_counts_padding = counts;
    const Network network = one_layer(layer, {"in", {1, 1, 1}, {1.0f, 10}, DataType::kUint8},
                                      {"out", {1, 1, 1}, {1.0f, 20}, DataType::kUint8});
    const uint8_t pixel = 50;
    const uint8_t* inputs[] = {&pixel};
    EXPECT_EQ(run_vector_layer(network, network.layers[0], inputs, 1)[0], counts ? 30 : 60);
  }
}

TEST(VectorLayers, a_matrix_layer_is_refused) {
  CounterRng rng(1);
  const Network network =
      one_layer(matrix_layer(rng, 1, 1), {"in", {1, 1, 1}, {}, DataType::kUint8},
                {"out", {1, 1, 1}, {}, DataType::kUint8});
  const uint8_t pixel = 0;
  const uint8_t* inputs[] = {&pixel};
  EXPECT_THROW(run_vector_layer(network, network.layers[0], inputs, 1), InternalError);
}

TEST(CheckNetwork, finds_layers_that_do_not_fit) {
  CounterRng rng(1);
  const Network good = one_layer(matrix_layer(rng, 2, 3), {"in", {3, 1, 1}, {}, DataType::kUint8},
                                 {"out", {2, 1, 1}, {}, DataType::kInt32});
  EXPECT_NO_THROW(check_network(good));
  const auto broken = [&](auto change) {
    Network network = good;
    change(network);
    return network;
  };
  EXPECT_THROW(check_network(broken([](Network& n) { n.layers[0].bias.pop_back(); })),
               InternalError);
  EXPECT_THROW(check_network(broken([](Network& n) { n.layers[0].weights.pop_back(); })),
               InternalError);
  EXPECT_THROW(check_network(broken([](Network& n) { n.layers[0].inputs = {7}; })), InternalError);
  EXPECT_THROW(check_network(broken([](Network& n) {
                 n.values[0].shape = {2, 1, 1};
               })),
               InternalError);
  EXPECT_THROW(check_network(broken([](Network& n) { n.layers.clear(); })), InternalError);
}

TEST(Ranking, the_lowest_index_wins_ties) {
  const std::vector<int32_t> logits{3, 9, 9, -1, 9, 4, 9, 9};
  EXPECT_EQ(top1(logits.data(), 8), 1);
  const std::vector<bool> expected{false, true, true, false, true, false, true, true};
  for (int label = 0; label < 8; ++label) {
    EXPECT_EQ(in_top5(logits.data(), 8, label), expected[static_cast<std::size_t>(label)]) << label;
  }
  EXPECT_FALSE(in_top5(logits.data(), 8, 8));
  const std::vector<int32_t> few{1, 2, 3};
  EXPECT_TRUE(in_top5(few.data(), 3, 0));
}

TEST(RunExact, does_not_depend_on_how_many_images_run_at_once) {
  SCOPED_TRACE(fmt::format("FAULTWAVE_TEST_SEED={}", test_seed()));
  CounterRng rng(test_seed(), 3);
  // 3x3 over 64x64 with 16 channels in: about 700 kB of im2col an image, so that chunks end within
  // the 150 images.
  Layer conv = matrix_layer(rng, 4, 144);
  conv.window = {3, 3, 1, 1, 1, 1, 1, 1, 1, 1};
  Layer pool;
  pool.kind = LayerKind::kGlobalAveragePool;
  Network network;
  network.values = {{"in", {16, 64, 64}, {1.0f, 100}, DataType::kUint8},
                    {"conv", {4, 64, 64}, {2000.0f, 128}, DataType::kUint8},
                    {"out", {4, 1, 1}, {200.0f, 128}, DataType::kUint8}};
  conv.inputs = {0};
  conv.output = 1;
  pool.inputs = {1};
  pool.output = 2;
  network.layers = {conv, pool};
  network.input = 0;
  network.output = 2;
  const int64_t size = network.values[0].shape.size();
  const auto images = random_bytes(rng, 150 * size);
  const auto all = run_exact(network, images.data(), 150).logits;
  for (const int64_t image : {0, 1, 74, 149}) {
    const auto one = run_exact(network, images.data() + image * size, 1).logits;
    EXPECT_TRUE(std::equal(one.begin(), one.end(), all.begin() + image * 4)) << image;
  }
}

}  // namespace
}  // namespace faultwave::nn
