#include "campaign/cell_runner.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "base/sha256.hpp"
#include "campaign/layer_switch.hpp"
#include "campaign/table_cell.hpp"
#include "driver/network_runner.hpp"
#include "netlist/verilog_writer.hpp"

namespace faultwave::campaign {

class CellRunner::Impl {
 public:
  Impl(const CampaignConfig& config, const CampaignPlan& plan, std::size_t cell, int num_threads)
      : config_(config),
        plan_(plan),
        index_(cell),
        cell_(config, cell),
        table_(config, plan, cell_, num_threads) {
    if (cell_.config.engine == driver::Engine::kGate) run_golden_at_gate_level();
    describe();
  }

  const CellRow& row() const { return row_; }

  std::vector<TrialRecord> run(std::span<const TrialSpec> specs,
                               const std::atomic<bool>& cancelled) {
    auto results = cell_.config.engine == driver::Engine::kGate ? run_gate(specs, cancelled)
                                                                : table_.run(specs, cancelled);
    std::vector<TrialRecord> records;
    for (std::size_t i = 0; i < results.size(); ++i) {
      records.push_back(record_of(specs[i]));
      records.back().results = std::move(results[i]);
    }
    return records;
  }

  VerificationRow verify(const TrialSpec& spec, const std::string& mitigation, int64_t images) {
    const auto& data = cell_.inputs.data;
    images = std::min(images, data.num_images());
    const auto index = static_cast<std::size_t>(
        std::find(cell_.mitigations.begin(), cell_.mitigations.end(), mitigation) -
        cell_.mitigations.begin());
    FAULTWAVE_CHECK(index < cell_.mitigations.size(), "mitigation '{}'", mitigation);
    const int64_t batch = std::min(cell_.batch_images, images);
    const replay::ReplayNetwork network(
        cell_.inputs.network, cell_.inputs.multiplier.table, *cell_.mapping,
        {cell_.inputs.options.format, cell_.inputs.options.weight_on_port_a, images, batch});
    const replay::GoldenRun golden(network, data.pixels.data(), 0, images);
    TrialReplay replay(config_, plan_, cell_, network);
    PreparedTrial trial = replay.prepare(spec);
    const auto& loaded = replay.retune(spec, index, trial);
    replay.load(spec, trial);
    const auto& by_tables = replay.run(golden, index);
    auto options = cell_.inputs.options;
    options.batch_images = batch;
    const auto accelerator = make_gate_accelerator(spec, trial.faults);
    const auto by_gates = driver::run_network(cell_.inputs.network, loaded, *accelerator, options,
                                              data.pixels.data(), images);
    return {spec.trial, mitigation, images, by_gates.logits == by_tables};
  }

 private:
  std::unique_ptr<accel::Accelerator> make_gate_accelerator(
      const TrialSpec& spec, const std::vector<fault::Fault>& faults) {
    const auto make = [&](const std::vector<fault::Fault>& own) {
      return driver::make_accelerator(
          cell_.config.accelerator, cell_.inputs.multiplier.netlist, library_, own,
          {.weight_on_port_a = cell_.inputs.options.weight_on_port_a,
           .product_is_signed = cell_.inputs.multiplier.netlist.is_signed});
    };
    if (!spec.layer) return make(faults);
    return std::make_unique<LayerSwitch>(make({}), make(faults), cell_.layer_name(*spec.layer));
  }

  void run_golden_at_gate_level() {
    const auto accelerator = make_gate_accelerator({}, {});
    const auto golden = driver::run_network(
        cell_.inputs.network, driver::load_unmodified(cell_.inputs.network), *accelerator,
        cell_.inputs.options, cell_.inputs.data.pixels.data(), cell_.inputs.data.num_images());
    golden_logits_ = golden.logits;
    run_cycles_ = golden.cycles.total;
  }

  std::vector<std::vector<TrialResult>> run_gate(std::span<const TrialSpec> specs,
                                                 const std::atomic<bool>& cancelled) {
    std::vector<std::vector<TrialResult>> results;
    for (const auto& spec : specs) {
      if (cancelled) return {};
      TrialReplay& replay = table_.first_thread();
      PreparedTrial trial = replay.prepare(spec);
      const auto faults =
          faults_of(plan_, spec, cell_.inputs.space.size(), config_.window_cycles, run_cycles_);
      results.emplace_back();
      for (std::size_t m = 0; m < cell_.mitigations.size(); ++m) {
        if (m > 0 && !table_.is_mitigated(results.back().front())) break;
        const auto accelerator = make_gate_accelerator(spec, faults);
        const auto run = driver::run_network(
            cell_.inputs.network, replay.retune(spec, m, trial), *accelerator, cell_.inputs.options,
            cell_.inputs.data.pixels.data(), cell_.inputs.data.num_images());
        results.back().push_back({});
        results.back().back().mitigation = cell_.mitigations[m];
        add_outcomes(golden_logits_, run.logits, run.num_classes, cell_.inputs.data.labels.data(),
                     config_.record_outcomes, results.back().back());
      }
    }
    return results;
  }

  TrialRecord record_of(const TrialSpec& spec) const {
    TrialRecord record;
    record.trial = spec.trial;
    record.cell = static_cast<int64_t>(index_);
    if (spec.fault_class) record.fault = plan_.fault_id(index_, *spec.fault_class);
    if (spec.pe) record.pe = cell_.inputs.space.pe_name(*spec.pe);
    record.rate = spec.rate;
    if (spec.layer) record.layer = cell_.layer_name(*spec.layer);
    record.stratum = spec.stratum;
    record.seed = spec.seed;
    record.weight = spec.weight;
    record.num_faulty_pes =
        spec.pe ? 1
                : static_cast<int64_t>(
                      fault::sample_loci(cell_.inputs.space.size(), *spec.rate, spec.seed).size());
    return record;
  }

  void describe() {
    const auto& inputs = cell_.inputs;
    row_.cell = static_cast<int64_t>(index_);
    row_.name =
        cell_.config.variant.empty() ? inputs.multiplier.netlist.name : cell_.config.variant;
    row_.network = inputs.network.name;
    row_.dataset = inputs.data.name;
    row_.first_image = cell_.config.data.first;
    row_.images = inputs.data.num_images();
    row_.multiplier = inputs.multiplier.netlist.name;
    row_.number_format = netlist::to_string(inputs.options.format);
    row_.netlist_sha256 = sha256_hex(netlist::write_scalar_verilog(inputs.multiplier.netlist));
    row_.table_sha256 = inputs.multiplier.table_sha256;
    row_.accelerator = driver::description(cell_.config.accelerator);
    row_.num_pes = inputs.space.size();
    row_.energy_pj = inputs.multiplier.energy.energy_pj;
    row_.exact_correct = table_.exact_correct();
    row_.golden_correct = table_.golden_correct();
  }

  const CampaignConfig& config_;
  const CampaignPlan& plan_;
  std::size_t index_;
  CellInputs cell_;
  TableCell table_;
  verilated::PeModelLibrary library_;
  std::vector<int32_t> golden_logits_;  ///< engine gate
  int64_t run_cycles_ = 0;
  CellRow row_;
};

CellRunner::CellRunner(const CampaignConfig& config, const CampaignPlan& plan, std::size_t cell,
                       int num_threads)
    : impl_(std::make_unique<Impl>(config, plan, cell, num_threads)) {}
CellRunner::~CellRunner() = default;

const CellRow& CellRunner::row() const { return impl_->row(); }

std::vector<TrialRecord> CellRunner::run(std::span<const TrialSpec> specs,
                                         const std::atomic<bool>& cancelled) {
  return impl_->run(specs, cancelled);
}

VerificationRow CellRunner::verify(const TrialSpec& spec, const std::string& mitigation,
                                   int64_t images) {
  return impl_->verify(spec, mitigation, images);
}

}  // namespace faultwave::campaign
