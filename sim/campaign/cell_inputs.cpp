#include "campaign/cell_inputs.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/rng.hpp"
#include "base/sha256.hpp"
#include "base/suggest.hpp"
#include "mitigation/mitigation.hpp"
#include "netlist/verilog_writer.hpp"

namespace faultwave::campaign {
namespace {

/// Counters of a trial's seed; 0 draws the PE (CampaignPlan).
constexpr uint64_t kWindowCounter = 2;

std::vector<int> listed_pes(const CampaignConfig& config, const driver::RunConfig& cell,
                            const fault::PeSpace& space, const netlist::Netlist& multiplier) {
  std::vector<int> pes;
  for (const auto& name : config.pes) {
    try {
      pes.push_back(fault::parse_fault(multiplier, name + ".weight[0].sa0", space).pe);
    } catch (const UsageError& error) {
      throw ConfigError({cell.file}, fmt::format("campaign.pes: '{}': {}", name, error.what()),
                        fmt::format("random, all, or names such as {}", space.pe_name(0)));
    }
  }
  return pes;
}

std::vector<int> matrix_layers(const CampaignConfig& config, const driver::RunConfig& cell,
                               const nn::Network& network) {
  std::vector<int> layers;
  if (!config.each_layer) return layers;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < network.layers.size(); ++i) {
    const auto& layer = network.layers[i];
    if (layer.kind != nn::LayerKind::kMatrix) continue;
    if (std::find(names.begin(), names.end(), layer.name) != names.end()) {
      throw InputError({cell.network.string()}, fmt::format("has two layers '{}'", layer.name),
                       "name its nodes apart to take layers one at a time");
    }
    names.push_back(layer.name);
    if (config.layers.empty() ||
        std::find(config.layers.begin(), config.layers.end(), layer.name) != config.layers.end()) {
      layers.push_back(static_cast<int>(i));
    }
  }
  for (const auto& wanted : config.layers) {
    if (std::find(names.begin(), names.end(), wanted) == names.end()) {
      throw ConfigError({cell.file},
                        fmt::format("campaign.layers: network has no matrix layer '{}'", wanted),
                        suggestion(wanted, names));
    }
  }
  return layers;
}

nn::Dataset load_calibration(const driver::DataConfig& data) {
  return nn::load_dataset(data.name, data.calibration_split).slice(0, data.calibration_images);
}

}  // namespace

CellFacts cell_facts(const CampaignConfig& config, std::size_t cell) {
  const driver::RunConfig& run = config.cells[cell];
  const auto inputs = driver::load_experiment_inputs(run);
  CellFacts facts;
  facts.identity = fmt::format(
      "{} {} {} {} {}", sha256_hex(read_file(run.network)),
      sha256_hex(std::as_bytes(std::span(inputs.data.pixels))),
      sha256_hex(std::as_bytes(std::span(inputs.data.labels))), inputs.multiplier.table_sha256,
      sha256_hex(netlist::write_scalar_verilog(inputs.multiplier.netlist)));
  if (mitigations_of(run).size() > 1) {
    const auto calibration = load_calibration(run.data);
    facts.identity += " " + sha256_hex(std::as_bytes(std::span(calibration.pixels)));
  }
  facts.num_pes = inputs.space.size();
  facts.listed_pes = listed_pes(config, run, inputs.space, inputs.multiplier.netlist);
  facts.matrix_layers = matrix_layers(config, run, inputs.network);
  facts.faults = tried_faults(config, inputs.multiplier.netlist, inputs.space,
                              inputs.options.weight_on_port_a, run.engine == driver::Engine::kGate);
  return facts;
}

CellInputs::CellInputs(const CampaignConfig& campaign, std::size_t cell)
    : config(campaign.cells[cell]),
      inputs(driver::load_experiment_inputs(config)),
      mapping(driver::make_pe_mapping(config.accelerator)),
      mitigations(mitigations_of(config)) {
  mitigation::register_builtin_mitigations();
  if (mitigations.size() > 1) calibration = load_calibration(config.data);
  batch_images =
      std::min(driver::batch_size(inputs.network, inputs.options), inputs.data.num_images());
}

std::vector<fault::Fault> faults_of(const CampaignPlan& plan, const TrialSpec& spec, int num_pes,
                                    int64_t window_cycles, int64_t run_cycles) {
  const auto& classes = plan.faults(spec.cell).classes;
  std::vector<int> pes;
  if (spec.pe) {
    pes = {*spec.pe};
  } else {
    pes = fault::sample_loci(num_pes, *spec.rate, spec.seed);
  }
  std::vector<fault::Fault> faults;
  for (const int pe : pes) {
    // Streams of PEs count from 1 and do not depend on the rate.
    const CounterRng of_pe(spec.seed, static_cast<uint64_t>(pe) + 1);
    const uint32_t index =
        spec.fault_class ? *spec.fault_class : plan.draw_class(spec.cell, of_pe.at(0));
    if (classes[index].is_undetectable) continue;
    faults.push_back(classes[index].representative);
    faults.back().pe = pe;
    if (window_cycles > 0) {
      const uint64_t begin =
          of_pe.below_at(kWindowCounter, static_cast<uint64_t>(std::max<int64_t>(1, run_cycles)));
      faults.back().window = {begin, begin + static_cast<uint64_t>(window_cycles)};
    }
  }
  return faults;
}

}  // namespace faultwave::campaign
