// Workers whose records are a pure function of the trial and take no time, to try everything around
// them.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/rng.hpp"
#include "campaign/worker_loop.hpp"

namespace faultwave::campaign {

inline TrialSpec synthetic_spec(uint64_t trial) {
  TrialSpec spec;
  spec.trial = trial;
  return spec;
}

/// A single fault with three mitigations, as large as such records are.
inline TrialRecord synthetic_record(uint64_t trial) {
  const CounterRng rng(7, trial);
  TrialRecord record;
  record.trial = trial;
  record.fault = static_cast<int64_t>(rng.below_at(0, 500));
  record.pe = "pe[" + std::to_string(rng.below_at(1, 16)) + "][" +
              std::to_string(rng.below_at(2, 16)) + "]";
  record.num_faulty_pes = 1;
  record.seed = rng.at(3);
  record.weight = static_cast<double>(1 + rng.below_at(4, 6));
  for (const char* mitigation : {"fal_retune", "fap", "none"}) {
    const auto of = static_cast<uint64_t>(100 * (1 + record.results.size()));
    TrialResult result;
    result.mitigation = mitigation;
    result.sdc1 = static_cast<int64_t>(rng.below_at(of, 5000));
    result.sdc5 = result.sdc1 / 3;
    result.benign = static_cast<int64_t>(rng.below_at(of + 1, 5000));
    result.masked = 10'000 - result.sdc1 - result.benign;
    result.correct = 9'800 - result.sdc1;
    record.results.push_back(std::move(result));
  }
  return record;
}

inline std::vector<TrialSpec> synthetic_specs(uint64_t begin, uint64_t end) {
  std::vector<TrialSpec> specs;
  for (uint64_t trial = begin; trial < end; ++trial) specs.push_back(synthetic_spec(trial));
  return specs;
}

inline std::vector<TrialRecord> synthetic_records(uint64_t begin, uint64_t end) {
  std::vector<TrialRecord> records;
  for (uint64_t trial = begin; trial < end; ++trial) records.push_back(synthetic_record(trial));
  return records;
}

class SyntheticWorkers : public Workers {
 public:
  /// `before` is called before every trial; `images` is what enter() says of every cell.
  explicit SyntheticWorkers(std::function<void(uint64_t trial)> before = {},
                            int64_t images = 10'000)
      : before_(std::move(before)), images_(images) {}

  CellRow enter(std::size_t cell) override {
    CellRow row;
    row.cell = static_cast<int64_t>(cell);
    row.name = "synthetic";
    row.images = images_;
    return row;
  }
  void submit(std::vector<TrialSpec> specs) override { specs_ = std::move(specs); }
  std::vector<TrialRecord> collect(const std::atomic<bool>& cancelled) override {
    std::vector<TrialRecord> records;
    for (const auto& spec : std::exchange(specs_, {})) {
      if (cancelled) return {};
      if (before_) before_(spec.trial);
      records.push_back(synthetic_record(spec.trial));
    }
    return records;
  }
  VerificationRow verify(const TrialSpec& spec, const std::string& mitigation,
                         int64_t images) override {
    if (before_) before_(spec.trial);
    return {spec.trial, mitigation, images, spec.trial % 2 == 0};
  }
  int parallelism() const override { return 1; }
  int max_waves() const override { return 1; }

 private:
  std::function<void(uint64_t)> before_;
  int64_t images_;
  std::vector<TrialSpec> specs_;
};

inline WorkerCampaign synthetic_campaign(std::function<void(uint64_t trial)> before = {},
                                         int64_t images = 10'000) {
  return {"synthetic", synthetic_spec,
          std::make_unique<SyntheticWorkers>(std::move(before), images)};
}

}  // namespace faultwave::campaign
