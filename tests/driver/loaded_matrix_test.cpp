#include "driver/loaded_matrix.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "base/error.hpp"
#include "driver/network_runner.hpp"
#include "driver/small_network.hpp"
#include "driver/table_accelerator.hpp"
#include "netlist/product_table.hpp"
#include "nn/kernels.hpp"

namespace faultwave::driver {
namespace {

using netlist::NumberFormat;

constexpr int kRows = 4;
constexpr int kCols = 3;
constexpr int64_t kNumImages = 7;

std::vector<int32_t> random_order(CounterRng& rng, int64_t size) {
  std::vector<int32_t> order(static_cast<std::size_t>(size));
  std::iota(order.begin(), order.end(), 0);
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[rng.below(i)]);
  return order;
}

/// A network whose layers are loaded in random orders.
struct Shuffled {
  Shuffled(uint64_t seed, NumberFormat number_format) : network(small_network(seed, 5)) {
    CounterRng rng(seed, 4);
    is_signed = number_format == NumberFormat::kInt8;
    format = number_format;
    healthy = netlist::exact_table(is_signed);
    faulty = healthy;
    for (auto& bits : faulty.raw) bits = static_cast<uint16_t>(bits | 1u << 9);
    images = random_images(seed, kNumImages * 72);
    loaded = load_unmodified(network);
    for (std::size_t i = 0; i < network.layers.size(); ++i) {
      const auto& layer = network.layers[i];
      if (layer.kind != nn::LayerKind::kMatrix) continue;
      loaded.layers[i].order = {random_order(rng, layer.num_inputs),
                                random_order(rng, layer.num_outputs)};
    }
  }

  std::vector<int32_t> logits(accel::Accelerator& accelerator) const {
    RunnerOptions options;
    options.format = format;
    return run_network(network, loaded, accelerator, options, images.data(), kNumImages).logits;
  }

  nn::Network network;
  NumberFormat format;
  bool is_signed;
  netlist::ProductTable healthy;
  netlist::ProductTable faulty;
  std::vector<uint8_t> images;
  LoadedNetwork loaded;
};

class LoadedOrder : public testing::TestWithParam<NumberFormat> {};
INSTANTIATE_TEST_SUITE_P(Formats, LoadedOrder,
                         testing::Values(NumberFormat::kAffineU8, NumberFormat::kSignMagnitude,
                                         NumberFormat::kInt8),
                         [](const auto& test) {
                           return std::string(netlist::to_string(test.param));
                         });

TEST_P(LoadedOrder, changes_nothing_on_exact_pes) {
  for (const int groups : {1, 3}) {
    const Shuffled shuffled(11, GetParam());
    TableAccelerator accelerator(
        kRows, kCols, [&](int) -> const auto& { return shuffled.healthy; }, groups);
    EXPECT_EQ(shuffled.logits(accelerator),
              nn::run_exact(shuffled.network, shuffled.images.data(), kNumImages).logits);
  }
}

TEST_P(LoadedOrder, decides_which_weights_bypassed_pes_drop) {
  Shuffled shuffled(12, GetParam());
  const std::vector<int> faulty_pes = {1, 5, 9};
  TableAccelerator accelerator(
      kRows, kCols, [&](int) -> const auto& { return shuffled.healthy; });
  nn::Network pruned = shuffled.network;
  for (std::size_t i = 0; i < pruned.layers.size(); ++i) {
    auto& layer = pruned.layers[i];
    if (layer.kind != nn::LayerKind::kMatrix) continue;
    const auto& order = shuffled.loaded.layers[i].order;
    for (int64_t p = 0; p < layer.num_inputs; ++p) {
      for (int64_t q = 0; q < layer.num_outputs; ++q) {
        const int pe = accelerator.pe_of(0, q, p);
        if (std::find(faulty_pes.begin(), faulty_pes.end(), pe) == faulty_pes.end()) continue;
        const auto k = order.inputs[static_cast<std::size_t>(p)];
        const auto n = order.outputs[static_cast<std::size_t>(q)];
        layer.weights[static_cast<std::size_t>(n * layer.num_inputs + k)] = 0;
      }
    }
    shuffled.loaded.layers[i].bypass_faulty_pes = true;
  }
  shuffled.loaded.faulty_pes = faulty_pes;
  EXPECT_EQ(shuffled.logits(accelerator),
            nn::run_exact(pruned, shuffled.images.data(), kNumImages).logits);
}

TEST_P(LoadedOrder, puts_every_product_into_the_pe_of_its_position) {
  // One layer on its own, on PEs of which three are faulty, one product at a time.
  Shuffled shuffled(13, GetParam());
  const auto& layer = shuffled.network.layers[3];
  const auto& order = shuffled.loaded.layers[3].order;
  const auto table_of = [&](int pe) -> const netlist::ProductTable& {
    return pe % 4 == 1 ? shuffled.faulty : shuffled.healthy;
  };
  TableAccelerator accelerator(kRows, kCols, table_of, 2);
  const auto activations = random_images(14, kNumImages * layer.num_inputs);
  const LoadedMatrix matrix(layer, shuffled.loaded.layers[3], {}, {GetParam(), true});
  std::vector<int32_t> sums(static_cast<std::size_t>(kNumImages * layer.num_outputs));
  matrix.run(accelerator, {}, activations.data(), kNumImages, 3, sums.data());
  for (int64_t m = 0; m < kNumImages; ++m) {
    for (int64_t q = 0; q < layer.num_outputs; ++q) {
      const auto n = order.outputs[static_cast<std::size_t>(q)];
      int32_t expected = layer.bias[static_cast<std::size_t>(n)];
      for (int64_t p = 0; p < layer.num_inputs; ++p) {
        const auto k = order.inputs[static_cast<std::size_t>(p)];
        const int a = activations[static_cast<std::size_t>(m * layer.num_inputs + k)];
        const int w = layer.weights[static_cast<std::size_t>(n * layer.num_inputs + k)];
        const auto code = netlist::encode_weight(GetParam(), w);
        const int product = table_of(accelerator.pe_of(m, q, p))
                                .at(code.code, netlist::encode_activation(GetParam(), a));
        expected += (a - 3) * w + (code.negative ? -product : product) -
                    netlist::intended_product(GetParam(), a, w);
      }
      EXPECT_EQ(sums[static_cast<std::size_t>(m * layer.num_outputs + n)], expected);
    }
  }
}

TEST(LoadedOrderErrors, an_order_that_is_no_permutation_is_refused) {
  Shuffled shuffled(15, NumberFormat::kAffineU8);
  auto& order = shuffled.loaded.layers[0].order;
  order.inputs[0] = order.inputs[1];
  TableAccelerator accelerator(
      kRows, kCols, [&](int) -> const auto& { return shuffled.healthy; });
  EXPECT_THROW(shuffled.logits(accelerator), InternalError);
}

}  // namespace
}  // namespace faultwave::driver
