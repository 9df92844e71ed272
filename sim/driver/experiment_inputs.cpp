#include "driver/experiment_inputs.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "nn/onnx_import.hpp"

namespace faultwave::driver {
namespace {

void check_data(const nn::Network& network, const nn::Dataset& data,
                const std::string& network_path) {
  const auto& input = network.values[static_cast<std::size_t>(network.input)];
  if (input.shape != data.shape) {
    throw InputError(
        {network_path},
        fmt::format("takes {}x{}x{} images, data set '{}' has {}x{}x{}", input.shape.channels,
                    input.shape.height, input.shape.width, data.name, data.shape.channels,
                    data.shape.height, data.shape.width),
        "set 'data.name' to the data set that the network was trained on");
  }
  for (const uint8_t label : data.labels) {
    if (label >= network.num_classes()) {
      throw InputError({network_path}, fmt::format("has {} outputs, data set '{}' has label {}",
                                                   network.num_classes(), data.name, label));
    }
  }
}

nn::Dataset load_slice(const RunConfig& config) {
  const auto all = nn::load_dataset(config.data.name, config.data.split);
  if (config.data.first >= all.num_images()) {
    throw InputError({config.file}, fmt::format("data.first {} is beyond the {} images of '{}'",
                                                config.data.first, all.num_images(), all.name));
  }
  const int64_t rest = all.num_images() - config.data.first;
  return all.slice(config.data.first,
                   config.data.limit == 0 ? rest : std::min(rest, config.data.limit));
}

void check_multipliers(const RunConfig& config, const ExperimentInputs& inputs) {
  const bool needs_signed = config.multiplier.format == netlist::NumberFormat::kInt8;
  for (const Multiplier* multiplier : {&inputs.multiplier, &inputs.exact}) {
    check_signedness(multiplier->netlist, config.multiplier.format);
  }
  if (inputs.exact.table != netlist::exact_table(needs_signed)) {
    throw ConfigError({config.file},
                      fmt::format("multiplier.exact '{}' is not exact", config.multiplier.exact));
  }
}

}  // namespace

ExperimentInputs load_experiment_inputs(const RunConfig& config) {
  ExperimentInputs inputs{pe_space(config.accelerator),
                          nn::import_onnx(config.network),
                          load_slice(config),
                          load_multiplier(config.multiplier.name, config.multiplier.power_mw,
                                          config.multiplier.delay_ns),
                          load_multiplier(config.multiplier.exact),
                          {},
                          {}};
  check_data(inputs.network, inputs.data, config.network.string());
  check_multipliers(config, inputs);
  inputs.options.format = config.multiplier.format;
  inputs.options.weight_on_port_a = config.multiplier.weight_on_port_a;
  inputs.options.batch_images = config.batch_images;
  inputs.options.buffer_bytes = buffer_bytes(config.accelerator);
  batch_size(inputs.network, inputs.options);  // refuses what does not fit
  inputs.faults =
      expand_fault_specs(config.faults, inputs.multiplier.netlist, inputs.space, config.seed);
  return inputs;
}

}  // namespace faultwave::driver
