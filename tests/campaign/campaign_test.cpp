// Campaigns against `faultwave run`, against themselves in other orders, and against gate level.
#include "campaign/campaign.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <thread>

#include "base/tree.hpp"
#include "bits/plane_ops.hpp"
#include "campaign/campaign_fixture.hpp"
#include "campaign/cell_inputs.hpp"
#include "campaign/merge_results.hpp"
#include "driver/experiment.hpp"

namespace faultwave::campaign {
namespace {

constexpr const char* kGpu =
    "{type: gpu_sm, preset: turing, sms: 2, batch_images: 15, tensor_core: {rows: 2, cols: 2, "
    "depth: 4, mma_m: 8, mma_n: 8, mma_k: 16}, kernel: {cta_m: 16, cta_n: 16, cta_k: 16, warp_m: "
    "8, warp_n: 8}}";

/// The rows of `faultwave run` with the faults of one trial.
driver::Experiment run_experiment(const CampaignConfig& config, const CampaignPlan& plan,
                                  const TrialSpec& spec, driver::Engine engine) {
  driver::RunConfig run = config.cells[spec.cell];
  run.engine = engine;
  run.fault_on_exact = driver::FaultOnExact::kNo;
  const auto inputs = driver::load_experiment_inputs(run);
  for (const auto& fault : faults_of(plan, spec, inputs.space.size(), 0, 0)) {
    driver::FaultSpec fault_spec;
    fault_spec.site = fault::fault_name(inputs.multiplier.netlist, fault, inputs.space);
    run.faults.push_back(fault_spec);
  }
  return driver::run_experiment(run);
}

/// Others, with a difference.
class WrappedWorkers : public Workers {
 public:
  explicit WrappedWorkers(std::unique_ptr<Workers> workers) : workers_(std::move(workers)) {}
  CellRow enter(std::size_t cell) override { return workers_->enter(cell); }
  void submit(std::vector<TrialSpec> specs) override { workers_->submit(std::move(specs)); }
  std::vector<TrialRecord> collect(const std::atomic<bool>& cancelled) override {
    return workers_->collect(cancelled);
  }
  VerificationRow verify(const TrialSpec& spec, const std::string& mitigation,
                         int64_t images) override {
    return workers_->verify(spec, mitigation, images);
  }
  int parallelism() const override { return workers_->parallelism(); }
  int max_waves() const override { return workers_->max_waves(); }

 private:
  std::unique_ptr<Workers> workers_;
};

void expect_same_as_run(const std::string& yaml, uint64_t every, driver::Engine engine) {
  const CampaignFolder folder;
  const auto config = folder.config(yaml);
  const CampaignPlan plan(config, all_cell_facts(config));
  run_to(config, folder.path("results.sqlite"));
  const auto trials = trials_of(folder.path("results.sqlite"));
  ASSERT_EQ(trials.size(), plan.num_trials());
  int compared = 0;
  for (uint64_t trial = 0; trial < plan.num_trials(); trial += every) {
    const auto spec = plan.spec(trial);
    if (faults_of(plan, spec, 1 << 16, 0, 0).empty()) continue;
    const auto experiment = run_experiment(config, plan, spec, engine);
    for (const auto& result : trials[trial].results) {
      const auto row = std::find_if(experiment.rows.begin(), experiment.rows.end(),
                                    [&](const driver::ExperimentRow& r) {
                                      return r.is_faulty && r.mitigation == result.mitigation;
                                    });
      ASSERT_NE(row, experiment.rows.end()) << result.mitigation;
      EXPECT_EQ(result.correct, row->score.correct) << trial << " " << result.mitigation;
      EXPECT_EQ(result.masked, row->outcomes.masked) << trial << " " << result.mitigation;
      EXPECT_EQ(result.benign, row->outcomes.benign) << trial << " " << result.mitigation;
      EXPECT_EQ(result.sdc1, row->outcomes.sdc1) << trial << " " << result.mitigation;
      EXPECT_EQ(result.sdc5, row->outcomes.sdc5) << trial << " " << result.mitigation;
      ++compared;
    }
  }
  EXPECT_GE(compared, 9);
}

TEST(Campaign, results_are_those_of_single_runs_at_gate_level) {
  expect_same_as_run(small_yaml("  faults: {universe: nets}\n"), 150, driver::Engine::kGate);
}

TEST(Campaign, register_faults_and_rates_are_those_of_single_runs) {
  expect_same_as_run(
      small_yaml("  faults: {universe: registers, kinds: [sa0, sa1, inv]}\n", "fw8s_bw", "int8"), 5,
      driver::Engine::kTable);
  expect_same_as_run(
      small_yaml("  faults: {universe: nets}\n  rates: [0.1, 0.5]\n  trials_per_rate: 3\n",
                 "fw8u_trunc4", "sign_magnitude"),
      1, driver::Engine::kTable);
}

TEST(Campaign, gpu_results_are_those_of_single_runs) {
  expect_same_as_run(
      small_yaml("  faults: {universe: output_bits}\n", "fw8u_dadda", "affine_u8", kGpu), 6,
      driver::Engine::kTable);
}

TEST(Campaign, has_one_content_for_any_jobs_shards_memory_and_simd_level) {
  const CampaignFolder folder;
  const auto config =
      folder.config(small_yaml("  faults: {universe: output_bits}\n", "fw8u_trunc6", "affine_u8",
                               "{type: tpu, rows: 8, cols: 4, batch_images: 15}"));
  const auto whole = run_to(config, folder.path("whole.sqlite"));
  EXPECT_EQ(run_to(config, folder.path("jobs.sqlite"), 3).sha256, whole.sha256);
  auto tight = config;
  tight.memory_mib = 0;  // one block, here a batch of 15 images, at a time
  EXPECT_EQ(run_to(tight, folder.path("tight.sqlite"), 2).sha256, whole.sha256);
  for (const auto& level : bits::simd_levels()) {
    bits::force_simd_level(level);
    EXPECT_EQ(run_to(config, folder.path(level + ".sqlite")).sha256, whole.sha256) << level;
  }
  bits::force_simd_level("");
  std::vector<std::filesystem::path> shards;
  for (uint64_t shard = 0; shard < 3; ++shard) {
    CampaignOptions options;
    options.shard = shard;
    options.num_shards = 3;
    shards.push_back(folder.path("shard" + std::to_string(shard) + ".sqlite"));
    run_to(config, shards.back(), 1, options);
  }
  merge_results(folder.path("merged.sqlite"), shards);
  EXPECT_EQ(ResultsStore::open_read_only(folder.path("merged.sqlite")).content_sha256(),
            whole.sha256);
}

/// Asks for an end while the second wave is running.
class InterruptedWorkers : public WrappedWorkers {
 public:
  InterruptedWorkers(std::unique_ptr<Workers> workers, std::atomic<bool>& interrupt)
      : WrappedWorkers(std::move(workers)), interrupt_(interrupt) {}
  std::vector<TrialRecord> collect(const std::atomic<bool>& cancelled) override {
    if (++waves_ < 2) return WrappedWorkers::collect(cancelled);
    const std::jthread timer([this] { interrupt_ = true; });
    return WrappedWorkers::collect(cancelled);
  }

 private:
  std::atomic<bool>& interrupt_;
  int waves_ = 0;
};

TEST(Campaign, output_bits_that_share_a_net_are_one_site) {
  const CampaignFolder folder;
  write_file_atomically(folder.path("twin.v"),
                        "module twin(input [7:0] A, input [7:0] B, output [15:0] O);\n"
                        "  wire [15:0] p = A * B;\n"
                        "  assign O = {p[15:2], p[1], p[1]};\n"
                        "endmodule\n");
  const auto config = folder.config(
      small_yaml("  faults: {universe: output_bits}\n", folder.path("twin.v").string()));
  run_to(config, folder.path("twin.sqlite"));
  EXPECT_EQ(trials_of(folder.path("twin.sqlite")).size(), 30U);
}

TEST(Campaign, mitigations_may_be_kept_to_critical_trials) {
  const CampaignFolder folder;
  const std::string section =
      "  faults: {universe: output_bits}\n  same_fault: true\n  rates: [0.3]\n  trials_per_rate: "
      "12\n"
      "  critical_points: 10\n";
  run_to(folder.config(small_yaml(section)), folder.path("all.sqlite"));
  auto config = folder.config(small_yaml(section + "  mitigate: critical\n"));
  run_to(config, folder.path("critical.sqlite"));
  auto expected = trials_of(folder.path("all.sqlite"));
  int num_critical = 0;
  for (auto& trial : expected) {
    int64_t golden =
        ResultsStore::open_read_only(folder.path("all.sqlite")).cells().at(0).golden_correct;
    ASSERT_EQ(trial.results.at(0).mitigation, "fal_retune");
    const bool is_critical =
        std::any_of(trial.results.begin(), trial.results.end(), [&](const TrialResult& result) {
          return result.mitigation == "none" &&
                 100.0 * static_cast<double>(golden - result.correct) / 40 > 10;
        });
    num_critical += is_critical ? 1 : 0;
    if (!is_critical)
      std::erase_if(trial.results, [](const auto& r) { return r.mitigation != "none"; });
  }
  EXPECT_GT(num_critical, 0);
  EXPECT_LT(num_critical, 12);
  EXPECT_EQ(trials_of(folder.path("critical.sqlite")), expected);
  config.memory_mib = 0;  // a block of images at a time
  run_to(config, folder.path("blocks.sqlite"));
  EXPECT_EQ(trials_of(folder.path("blocks.sqlite")), expected);
}

TEST(Campaign, goes_on_where_an_interrupt_stopped_it) {
  const CampaignFolder folder;
  const auto config = folder.config(small_yaml("  faults: {universe: nets}\n"));
  const auto whole = run_to(config, folder.path("whole.sqlite"));
  const CampaignPlan plan(config, all_cell_facts(config));
  CampaignOptions options;
  options.results = folder.path("parts.sqlite");
  options.num_verifications = 0;
  int parts = 0;
  for (bool done = false; !done; ++parts) {
    ASSERT_LT(parts, 100);
    std::atomic<bool> interrupt = false;
    InterruptedWorkers workers(make_local_workers(config, plan, 2), interrupt);
    done = !run_campaign(config, plan, workers, options, interrupt).interrupted;
    options.resume = true;
  }
  EXPECT_GT(parts, 3);
  EXPECT_EQ(ResultsStore::open_read_only(options.results).content_sha256(), whole.sha256);
}

TEST(Campaign, verifies_cases_at_gate_level_and_stops_on_a_difference) {
  const CampaignFolder folder;
  const auto config = folder.config(small_yaml("  faults: {universe: nets}\n"));
  CampaignOptions options;
  options.num_verifications = 6;
  EXPECT_EQ(run_to(config, folder.path("good.sqlite"), 1, options).summary.verified, 6);
  const auto rows = ResultsStore::open_read_only(folder.path("good.sqlite")).verifications();
  EXPECT_EQ(rows.size(), 6u);
  for (const auto& row : rows) EXPECT_TRUE(row.agrees);

  // Workers whose gate level is another machine.
  class WrongWorkers : public WrappedWorkers {
   public:
    using WrappedWorkers::WrappedWorkers;
    VerificationRow verify(const TrialSpec& spec, const std::string& mitigation,
                           int64_t images) override {
      return {spec.trial, mitigation, images, false};
    }
  };
  const CampaignPlan plan(config, all_cell_facts(config));
  WrongWorkers wrong(make_local_workers(config, plan, 1));
  options.results = folder.path("wrong.sqlite");
  const std::atomic<bool> interrupt = false;
  EXPECT_THROW(run_campaign(config, plan, wrong, options, interrupt), CheckError);
  const auto seen = ResultsStore::open_read_only(options.results).verifications();
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_FALSE(seen[0].agrees);

  // A difference is not forgotten; a case that was not reached is made up for.
  options.resume = true;
  EXPECT_THROW(run_campaign(config, plan, wrong, options, interrupt), CheckError);
  const auto right = make_local_workers(config, plan, 1);
  EXPECT_EQ(run_campaign(config, plan, *right, options, interrupt).verified, 6);
}

TEST(Campaign, verifies_layers_rates_and_gpus_too) {
  const CampaignFolder folder;
  CampaignOptions options;
  options.num_verifications = 5;
  for (const auto& yaml :
       {small_yaml("  faults: {universe: output_bits}\n  layers: [each]\n"),
        small_yaml("  faults: {universe: nets}\n  rates: [0.5]\n  trials_per_rate: 8\n"),
        small_yaml("  faults: {universe: nets}\n  sample: {count: 30}\n  verify_images: 32\n",
                   "fw8s_bw", "int8", kGpu)}) {
    const auto config = folder.config(yaml);
    const auto path = folder.path("results" + std::to_string(std::rand()) + ".sqlite");
    EXPECT_GE(run_to(config, path, 2, options).summary.verified, 3) << yaml;
  }
}

TEST(Campaign, a_fault_in_one_layer_leaves_the_others_alone) {
  const CampaignFolder folder;
  const auto config =
      folder.config(small_yaml("  faults: {universe: output_bits, kinds: [sa1]}\n  layers: [each]\n"
                               "  pes: ['pe[0][0]']\n  record_outcomes: true\n"));
  run_to(config, folder.path("results.sqlite"));
  std::map<std::string, int64_t> changed;
  for (const auto& trial : trials_of(folder.path("results.sqlite"))) {
    ASSERT_TRUE(trial.layer.has_value());
    changed[*trial.layer] += 40 - trial.results[0].masked;
    EXPECT_EQ(trial.results[0].outcomes.size(), 40u);
  }
  EXPECT_GE(changed.size(), 2u);
  for (const auto& [layer, count] : changed) EXPECT_GT(count, 0) << layer;
}

TEST(Campaign, stops_when_the_interval_is_narrow_and_the_same_way_after_a_resume) {
  const CampaignFolder folder;
  const auto config = folder.config(small_yaml(
      "  faults: {universe: nets}\n  sample: {count: 600}\n"
      "  stop: {half_width: 0.06, check_every: 50}\n",
      "fw8u_trunc6", "affine_u8", "{type: tpu, rows: 8, cols: 4}", "mitigations: [none]\n"));
  const auto whole = run_to(config, folder.path("whole.sqlite"), 2);
  EXPECT_GT(whole.summary.skipped, 0u);
  EXPECT_EQ(whole.summary.finished % 50, 0u);
  EXPECT_EQ(whole.summary.finished + whole.summary.skipped, 600u);
  CampaignOptions again;
  again.resume = true;
  const auto resumed = run_to(config, folder.path("whole.sqlite"), 1, again);
  EXPECT_EQ(resumed.summary.ran, 0u);
  EXPECT_EQ(resumed.sha256, whole.sha256);

  // Interrupted between two looks at the interval it stops where it would have stopped.
  const CampaignPlan plan(config, all_cell_facts(config));
  CampaignOptions parts;
  parts.results = folder.path("parts.sqlite");
  parts.num_verifications = 0;
  for (bool done = false; !done; parts.resume = true) {
    std::atomic<bool> interrupt = false;
    InterruptedWorkers workers(make_local_workers(config, plan, 1), interrupt);
    done = !run_campaign(config, plan, workers, parts, interrupt).interrupted;
  }
  EXPECT_EQ(ResultsStore::open_read_only(parts.results).content_sha256(), whole.sha256);

  CampaignOptions shard;
  shard.num_shards = 2;
  EXPECT_THROW(run_to(config, folder.path("shard.sqlite"), 1, shard), UsageError);
}

TEST(Campaign, transient_faults_run_at_gate_level) {
  const CampaignFolder folder;
  const auto config =
      folder.config(small_yaml("  faults: {universe: nets, kinds: [inv], window_cycles: 200}\n"
                               "  sample: {count: 12}\n",
                               "fw8u_trunc6", "affine_u8", "{type: tpu, rows: 8, cols: 4}",
                               "mitigations: [none]\nengine: gate\n"));
  const auto first = run_to(config, folder.path("a.sqlite"));
  EXPECT_EQ(run_to(config, folder.path("b.sqlite"), 2).sha256, first.sha256);
  int64_t masked = 0, images = 0;
  for (const auto& trial : trials_of(folder.path("a.sqlite"))) {
    masked += trial.results[0].masked;
    images += 40;
  }
  EXPECT_GT(masked, images / 2) << "200 cycles reach a few images";
  EXPECT_LT(masked, images);
}

struct BadConfig {
  const char* section;
  const char* message;
};

TEST(CampaignConfig, refuses_what_does_not_fit_with_the_place_and_the_fix) {
  const CampaignFolder folder;
  for (const auto& [section, message] : {
           BadConfig{"  fautls: {}\n", "faults"},
           BadConfig{"  faults: {universe: net}\n", "nets"},
           BadConfig{"  faults: {kinds: [sa2]}\n", "unknown value 'sa2'"},
           BadConfig{"  faults: {kinds: []}\n", "is empty"},
           BadConfig{"  faults: {kinds: [sa0, sa0]}\n", "twice"},
           BadConfig{"  pes: []\n", "is empty"},
           BadConfig{"  rates: [0.5abc]\n", "no number"},
           BadConfig{"  faults: {universe: file}\n", "file"},
           BadConfig{"  faults: {universe: file, file: nowhere.txt}\n", "no such file"},
           BadConfig{"  rates: [2]\n", "not in (0, 1]"},
           BadConfig{"  rates: [half]\n", "no number"},
           BadConfig{"  rates: [0.5]\n  sample: {}\n", "does not go with 'rates'"},
           BadConfig{"  stop: {}\n", "needs 'sample'"},
           BadConfig{"  sample: {margin: 2}\n", "margin"},
           BadConfig{"  pes: [all]\n  trials_per_fault: 3\n", "random"},
           BadConfig{"  faults: {window_cycles: 5}\n", "gate engine"},
       }) {
    try {
      folder.config(small_yaml(section));
      ADD_FAILURE() << section;
    } catch (const ConfigError& error) {
      EXPECT_THAT(error.what(), testing::HasSubstr(message)) << section;
      EXPECT_THAT(error.what(), testing::HasSubstr("campaign.yaml")) << section;
    }
  }
  const auto refused = [&](const std::string& section, const std::string& message) {
    const auto config = folder.config(small_yaml(section));
    try {
      const CampaignPlan plan(config, all_cell_facts(config));
      ADD_FAILURE() << section;
    } catch (const ConfigError& error) {
      EXPECT_THAT(error.what(), testing::HasSubstr(message)) << section;
    }
  };
  refused("  layers: [nolayer]\n", "no matrix layer 'nolayer'");
  refused("  pes: ['pe[9][9]']\n", "pe[9][9]");
  write_file_atomically(folder.path("sites.txt"), "mult.O[3].sa1\n\n# comment\nmult.O[99].sa1\n");
  refused("  faults: {universe: file, file: sites.txt}\n", "sites.txt:4");
  write_file_atomically(folder.path("sites.txt"), "pe[0][0].mult.O[3].sa1\n");
  refused("  faults: {universe: file, file: sites.txt}\n  rates: [0.5]\n", "sites.txt:1");
  refused("  trials_per_fault: 100000\n", "plans more than");
}

TEST(CampaignConfig, every_campaign_of_the_tree_loads) {
  int count = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(tree_root() / "configs")) {
    if (!entry.is_regular_file()) continue;
    if (read_file(entry.path()).find("\ncampaign:") == std::string::npos) continue;
    EXPECT_NO_THROW(load_campaign_config(entry.path())) << entry.path();
    ++count;
  }
  EXPECT_GE(count, 14);
}

TEST(CampaignConfig, replays_the_faults_of_a_file_where_it_says) {
  const CampaignFolder folder;
  write_file_atomically(folder.path("sites.txt"),
                        "mult.O[7].sa1\npe[3][2].mult.O[0].sa0  # one PE\nweight[6].sa1\n");
  const auto config =
      folder.config(small_yaml("  faults: {universe: file, file: sites.txt}\n  pes: [all]\n"));
  run_to(config, folder.path("results.sqlite"));
  const auto trials = trials_of(folder.path("results.sqlite"));
  EXPECT_EQ(trials.size(), 32u + 1 + 32);
  EXPECT_EQ(trials[32].pe, "pe[3][2]");
}

}  // namespace
}  // namespace faultwave::campaign
