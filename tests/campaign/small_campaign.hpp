// A small campaign whose records are a pure function of their numbers.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "base/rng.hpp"
#include "campaign/results_store.hpp"

namespace faultwave::campaign {

inline constexpr int kSmallTrials = 60;
inline constexpr int kSmallFaults = 6;  ///< per cell
inline constexpr int kSmallImages = 50;

inline CampaignInfo small_info() {
  return {.name = "small",
          .config = "name: small\nseed: 18446744073709551615\nfaults: all\n",
          .seed = UINT64_MAX,
          .version = "0.1.0",
          .revision = "0123456789",
          .plan_sha256 = std::string(64, 'a'),
          .num_trials = kSmallTrials,
          .population = 3000};
}

/// Two cells: an exact and an approximate multiplier.
inline std::vector<CellRow> small_cells() {
  std::vector<CellRow> cells;
  for (int64_t cell = 0; cell < 2; ++cell) {
    const std::string multiplier = cell == 0 ? "fw8u_array" : "fw8u_trunc6";
    cells.push_back({.cell = cell,
                     .name = "strokes_mlp, " + multiplier,
                     .network = "strokes_mlp",
                     .dataset = "strokes",
                     .first_image = 100,
                     .images = kSmallImages,
                     .multiplier = multiplier,
                     .number_format = "affine_u8",
                     .netlist_sha256 = std::string(64, 'b'),
                     .table_sha256 = std::string(64, static_cast<char>('c' + cell)),
                     .accelerator = "tpu 16x16",
                     .num_pes = 256,
                     .energy_pj = cell == 0 ? 0.477 : 0.1 + 0.2,
                     .exact_correct = 48,
                     .golden_correct = 48 - 2 * cell});
  }
  return cells;
}

inline std::vector<FaultRow> small_faults() {
  std::vector<FaultRow> faults;
  for (int64_t number = 0; number < 2 * kSmallFaults; ++number) {
    const int64_t bit = number % kSmallFaults;
    FaultRow fault;
    fault.fault = number;
    fault.cell = number / kSmallFaults;
    fault.unit = "mult";
    fault.net = bit == 5 ? "sig, \"odd\"" : "O[" + std::to_string(2 * bit) + "]";
    fault.kind = bit % 2 == 0 ? "sa0" : "sa1";
    fault.name = "mult." + fault.net + "." + fault.kind;
    if (bit != 5) {
      fault.lowest_output_bit = 2 * bit;
      fault.highest_output_bit = 2 * bit + bit % 2;
      fault.level = 12 + bit;
    }
    fault.weight = 1 + bit;
    fault.mae = 0.1 * static_cast<double>(number);
    fault.wce = 1 << bit;
    fault.error_probability = 1.0 / 3;
    fault.mean_error = -0.7 * static_cast<double>(number);
    fault.members.push_back(fault.name);
    for (int64_t i = 1; i < fault.weight; ++i) {
      fault.members.push_back("mult.n" + std::to_string(10 * number + i) + ".sa1");
    }
    std::sort(fault.members.begin(), fault.members.end());
    faults.push_back(std::move(fault));
  }
  return faults;
}

/// Two mitigations; every fifth trial has several faults at a rate; every third one outcomes.
inline TrialRecord small_trial(uint64_t number) {
  const CounterRng rng(99, number);
  TrialRecord trial;
  trial.trial = number;
  trial.cell = static_cast<int64_t>(number % 2);
  if (number % 5 == 4) {
    trial.rate = 0.125 * static_cast<double>(1 + number % 3);
    trial.num_faulty_pes = 32 + 32 * static_cast<int64_t>(number % 3);
  } else {
    trial.fault = trial.cell * kSmallFaults + static_cast<int64_t>(rng.below_at(0, kSmallFaults));
    trial.pe = "pe[" + std::to_string(rng.below_at(1, 16)) + "][" +
               std::to_string(rng.below_at(2, 16)) + "]";
    trial.num_faulty_pes = 1;
    trial.weight = static_cast<double>(1 + *trial.fault % kSmallFaults);
  }
  if (number % 7 == 0) trial.layer = "fc1";
  trial.stratum = number % 4 < 2 ? "low" : "high";
  trial.seed = rng.at(3);
  for (const char* mitigation : {"fap", "none"}) {
    const uint64_t base = mitigation[0] == 'f' ? 100 : 1000;
    TrialResult result;
    result.mitigation = mitigation;
    for (int image = 0; image < kSmallImages; ++image) {
      const auto code =
          static_cast<OutcomeCode>(rng.below_at(base + static_cast<uint64_t>(image), 4));
      result.outcomes.push_back(code);
      result.masked += code == OutcomeCode::kMasked ? 1 : 0;
      result.benign += code == OutcomeCode::kBenign ? 1 : 0;
      result.sdc1 += code >= OutcomeCode::kSdc1 ? 1 : 0;
      result.sdc5 += code == OutcomeCode::kSdc5 ? 1 : 0;
    }
    // Losses around the threshold of a critical fault, gains included.
    result.correct = static_cast<int64_t>(44 + rng.below_at(base + 900, 6));
    if (number % 3 != 0) result.outcomes.clear();
    trial.results.push_back(std::move(result));
  }
  return trial;
}

inline std::vector<TrialRecord> small_trials(uint64_t begin = 0, uint64_t end = kSmallTrials) {
  std::vector<TrialRecord> trials;
  for (uint64_t number = begin; number < end; ++number) trials.push_back(small_trial(number));
  return trials;
}

/// small_info of a campaign that mitigates critical trials only.
inline CampaignInfo small_mitigated_info() {
  CampaignInfo info = small_info();
  info.config = "name: small\ncampaign: {mitigate: critical}\n";
  return info;
}

/// The trials of a campaign that mitigates critical ones only: in the others `fap` was not tried,
/// or, with `copies`, does what `none` does.
inline std::vector<TrialRecord> small_mitigated_trials(bool copies) {
  auto trials = small_trials();
  const auto cells = small_cells();
  for (auto& trial : trials) {
    auto& fap = trial.results.front();
    const auto& none = trial.results.back();
    const auto& cell = cells[static_cast<std::size_t>(trial.cell)];
    if (100.0 * static_cast<double>(cell.golden_correct - none.correct) / kSmallImages > 2)
      continue;
    if (copies) {
      const std::string name = fap.mitigation;
      fap = none;
      fap.mitigation = name;
    } else {
      trial.results.erase(trial.results.begin());
    }
  }
  return trials;
}

/// Cells and faults, no trials.
inline ResultsStore create_small(const std::filesystem::path& path,
                                 const CampaignInfo& info = small_info()) {
  auto store = ResultsStore::create(path, info);
  store.add_cells(small_cells());
  store.add_faults(small_faults());
  return store;
}

}  // namespace faultwave::campaign
