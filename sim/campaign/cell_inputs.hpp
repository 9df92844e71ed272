// What a cell's configuration names, loaded; and the faults of its trials.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "accel/pe_mapping.hpp"
#include "campaign/campaign_config.hpp"
#include "campaign/plan.hpp"
#include "driver/experiment_inputs.hpp"
#include "nn/dataset.hpp"

namespace faultwave::campaign {

/// What the plan must know of cell `cell`; loads its inputs and checks them.
CellFacts cell_facts(const CampaignConfig& config, std::size_t cell);

/// What the trials of a cell share: network, images, multiplier, mapping of products to PEs.
struct CellInputs {
  CellInputs(const CampaignConfig& config, std::size_t cell);

  const driver::RunConfig& config;
  driver::ExperimentInputs inputs;
  std::unique_ptr<accel::PeMapping> mapping;
  std::vector<std::string> mitigations;
  nn::Dataset calibration;  ///< empty when no mitigation needs it
  int64_t batch_images = 0;
  std::string layer_name(int layer) const {
    return inputs.network.layers[static_cast<std::size_t>(layer)].name;
  }
};

/// The faults of one trial. `window_cycles` > 0: each acts for so long from a cycle below
/// `run_cycles` on.
std::vector<fault::Fault> faults_of(const CampaignPlan& plan, const TrialSpec& spec, int num_pes,
                                    int64_t window_cycles, int64_t run_cycles);

}  // namespace faultwave::campaign
