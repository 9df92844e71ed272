// Vector layers feature by feature and image by image must be the same arithmetic.
#include "nn/row_layer.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <set>

#include "base/rng.hpp"
#include "nn/kernels.hpp"
#include "nn/onnx_import.hpp"
#include "nn/random_networks_fixture.hpp"

namespace faultwave::nn {
namespace {

constexpr int64_t kImages = 70;

/// run_vector_layer's result, [image][feature], by RowLayer.
std::vector<uint8_t> run_by_rows(const Network& network, const Layer& layer,
                                 const std::vector<std::vector<uint8_t>>& inputs) {
  const RowLayer rows(network, layer);
  std::vector<std::vector<uint8_t>> features;
  std::vector<std::size_t> first_of_input;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    first_of_input.push_back(features.size());
    const auto size = inputs[i].size() / kImages;
    for (std::size_t f = 0; f < size; ++f) {
      features.emplace_back();
      for (std::size_t image = 0; image < kImages; ++image) {
        features.back().push_back(inputs[i][image * size + f]);
      }
    }
  }
  const auto num_outputs = static_cast<std::size_t>(rows.num_features());
  std::vector<uint8_t> result(num_outputs * kImages);
  for (std::size_t f = 0; f < num_outputs; ++f) {
    std::vector<const uint8_t*> taps;
    for (const Tap& tap : rows.taps(static_cast<int64_t>(f))) {
      taps.push_back(features[first_of_input[tap.input] + tap.feature].data());
    }
    std::vector<uint8_t> codes(kImages);
    rows.compute(static_cast<int64_t>(f), taps, kImages, codes.data());
    for (std::size_t image = 0; image < kImages; ++image) {
      result[image * num_outputs + f] = codes[image];
    }
  }
  return result;
}

TEST(RowLayer, equals_run_vector_layer_for_every_kind_on_random_networks) {
  const auto folder = std::filesystem::path(testing::TempDir()) / "row_layer_test";
  std::filesystem::create_directories(folder);
  std::set<LayerKind> seen;
  CounterRng rng(1, 41);
  for (const auto& family : test::network_families()) {
    for (uint64_t seed = 0; seed < 6; ++seed) {
      const auto path = folder / "network.onnx";
      family.build(seed).save(path);
      const Network network = import_onnx(path);
      for (const Layer& layer : network.layers) {
        const auto type = network.values[static_cast<std::size_t>(layer.inputs[0])].type;
        if (layer.kind == LayerKind::kMatrix || type != DataType::kUint8) continue;
        seen.insert(layer.kind);
        std::vector<std::vector<uint8_t>> inputs;
        std::vector<const uint8_t*> pointers;
        for (const int id : layer.inputs) {
          const auto size = network.values[static_cast<std::size_t>(id)].shape.size() * kImages;
          inputs.emplace_back();
          for (int64_t i = 0; i < size; ++i) {
            inputs.back().push_back(static_cast<uint8_t>(rng.below(256)));
          }
        }
        for (const auto& input : inputs) pointers.push_back(input.data());
        ASSERT_EQ(run_by_rows(network, layer, inputs),
                  run_vector_layer(network, layer, pointers, kImages))
            << family.name << " seed " << seed << " layer " << layer.name << " "
            << to_string(layer.kind);
      }
    }
  }
  EXPECT_EQ(seen.size(), 7u) << "kinds of vector layers";
}

}  // namespace
}  // namespace faultwave::nn
