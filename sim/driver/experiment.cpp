#include "driver/experiment.hpp"

#include <algorithm>
#include <memory>
#include <set>

#include "base/progress.hpp"
#include "base/sha256.hpp"
#include "driver/experiment_inputs.hpp"
#include "driver/locus_tables.hpp"
#include "driver/retuning.hpp"
#include "mitigation/mitigation.hpp"
#include "netlist/verilog_writer.hpp"
#include "nn/dataset.hpp"
#include "replay/table_accelerator.hpp"

namespace faultwave::driver {
namespace {

std::string logits_sha256(const std::vector<int32_t>& logits) {
  return sha256_hex(std::as_bytes(std::span(logits)));
}

/// Whether every fault entry names a site that `netlist` has.
bool resolves_in(const std::vector<FaultSpec>& specs, const netlist::Netlist& netlist,
                 const fault::PeSpace& space) {
  for (const auto& spec : specs) {
    if (spec.site.empty() && spec.target.starts_with("random_")) return false;
  }
  try {
    expand_fault_specs(specs, netlist, space, 0);
    return true;
  } catch (const ConfigError&) {
    return false;
  }
}

/// Loads everything once and runs one row after the other.
class ExperimentRunner {
 public:
  explicit ExperimentRunner(const RunConfig& config)
      : config_(config),
        inputs_(load_experiment_inputs(config)),
        mapping_(make_pe_mapping(config.accelerator)) {
    mitigation::register_builtin_mitigations();
    if (config.engine == Engine::kTable) {
      check_table_engine();
      check_locus_tables(inputs_.faults, inputs_.space);
    }
    if (!inputs_.faults.empty() && mitigation_names().size() > 1) {
      check_locus_tables(inputs_.faults, inputs_.space);
      calibration_ = load_calibration();
    }
  }

  Experiment run() {
    const auto& faults = inputs_.faults;
    describe(faults);
    plan_progress(faults);
    const bool is_exact = inputs_.multiplier.table == inputs_.exact.table;
    if (!is_exact) run_row("exact", inputs_.exact, {}, "none", nullptr);
    if (!is_exact && fault_on_exact()) {
      const auto exact_faults =
          expand_fault_specs(config_.faults, inputs_.exact.netlist, inputs_.space, config_.seed);
      run_row("exact + fault", inputs_.exact, exact_faults, "none", nullptr);
    }
    run_row(is_exact ? "exact" : "approximate", inputs_.multiplier, {}, "none", nullptr);
    if (!faults.empty()) {
      const std::string base = is_exact ? "exact + fault" : "fault";
      LocusTables tables;
      if (mitigation_names().size() > 1) tables = locus_tables(faults);
      for (const auto& name : mitigation_names()) {
        run_row(name == "none" ? base : base + " + " + name, inputs_.multiplier, faults, name,
                &tables);
      }
    }
    finish_losses();
    add_notes();
    return std::move(experiment_);
  }

 private:
  nn::Dataset load_calibration() const {
    return nn::load_dataset(config_.data.name, config_.data.calibration_split)
        .slice(0, config_.data.calibration_images);
  }

  /// "none" first, then the others as configured.
  std::vector<std::string> mitigation_names() const {
    std::vector<std::string> names = {"none"};
    for (const auto& name : config_.mitigations) {
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
    return names;
  }

  LocusTables locus_tables(const std::vector<fault::Fault>& faults) {
    const auto hidden = std::count_if(faults.begin(), faults.end(), [](const fault::Fault& fault) {
      return !fault.window.is_permanent() || fault.unit == fault::Unit::kPartialSum;
    });
    if (hidden > 0) {
      experiment_.notes.push_back(fmt::format(
          "{} fault{} (in {}, or with windows) {} in no product table: mitigations do not see {}",
          hidden, hidden == 1 ? "" : "s",
          inputs_.space.kind() == fault::PeSpace::Kind::kArray ? "partial sums" : "accumulators",
          hidden == 1 ? "is" : "are", hidden == 1 ? "it" : "them"));
    }
    try {
      return build_locus_tables(inputs_.multiplier.netlist, faults, inputs_.space,
                                config_.multiplier.weight_on_port_a);
    } catch (const UsageError& error) {
      throw ConfigError({config_.file}, error.what());
    }
  }

  void check_table_engine() const {
    for (const auto& fault : inputs_.faults) {
      if (fault.window.is_permanent() && fault.unit != fault::Unit::kPartialSum) continue;
      throw ConfigError(
          {config_.file},
          fmt::format(
              "{}: no product table expresses a fault with a window or in a {}",
              fault::fault_name(inputs_.multiplier.netlist, fault, inputs_.space),
              inputs_.space.kind() == fault::PeSpace::Kind::kArray ? "partial sum" : "accumulator"),
          "engine: gate");
    }
  }

  bool fault_on_exact() const {
    if (config_.faults.empty() || config_.fault_on_exact == FaultOnExact::kNo) return false;
    return config_.fault_on_exact == FaultOnExact::kYes ||
           resolves_in(config_.faults, inputs_.exact.netlist, inputs_.space);
  }

  void describe(const std::vector<fault::Fault>& faults) {
    experiment_.energy = inputs_.multiplier.energy;
    experiment_.exact_energy = inputs_.exact.energy;
    experiment_.netlist_sha256 =
        sha256_hex(netlist::write_scalar_verilog(inputs_.multiplier.netlist));
    experiment_.table_sha256 = inputs_.multiplier.table_sha256;
    experiment_.netlist_path = inputs_.multiplier.path;
    experiment_.num_faults = static_cast<int64_t>(faults.size());
    std::set<int> loci;
    for (const auto& fault : faults) loci.insert(fault.pe);
    experiment_.num_faulty_pes = static_cast<int64_t>(loci.size());
    std::set<uint64_t> seeds;
    for (const auto& spec : config_.faults) {
      if (spec.site.empty()) seeds.insert(spec.seed.value_or(config_.seed));
    }
    experiment_.fault_seeds.assign(seeds.begin(), seeds.end());
    // A site as the configuration spells it; drawn ones by their canonical name.
    for (const auto& spec : config_.faults) {
      if (!spec.site.empty()) experiment_.fault_names.push_back(spec.site);
    }
    if (experiment_.fault_names.size() != faults.size()) experiment_.fault_names.clear();
    experiment_.fault_names.resize(std::min(experiment_.fault_names.size(), kMaxNamedFaults));
    for (std::size_t i = experiment_.fault_names.size();
         i < std::min(faults.size(), kMaxNamedFaults); ++i) {
      experiment_.fault_names.push_back(
          fault::fault_name(inputs_.multiplier.netlist, faults[i], inputs_.space));
    }
    const double period_ns = 1000.0 / clock_mhz(config_.accelerator);
    if (inputs_.multiplier.energy.delay_ns > period_ns) {
      experiment_.notes.push_back(
          fmt::format("{} needs {:.2f} ns ({}), the clock period is {:.2f} ns: pipeline it or use "
                      "at most {:.0f} "
                      "MHz",
                      inputs_.multiplier.netlist.name, inputs_.multiplier.energy.delay_ns,
                      inputs_.multiplier.energy.source, period_ns,
                      1000.0 / inputs_.multiplier.energy.delay_ns));
    }
  }

  void plan_progress(const std::vector<fault::Fault>& faults) {
    const bool is_exact = inputs_.multiplier.table == inputs_.exact.table;
    int64_t rows = is_exact ? 1 : 2;
    if (!is_exact && fault_on_exact()) ++rows;
    if (!faults.empty()) rows += static_cast<int64_t>(mitigation_names().size());
    const int64_t batch = batch_size(inputs_.network, inputs_.options);
    const int64_t batches = (inputs_.data.num_images() + batch - 1) / batch;
    progress_ = std::make_unique<Progress>(
        "run", static_cast<uint64_t>(rows * batches *
                                     static_cast<int64_t>(inputs_.network.layers.size())));
  }

  /// `tables` may be null or empty when nothing needed them before.
  std::unique_ptr<accel::Accelerator> make_engine(const Multiplier& multiplier,
                                                  const std::vector<fault::Fault>& faults,
                                                  const LocusTables* tables) {
    const bool weight_on_port_a = inputs_.options.weight_on_port_a;
    if (config_.engine == Engine::kGate) {
      return make_accelerator(config_.accelerator, multiplier.netlist, library_, faults,
                              {.weight_on_port_a = weight_on_port_a,
                               .product_is_signed = multiplier.netlist.is_signed});
    }
    // Mitigated rows have the tables of their faults already.
    LocusTables of_pes =
        tables != nullptr && !tables->tables.empty()
            ? *tables
            : build_locus_tables(multiplier.netlist, faults, inputs_.space, weight_on_port_a);
    return std::make_unique<replay::TableAccelerator>(
        *mapping_,
        replay::ProductTables(of_pes.tables, std::move(of_pes.table_of_pe), weight_on_port_a));
  }

  void run_row(const std::string& name, const Multiplier& multiplier,
               const std::vector<fault::Fault>& faults, const std::string& mitigation,
               const LocusTables* tables) {
    progress_->set_label(name);
    const auto engine = make_engine(multiplier, faults, tables);
    experiment_.causes.assign(engine->causes().begin(), engine->causes().end());
    LoadedNetwork loaded = load_unmodified(inputs_.network);
    if (tables != nullptr && mitigation != "none") {
      const Activity activity("retuning for " + mitigation);
      loaded = retuner().retune(*mitigation::make_mitigation(mitigation), *tables);
    }
    ExperimentRow row;
    row.name = name;
    row.multiplier = multiplier.netlist.name;
    row.mitigation = mitigation;
    row.is_faulty = !faults.empty();
    row.on_exact_multiplier = &multiplier == &inputs_.exact;
    row.result =
        run_network(inputs_.network, loaded, *engine, inputs_.options, inputs_.data.pixels.data(),
                    inputs_.data.num_images(),
                    [this](int64_t steps) { progress_->advance(static_cast<uint64_t>(steps)); });
    row.score = score(row.result.logits, row.result.num_classes, inputs_.data.labels);
    row.logits_sha256 = logits_sha256(row.result.logits);
    row.energy_pj =
        static_cast<double>(row.result.cycles.multiplications) * multiplier.energy.energy_pj;
    for (const auto& layer : loaded.layers) row.num_retuned += layer.num_retuned;
    experiment_.rows.push_back(std::move(row));
  }

  /// Made at the first use: all rows map products to PEs alike.
  Retuner& retuner() {
    if (retuner_ == nullptr) {
      RetuningOptions options;
      options.format = inputs_.options.format;
      options.weight_on_port_a = inputs_.options.weight_on_port_a;
      options.retune_healthy = config_.retune_healthy;
      options.calibration_images = calibration_.pixels.data();
      options.num_calibration_images = calibration_.num_images();
      options.batch_images =
          std::min(batch_size(inputs_.network, inputs_.options), inputs_.data.num_images());
      retuner_ = std::make_unique<Retuner>(inputs_.network, *mapping_, options);
    }
    return *retuner_;
  }

  /// The fault-free run of the same multiplier.
  const ExperimentRow* golden_of(const ExperimentRow& faulty) const {
    for (const auto& row : experiment_.rows) {
      if (row.on_exact_multiplier == faulty.on_exact_multiplier && !row.is_faulty) return &row;
    }
    return nullptr;
  }

  void finish_losses() {
    const double exact_accuracy = experiment_.rows.front().score.accuracy();
    for (auto& row : experiment_.rows) {
      const ExperimentRow* golden = golden_of(row);
      FAULTWAVE_CHECK(golden != nullptr);
      row.outcomes = classify(golden->result.logits, row.result.logits, row.result.num_classes);
      row.loss_points = 100 * (golden->score.accuracy() - row.score.accuracy());
      row.loss_vs_exact_points = 100 * (exact_accuracy - row.score.accuracy());
    }
  }

  void add_notes() {
    if (config_.engine == Engine::kTable) {
      experiment_.notes.push_back("engine table: sums by product tables, no cycles and no energy");
    }
    const int64_t cycles = experiment_.rows.back().result.cycles.total;
    const auto late =
        std::count_if(inputs_.faults.begin(), inputs_.faults.end(), [&](const fault::Fault& fault) {
          return config_.engine == Engine::kGate &&
                 fault.window.begin_cycle >= static_cast<uint64_t>(cycles);
        });
    if (late > 0) {
      experiment_.notes.push_back(fmt::format(
          "{} fault windows open after the run's {} cycles: they never act", late, cycles));
    }
    if (inputs_.data.num_images() < config_.data.limit) {
      experiment_.notes.push_back(fmt::format("data.limit is {}, '{}' has {} images from {} on",
                                              config_.data.limit, inputs_.data.name,
                                              inputs_.data.num_images(), config_.data.first));
    }
  }

  const RunConfig& config_;
  ExperimentInputs inputs_;
  std::unique_ptr<accel::PeMapping> mapping_;
  nn::Dataset calibration_;  ///< empty when no mitigation runs
  verilated::PeModelLibrary library_;
  std::unique_ptr<Retuner> retuner_;
  std::unique_ptr<Progress> progress_;
  Experiment experiment_;
};

}  // namespace

namespace {

/// What is wrong with a configuration's values is the configuration's error.
template <typename Action>
auto as_config_error(const RunConfig& config, Action action) {
  try {
    return action();
  } catch (const UsageError& error) {
    throw ConfigError({config.file}, error.what());
  }
}

}  // namespace

void check_experiment(const RunConfig& config) {
  as_config_error(config, [&] { ExperimentRunner runner(config); });
}

Experiment run_experiment(const RunConfig& config) {
  return as_config_error(config, [&] { return ExperimentRunner(config).run(); });
}

}  // namespace faultwave::driver
