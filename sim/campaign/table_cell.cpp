#include "campaign/table_cell.hpp"

#include <algorithm>
#include <exception>
#include <mutex>
#include <thread>

#include "base/error.hpp"
#include "driver/encoded_network.hpp"
#include "driver/outcomes.hpp"
#include "mitigation/mitigation.hpp"
#include "netlist/number_format.hpp"
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
              config.rates.empty() ? 0 : kMaxKeptTables) {
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
  const auto own = driver::load_unmodified(cell_.inputs.network);
  for (const auto& name : cell_.mitigations) {
    if (name == "none" || (trial.faults.empty() && !cell_.config.retune_healthy)) {
      trial.loaded.push_back(own);
      trial.loaded.back().faulty_pes = trial.tables.faulty_pes();
      continue;
    }
    trial.loaded.push_back(retuner_->retune(*mitigation::make_mitigation(name), trial.tables));
    if (!spec.layer) continue;
    // The other layers run on healthy PEs.
    auto& layers = trial.loaded.back().layers;
    for (std::size_t i = 0; i < layers.size(); ++i) {
      if (i != static_cast<std::size_t>(*spec.layer)) layers[i] = own.layers[i];
    }
  }
  return trial;
}

const std::vector<int32_t>& TrialReplay::run(const replay::GoldenRun& golden, const TrialSpec& spec,
                                             const PreparedTrial& prepared,
                                             std::size_t mitigation) {
  const bool is_retuned = cell_.mitigations[mitigation] != "none" && cell_.config.retune_healthy;
  if (prepared.faults.empty() && !is_retuned) return golden.logits();
  const std::size_t num_faulty = prepared.tables.tables.size() - 1;
  std::vector<const replay::PackedTable*> tables;
  for (std::size_t i = 0; i < num_faulty; ++i) {
    if (i == packed_.size()) packed_.push_back(std::make_unique<replay::PackedTable>());
    network_.pack(prepared.tables.tables[i + 1], *packed_[i]);
    tables.push_back(packed_[i].get());
  }
  std::vector<char> is_faulty_layer;
  if (spec.layer) {
    is_faulty_layer.assign(cell_.inputs.network.layers.size(), 0);
    is_faulty_layer[static_cast<std::size_t>(*spec.layer)] = 1;
  }
  std::vector<replay::LayerWeights> weights;
  if (cell_.mitigations[mitigation] != "none") {
    weights = driver::encode(prepared.loaded[mitigation], cell_.inputs.options.format);
  }
  replay::Trial trial;
  trial.tables = tables;
  trial.table_of_pe = prepared.tables.table_of_pe;
  trial.weights = weights;
  trial.is_faulty_layer = is_faulty_layer;
  replay_.run(golden, trial, logits_);
  return logits_;
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

void TableCell::add_outcomes(const replay::GoldenRun& golden, const std::vector<int32_t>& logits,
                             TrialResult& result) const {
  const int classes = network_.num_classes();
  for (int64_t i = 0; i < golden.count(); ++i) {
    const int32_t* expected = golden.logits().data() + i * classes;
    const int32_t* seen = logits.data() + i * classes;
    const auto outcome = driver::outcome_of(expected, seen, classes);
    result.masked += outcome == driver::Outcome::kMasked ? 1 : 0;
    result.benign += outcome == driver::Outcome::kBenign ? 1 : 0;
    result.sdc1 += outcome >= driver::Outcome::kSdc1 ? 1 : 0;
    result.sdc5 += outcome == driver::Outcome::kSdc5 ? 1 : 0;
    const auto label = cell_.inputs.data.labels[static_cast<std::size_t>(golden.first() + i)];
    result.correct += nn::top1(seen, classes) == label ? 1 : 0;
    if (config_.record_outcomes) result.outcomes.push_back(static_cast<OutcomeCode>(outcome));
  }
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
  // Trials are prepared once; chunks of images come and go.
  std::vector<std::optional<PreparedTrial>> prepared(golden_ != nullptr ? 0 : specs.size());
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
      for (std::size_t m = 0; m < cell_.mitigations.size(); ++m) {
        add_outcomes(golden, replay.run(golden, specs[i], *trial, m), results[i][m]);
      }
    });
    if (cancelled) return {};
  }
  return results;
}

}  // namespace faultwave::campaign
