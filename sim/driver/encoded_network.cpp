#include "driver/encoded_network.hpp"

namespace faultwave::driver {
namespace {

/// The position of every item of an order.
std::vector<uint32_t> places_of(const std::vector<int32_t>& order) {
  std::vector<uint32_t> places(order.size());
  for (std::size_t position = 0; position < order.size(); ++position) {
    places[static_cast<std::size_t>(order[position])] = static_cast<uint32_t>(position);
  }
  return places;
}

replay::LayerWeights encode(const mitigation::LoadedLayer& loaded, netlist::NumberFormat format) {
  replay::LayerWeights encoded;
  encoded.codes.resize(loaded.weights.size());
  encoded.flags.resize(loaded.weights.size());
  for (std::size_t i = 0; i < loaded.weights.size(); ++i) {
    const auto code = netlist::encode_weight(format, loaded.weights[i]);
    encoded.codes[i] = code.code;
    encoded.flags[i] = code.negative ? accel::kNegate : uint8_t{0};
  }
  encoded.bias = loaded.bias;
  encoded.bypass_faulty_pes = loaded.bypass_faulty_pes;
  encoded.input_place = places_of(loaded.order.inputs);
  encoded.output_place = places_of(loaded.order.outputs);
  return encoded;
}

}  // namespace

std::vector<replay::LayerWeights> encode(const LoadedNetwork& loaded,
                                         netlist::NumberFormat format) {
  std::vector<replay::LayerWeights> layers;
  for (const auto& layer : loaded.layers) layers.push_back(encode(layer, format));
  return layers;
}

}  // namespace faultwave::driver
