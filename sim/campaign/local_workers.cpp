// Workers that are threads of this process.
#include <memory>
#include <optional>

#include "base/error.hpp"
#include "campaign/campaign.hpp"
#include "campaign/cell_runner.hpp"

namespace faultwave::campaign {
namespace {

class LocalWorkers : public Workers {
 public:
  LocalWorkers(const CampaignConfig& config, const CampaignPlan& plan, int jobs)
      : config_(config), plan_(plan), jobs_(jobs) {}

  CellRow enter(std::size_t cell) override {
    runner_.reset();
    runner_ = std::make_unique<CellRunner>(config_, plan_, cell, jobs_);
    return runner_->row();
  }
  std::vector<TrialRecord> run(std::span<const TrialSpec> specs,
                               const std::atomic<bool>& cancelled) override {
    FAULTWAVE_CHECK(runner_ != nullptr, "no cell");
    return runner_->run(specs, cancelled);
  }
  VerificationRow verify(const TrialSpec& spec, const std::string& mitigation,
                         int64_t images) override {
    FAULTWAVE_CHECK(runner_ != nullptr, "no cell");
    return runner_->verify(spec, mitigation, images);
  }

 private:
  const CampaignConfig& config_;
  const CampaignPlan& plan_;
  int jobs_;
  std::unique_ptr<CellRunner> runner_;
};

}  // namespace

std::unique_ptr<Workers> make_local_workers(const CampaignConfig& config, const CampaignPlan& plan,
                                            int jobs) {
  return std::make_unique<LocalWorkers>(config, plan, jobs);
}

}  // namespace faultwave::campaign
