// Everything that a run of a configuration needs, loaded and checked.
#pragma once

#include <vector>

#include "driver/accelerator.hpp"
#include "driver/multiplier.hpp"
#include "driver/network_runner.hpp"
#include "driver/run_config.hpp"
#include "nn/dataset.hpp"
#include "nn/network.hpp"

namespace faultwave::driver {

/// What a configuration names, loaded and checked.
struct ExperimentInputs {
  fault::PeSpace space;
  nn::Network network;
  nn::Dataset data;  ///< the images that run
  Multiplier multiplier;
  Multiplier exact;
  std::vector<fault::Fault> faults;
  RunnerOptions options;
};

/// ConfigError, InputError or UsageError for what is missing or does not fit together.
ExperimentInputs load_experiment_inputs(const RunConfig& config);

}  // namespace faultwave::driver
