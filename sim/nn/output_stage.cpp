#include "nn/output_stage.hpp"

namespace faultwave::nn {

OutputStage::OutputStage(const Layer& layer, const Network& network)
    : factors_(static_cast<std::size_t>(layer.num_outputs)) {
  const auto& input = network.values[static_cast<std::size_t>(layer.inputs.at(0))].quantization;
  const auto& output = network.values[static_cast<std::size_t>(layer.output)].quantization;
  for (std::size_t n = 0; n < factors_.size(); ++n) {
    const float weight_scale = layer.weight_scale[layer.weight_scale.size() == 1 ? 0 : n];
    factors_[n] = input.scale * weight_scale / output.scale;
  }
  zero_ = output.zero_point;
  low_ = static_cast<float>(layer.clamp_low - zero_);
  high_ = static_cast<float>(layer.clamp_high - zero_);
}

}  // namespace faultwave::nn
