// A small random quantised network for driver tests: conv 3x3 pad 1, max pool, fully connected.
#pragma once

#include "base/rng.hpp"
#include "nn/network.hpp"

namespace faultwave::driver {

inline nn::Layer random_matrix_layer(CounterRng& rng, int64_t k, int64_t n) {
  nn::Layer layer;
  layer.kind = nn::LayerKind::kMatrix;
  layer.num_inputs = k;
  layer.num_outputs = n;
  for (int64_t i = 0; i < n * k; ++i) {
    layer.weights.push_back(static_cast<int8_t>(static_cast<int>(rng.below(255)) - 127));
  }
  for (int64_t i = 0; i < n; ++i) {
    layer.bias.push_back(static_cast<int32_t>(rng.below(2001)) - 1000);
  }
  layer.weight_scale = {0.004f};
  return layer;
}

/// Input 2x6x6 with the given zero point, 5 integer logits.
inline nn::Network small_network(uint64_t seed, int zero_point) {
  CounterRng rng(seed);
  nn::Network network;
  network.name = "small";
  network.values = {
      {"input", {2, 6, 6}, {0.01f, zero_point}, nn::DataType::kUint8},
      {"conv", {3, 6, 6}, {0.02f, 3}, nn::DataType::kUint8},
      {"pool", {3, 3, 3}, {0.02f, 3}, nn::DataType::kUint8},
      {"flat", {27, 1, 1}, {0.02f, 3}, nn::DataType::kUint8},
      {"logits", {5, 1, 1}, {1.0f, 0}, nn::DataType::kInt32},
  };
  nn::Layer conv = random_matrix_layer(rng, 18, 3);
  conv.name = "conv";
  conv.inputs = {0};
  conv.output = 1;
  conv.window = {3, 3, 1, 1, 1, 1, 1, 1, 1, 1};
  conv.clamp_low = 3;
  nn::Layer pool;
  pool.name = "pool";
  pool.kind = nn::LayerKind::kMaxPool;
  pool.inputs = {1};
  pool.output = 2;
  pool.window.kernel_h = pool.window.kernel_w = pool.window.stride_h = pool.window.stride_w = 2;
  nn::Layer flatten;
  flatten.name = "flatten";
  flatten.kind = nn::LayerKind::kReshape;
  flatten.inputs = {2};
  flatten.output = 3;
  nn::Layer dense = random_matrix_layer(rng, 27, 5);
  dense.name = "dense";
  dense.inputs = {3};
  dense.output = 4;
  network.layers = {conv, pool, flatten, dense};
  network.input = 0;
  network.output = 4;
  return network;
}

inline std::vector<uint8_t> random_images(uint64_t seed, int64_t bytes) {
  CounterRng rng(seed, 9);
  std::vector<uint8_t> images;
  for (int64_t i = 0; i < bytes; ++i) images.push_back(static_cast<uint8_t>(rng.below(256)));
  return images;
}

}  // namespace faultwave::driver
