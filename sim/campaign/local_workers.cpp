// Workers on this machine: threads, or processes where the engine asks for them.
#include <algorithm>
#include <utility>

#include "base/error.hpp"
#include "campaign/campaign.hpp"
#include "campaign/cell_runner.hpp"
#include "campaign/process_workers.hpp"

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
  void submit(std::vector<TrialSpec> specs) override {
    FAULTWAVE_CHECK(runner_ != nullptr && specs_.empty(), "no cell, or a wave is out");
    specs_ = std::move(specs);
  }
  std::vector<TrialRecord> collect(const std::atomic<bool>& cancelled) override {
    return runner_->run(std::exchange(specs_, {}), cancelled);
  }
  VerificationRow verify(const TrialSpec& spec, const std::string& mitigation,
                         int64_t images) override {
    FAULTWAVE_CHECK(runner_ != nullptr, "no cell");
    return runner_->verify(spec, mitigation, images);
  }
  int parallelism() const override { return jobs_; }
  int max_waves() const override { return 1; }

 private:
  const CampaignConfig& config_;
  const CampaignPlan& plan_;
  int jobs_;
  std::unique_ptr<CellRunner> runner_;
  std::vector<TrialSpec> specs_;
};

}  // namespace

std::unique_ptr<Workers> make_local_workers(const CampaignConfig& config, const CampaignPlan& plan,
                                            int jobs) {
  const bool any_gate = std::any_of(config.cells.begin(), config.cells.end(), [](const auto& cell) {
    return cell.engine == driver::Engine::kGate;
  });
  if (any_gate && jobs > 1) {
    const auto identity = worker_identity(plan);
    return make_process_workers(jobs, identity, [&config, &plan, identity] {
      return WorkerCampaign{identity, [&plan](uint64_t trial) { return plan.spec(trial); },
                            std::make_unique<LocalWorkers>(config, plan, 1)};
    });
  }
  return std::make_unique<LocalWorkers>(config, plan, jobs);
}

}  // namespace faultwave::campaign
