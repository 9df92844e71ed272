// Small real campaigns: shipped network and data, our own multipliers.
#pragma once

#include <atomic>
#include <filesystem>
#include <string>
#include <vector>

#include "base/file.hpp"
#include "campaign/campaign.hpp"
#include "campaign/results_store.hpp"

namespace faultwave::campaign {

/// 40 images of strokes on a small accelerator; `section` is the campaign section's YAML, indented
/// by two blanks.
inline std::string small_yaml(const std::string& section,
                              const std::string& multiplier = "fw8u_trunc6",
                              const std::string& format = "affine_u8",
                              const std::string& accelerator = "{type: tpu, rows: 8, cols: 4}",
                              const std::string& more = "mitigations: [none, fap, fal_retune]\n") {
  return "network: strokes_mlp\ndata: {name: strokes, limit: 40, calibration: {images: 10}}\n"
         "accelerator: " +
         accelerator + "\nmultiplier: {netlist: " + multiplier + ", number_format: " + format +
         "}\nseed: 5\n" + more + "campaign:\n" + section;
}

class CampaignFolder {
 public:
  std::filesystem::path path(const std::string& name) const { return folder_.path() / name; }
  CampaignConfig config(const std::string& yaml) const {
    write_file_atomically(path("campaign.yaml"), yaml);
    return load_campaign_config(path("campaign.yaml"));
  }

 private:
  TemporaryDirectory folder_;
};

struct FinishedCampaign {
  CampaignSummary summary;
  std::string sha256;
};

/// Runs `config` into `results` and hashes the content. Gate-level verification takes its time:
/// none unless `options` asks for another number than the default.
inline FinishedCampaign run_to(const CampaignConfig& config, const std::filesystem::path& results,
                               int jobs = 1, CampaignOptions options = {}) {
  const CampaignPlan plan(config, all_cell_facts(config));
  options.results = results;
  if (options.num_verifications == CampaignOptions().num_verifications) {
    options.num_verifications = 0;
  }
  const auto workers = make_local_workers(config, plan, jobs);
  const std::atomic<bool> interrupt = false;
  FinishedCampaign finished;
  finished.summary = run_campaign(config, plan, *workers, options, interrupt);
  finished.sha256 = ResultsStore::open_read_only(results).content_sha256();
  return finished;
}

inline std::vector<TrialRecord> trials_of(const std::filesystem::path& results) {
  std::vector<TrialRecord> trials;
  ResultsStore::open_read_only(results).for_each_trial(
      [&](const TrialRecord& trial) { trials.push_back(trial); });
  return trials;
}

}  // namespace faultwave::campaign
