#include "campaign/table_cell.hpp"

#include <algorithm>
#include <exception>
#include <mutex>
#include <thread>

#include "base/error.hpp"
#include "driver/encoded_network.hpp"
#include "driver/outcomes.hpp"
#include "mitigation/mitigation.hpp"
#include "nn/kernels.hpp"

namespace faultwave::campaign {
namespace {

/// Fault tables that one thread keeps, 128 KiB each.
constexpr std::size_t kMaxKeptTables = 2048;

/// Calls work(thread, index) for all indices; the first exception is thrown when all are done.
template <typename Work>
void parallel_for(std::size_t count, std::size_t num_threads, Work work) {
  std::atomic<std::size_t> next = 0;
  std::exception_ptr error;
  std::mutex mutex;
  const auto loop = [&](std::size_t thread) {
    try {
      for (std::size_t i = next++; i < count; i = next++) work(thread, i);
    } catch (...) {
      const std::lock_guard lock(mutex);
      if (!error) error = std::current_exception();
      next = count;
    }
  };
  std::vector<std::jthread> threads;
  for (std::size_t t = 1; t < std::min(num_threads, count); ++t) threads.emplace_back(loop, t);
  loop(0);
  threads.clear();  // waits
  if (error) std::rethrow_exception(error);
}

}  // namespace

TrialReplay::TrialReplay(const CampaignConfig& config, const CampaignPlan& plan,
                         const CellInputs& cell, const replay::ReplayNetwork& network)
    : config_(config),
      plan_(plan),
      cell_(cell),
      network_(network),
      replay_(network),
      tables_(cell.inputs.multiplier, cell.inputs.options.weight_on_port_a,
              config.rates.empty() ? 0 : kMaxKeptTables),
      own_(driver::load_unmodified(cell.inputs.network)) {
  if (cell.mitigations.size() < 2) return;
  driver::RetuningOptions options;
  options.format = cell.inputs.options.format;
  options.weight_on_port_a = cell.inputs.options.weight_on_port_a;
  options.retune_healthy = cell.config.retune_healthy;
  options.batch_images = cell.batch_images;
  options.calibration_images = cell.calibration.pixels.data();
  options.num_calibration_images = cell.calibration.num_images();
  retuner_ = std::make_unique<driver::Retuner>(cell.inputs.network, *cell.mapping, options);
}

PreparedTrial TrialReplay::prepare(const TrialSpec& spec) {
  PreparedTrial trial;
  trial.faults = faults_of(plan_, spec, cell_.inputs.space.size(), 0, 0);
  trial.tables = tables_.build(trial.faults, cell_.inputs.space);
  trial.loaded.resize(cell_.mitigations.size());
  return trial;
}

const driver::LoadedNetwork& TrialReplay::retune(const TrialSpec& spec, std::size_t mitigation,
                                                 PreparedTrial& trial) {
  auto& loaded = trial.loaded[mitigation];
  if (loaded) return *loaded;
  const std::string& name = cell_.mitigations[mitigation];
  if (name == "none" || (trial.faults.empty() && !cell_.config.retune_healthy)) {
    loaded = own_;
    loaded->faulty_pes = trial.tables.faulty_pes();
    return *loaded;
  }
  loaded = retuner_->retune(*mitigation::make_mitigation(name), trial.tables);
  if (!spec.layer) return *loaded;
  // The other layers run on healthy PEs.
  for (std::size_t i = 0; i < loaded->layers.size(); ++i) {
    if (i != static_cast<std::size_t>(*spec.layer)) loaded->layers[i] = own_.layers[i];
  }
  return *loaded;
}

void TrialReplay::load(const TrialSpec& spec, const PreparedTrial& trial) {
  trial_ = &trial;
  const auto& tables = trial.tables.tables;  // the first one is the healthy one
  tables_of_trial_.clear();
  for (std::size_t i = 1; i < tables.size(); ++i) {
    if (i > packed_.size()) packed_.push_back(std::make_unique<replay::PackedTable>());
    network_.pack(tables[i], *packed_[i - 1]);
    tables_of_trial_.push_back(packed_[i - 1].get());
  }
  is_faulty_layer_.clear();
  if (!spec.layer) return;
  is_faulty_layer_.assign(cell_.inputs.network.layers.size(), 0);
  is_faulty_layer_[static_cast<std::size_t>(*spec.layer)] = 1;
}

const std::vector<int32_t>& TrialReplay::run(const replay::GoldenRun& golden,
                                             std::size_t mitigation) {
  const bool is_mitigated = cell_.mitigations[mitigation] != "none";
  const bool is_golden = trial_->faults.empty() && !(is_mitigated && cell_.config.retune_healthy);
  if (is_golden) return golden.logits();
  std::vector<replay::LayerWeights> weights;
  if (is_mitigated) {
    weights = driver::encode(*trial_->loaded[mitigation], cell_.inputs.options.format);
  }
  replay::Trial trial;
  trial.tables = tables_of_trial_;
  trial.table_of_pe = trial_->tables.table_of_pe;
  trial.weights = weights;
  trial.is_faulty_layer = is_faulty_layer_;
  replay_.run(golden, trial, logits_);
  return logits_;
}

void add_outcomes(const std::vector<int32_t>& golden, const std::vector<int32_t>& faulty,
                  int num_classes, const uint8_t* labels, bool record_outcomes,
                  TrialResult& result) {
  FAULTWAVE_CHECK(golden.size() == faulty.size());
  const auto step = static_cast<std::size_t>(num_classes);
  for (std::size_t i = 0; i < golden.size(); i += step, ++labels) {
    const auto outcome = driver::outcome_of(golden.data() + i, faulty.data() + i, num_classes);
    result.masked += outcome == driver::Outcome::kMasked ? 1 : 0;
    result.benign += outcome == driver::Outcome::kBenign ? 1 : 0;
    result.sdc1 += outcome >= driver::Outcome::kSdc1 ? 1 : 0;
    result.sdc5 += outcome == driver::Outcome::kSdc5 ? 1 : 0;
    result.correct += nn::top1(faulty.data() + i, num_classes) == *labels ? 1 : 0;
    if (record_outcomes) result.outcomes.push_back(static_cast<OutcomeCode>(outcome));
  }
}

TableCell::TableCell(const CampaignConfig& config, const CampaignPlan& plan, const CellInputs& cell,
                     int num_threads)
    : config_(config),
      cell_(cell),
      network_(cell.inputs.network, cell.inputs.multiplier.table, *cell.mapping, replay_options()),
      chunk_images_(replay::GoldenRun::max_images(network_, config.memory_mib << 20)) {
  // One golden run at a time is in memory.
  const bool is_exact = cell.inputs.multiplier.table == cell.inputs.exact.table;
  if (!is_exact) {
    const replay::ReplayNetwork exact(cell.inputs.network, cell.inputs.exact.table, *cell.mapping,
                                      replay_options());
    exact_correct_ = correct_images(exact);
  }
  if (chunk_images_ >= cell.inputs.data.num_images()) golden_ = golden_of_chunk(network_, 0);
  golden_correct_ = correct_images(network_);
  if (is_exact) exact_correct_ = golden_correct_;
  if (cell.config.engine == driver::Engine::kGate) golden_.reset();
  for (int i = 0; i < std::max(1, num_threads); ++i) {
    threads_.push_back(std::make_unique<TrialReplay>(config, plan, cell, network_));
  }
}

replay::ReplayOptions TableCell::replay_options() const {
  return {cell_.inputs.options.format, cell_.inputs.options.weight_on_port_a,
          cell_.inputs.data.num_images(), cell_.batch_images};
}

std::unique_ptr<replay::GoldenRun> TableCell::golden_of_chunk(const replay::ReplayNetwork& network,
                                                              int64_t first) const {
  const auto& data = cell_.inputs.data;
  const int64_t count = std::min(chunk_images_, data.num_images() - first);
  const int64_t image_bytes = network.num_features(network.network().input);
  return std::make_unique<replay::GoldenRun>(network, data.pixels.data() + first * image_bytes,
                                             first, count);
}

int64_t TableCell::correct_images(const replay::ReplayNetwork& network) {
  int64_t correct = 0;
  const auto& data = cell_.inputs.data;
  for (int64_t first = 0; first < data.num_images(); first += chunk_images_) {
    std::unique_ptr<replay::GoldenRun> own;
    const bool is_kept = golden_ != nullptr && &golden_->network() == &network;
    if (!is_kept) own = golden_of_chunk(network, first);
    const replay::GoldenRun& golden = is_kept ? *golden_ : *own;
    const int classes = network.num_classes();
    for (int64_t i = 0; i < golden.count(); ++i) {
      const int top = nn::top1(golden.logits().data() + i * classes, classes);
      correct += top == data.labels[static_cast<std::size_t>(first + i)] ? 1 : 0;
    }
  }
  return correct;
}

bool TableCell::is_mitigated(const TrialResult& without) const {
  return !config_.mitigate_critical_only ||
         loss_points(golden_correct_, without.correct, cell_.inputs.data.num_images()) >
             config_.critical_points;
}

std::vector<std::vector<TrialResult>> TableCell::run(std::span<const TrialSpec> specs,
                                                     const std::atomic<bool>& cancelled) {
  std::vector<std::vector<TrialResult>> results(specs.size());
  for (auto& of_trial : results) {
    for (const auto& name : cell_.mitigations) {
      of_trial.emplace_back();
      of_trial.back().mitigation = name;
    }
  }
  // Trials are prepared once; chunks of images come and go. Which trials are critical is known when
  // all images have run without mitigations.
  const std::size_t num_mitigations = cell_.mitigations.size();
  std::vector<std::pair<std::size_t, std::size_t>> passes = {{0, num_mitigations}};
  if (golden_ == nullptr && config_.mitigate_critical_only) passes = {{0, 1}, {1, num_mitigations}};
  std::vector<std::optional<PreparedTrial>> prepared(golden_ != nullptr ? 0 : specs.size());
  for (const auto& [first_mitigation, end_mitigation] : passes) {
    for (int64_t first = 0; first < cell_.inputs.data.num_images(); first += chunk_images_) {
      std::unique_ptr<replay::GoldenRun> own;
      if (golden_ == nullptr) own = golden_of_chunk(network_, first);
      const replay::GoldenRun& golden = golden_ != nullptr ? *golden_ : *own;
      parallel_for(specs.size(), threads_.size(), [&](std::size_t thread, std::size_t i) {
        if (cancelled) return;
        TrialReplay& replay = *threads_[thread];
        std::optional<PreparedTrial> once;
        auto& trial = golden_ != nullptr ? once : prepared[i];
        if (!trial) trial = replay.prepare(specs[i]);
        replay.load(specs[i], *trial);
        for (std::size_t m = first_mitigation; m < end_mitigation; ++m) {
          if (m > 0 && !is_mitigated(results[i][0])) break;
          replay.retune(specs[i], m, *trial);
          add_outcomes(golden.logits(), replay.run(golden, m), network_.num_classes(),
                       cell_.inputs.data.labels.data() + golden.first(), config_.record_outcomes,
                       results[i][m]);
        }
      });
      if (cancelled) return {};
    }
  }
  for (auto& of_trial : results) {
    if (!is_mitigated(of_trial.front())) of_trial.resize(1);
  }
  return results;
}

}  // namespace faultwave::campaign
