// A cell on the table engine: golden runs in memory, trials replayed on several threads.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "campaign/cell_inputs.hpp"
#include "campaign/fault_tables.hpp"
#include "campaign/results_records.hpp"
#include "driver/retuning.hpp"
#include "replay/differential_replay.hpp"

namespace faultwave::campaign {

/// What is loaded into the accelerator in one trial.
struct PreparedTrial {
  std::vector<fault::Fault> faults;
  driver::LocusTables tables;
  std::vector<std::optional<driver::LoadedNetwork>> loaded;  ///< per mitigation, once retuned
};

/// Counts some images of a run: both logits [images][num_classes]; `labels` [images].
/// `record_outcomes`: every single one is kept, too.
void add_outcomes(const std::vector<int32_t>& golden, const std::vector<int32_t>& faulty,
                  int num_classes, const uint8_t* labels, bool record_outcomes,
                  TrialResult& result);

/// Prepares and replays trials of one cell; one object per thread.
class TrialReplay {
 public:
  TrialReplay(const CampaignConfig& config, const CampaignPlan& plan, const CellInputs& cell,
              const replay::ReplayNetwork& network);

  /// Faults and tables; nothing is loaded yet.
  PreparedTrial prepare(const TrialSpec& spec);
  /// What `mitigation` (of the cell's) loads in `trial`, computed once.
  const driver::LoadedNetwork& retune(const TrialSpec& spec, std::size_t mitigation,
                                      PreparedTrial& trial);
  /// Makes `trial` the one that run() is about; it must outlive that.
  void load(const TrialSpec& spec, const PreparedTrial& trial);
  /// Logits of the golden run's images under the loaded trial, which must have been retuned,
  /// [count][classes].
  const std::vector<int32_t>& run(const replay::GoldenRun& golden, std::size_t mitigation);

 private:
  const CampaignConfig& config_;
  const CampaignPlan& plan_;
  const CellInputs& cell_;
  const replay::ReplayNetwork& network_;
  replay::DifferentialReplay replay_;
  FaultTables tables_;
  std::unique_ptr<driver::Retuner> retuner_;  ///< when there are mitigations
  driver::LoadedNetwork own_;                 ///< the network's weights as they are

  // The loaded trial.
  const PreparedTrial* trial_ = nullptr;
  std::vector<std::unique_ptr<replay::PackedTable>> packed_;  ///< memory is kept for the next one
  std::vector<const replay::PackedTable*> tables_of_trial_;
  std::vector<char> is_faulty_layer_;
  std::vector<int32_t> logits_;
};

/// A cell on the table engine: differential replay from one golden run, shared by threads.
class TableCell {
 public:
  TableCell(const CampaignConfig& config, const CampaignPlan& plan, const CellInputs& cell,
            int num_threads);

  int64_t golden_correct() const { return golden_correct_; }
  int64_t exact_correct() const { return exact_correct_; }
  /// Whether the trial with this result is worth trying mitigations: always, unless the campaign
  /// asks for critical trials only.
  bool is_mitigated(const TrialResult& without) const;
  /// Results per trial and mitigation that was tried; empty when `cancelled` became true on the
  /// way.
  std::vector<std::vector<TrialResult>> run(std::span<const TrialSpec> specs,
                                            const std::atomic<bool>& cancelled);
  TrialReplay& first_thread() { return *threads_.front(); }
  const replay::ReplayNetwork& network() const { return network_; }

 private:
  replay::ReplayOptions replay_options() const;
  std::unique_ptr<replay::GoldenRun> golden_of_chunk(const replay::ReplayNetwork& network,
                                                     int64_t first) const;
  /// Correct images of a golden run.
  int64_t correct_images(const replay::ReplayNetwork& network);

  const CampaignConfig& config_;
  const CellInputs& cell_;
  replay::ReplayNetwork network_;
  int64_t chunk_images_;
  std::unique_ptr<replay::GoldenRun> golden_;  ///< when all images fit
  std::vector<std::unique_ptr<TrialReplay>> threads_;
  int64_t golden_correct_ = 0;
  int64_t exact_correct_ = 0;
};

}  // namespace faultwave::campaign
