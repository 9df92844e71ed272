// The result of `faultwave run` as text and as JSON.
#pragma once

#include <string>

#include "driver/experiment.hpp"
#include "driver/run_config.hpp"

namespace faultwave::driver {

/// The table for people: one line per run, per-layer cycles below, notes last. Ends with a newline.
std::string experiment_text(const RunConfig& config, const Experiment& experiment);

/// Runs of several variants side by side, one line per run. Ends with a newline.
std::string comparison_text(const std::vector<RunConfig>& configs,
                            const std::vector<Experiment>& experiments);

/// Everything, as JSON: `runs[] {name, multiplier, mitigation, accuracy, correct, images, top5,
/// sdc1,
/// ..., cycles, utilisation, energy_pj, logits_sha256, layers[]}` and `provenance {version, git,
/// seed, netlist_sha256, config}`. docs/configuration.md lists the keys.
std::string experiment_json(const RunConfig& config, const Experiment& experiment);
/// `variants[]`, each such a document with its `name`.
std::string variants_json(const std::vector<RunConfig>& configs,
                          const std::vector<Experiment>& experiments);

}  // namespace faultwave::driver
