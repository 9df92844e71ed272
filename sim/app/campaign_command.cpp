#include <algorithm>
#include <atomic>
#include <csignal>
#include <iostream>
#include <memory>
#include <optional>
#include <thread>

#include "app/commands.hpp"
#include "app/options.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "campaign/campaign.hpp"
#include "campaign/query_results.hpp"
#include "campaign/worker_loop.hpp"
#include "driver/find_config.hpp"
#ifdef FAULTWAVE_HAS_MPI
#include "mpi/mpi_workers.hpp"
#endif

namespace faultwave::app {
namespace {

namespace po = boost::program_options;

constexpr int kInterrupted = 130;
constexpr uint64_t kMaxShards = 1'000'000;
constexpr int kMaxJobs = 1024;

std::atomic<bool> interrupted = false;

/// The first SIGINT or SIGTERM ends the campaign, the second one kills.
extern "C" void on_signal(int signal) {
  interrupted = true;
  std::signal(signal, SIG_DFL);
}

/// "2/8" is shard 2 of 8, counted from 1.
void parse_shard(const std::string& text, campaign::CampaignOptions& options) {
  const auto slash = text.find('/');
  try {
    if (slash == std::string::npos) throw std::invalid_argument(text);
    std::size_t end = 0;
    const auto number = std::stoull(text.substr(0, slash), &end);
    if (end != slash) throw std::invalid_argument(text);
    options.num_shards = std::stoull(text.substr(slash + 1), &end);
    if (end != text.size() - slash - 1 || number < 1 || number > options.num_shards ||
        options.num_shards > kMaxShards) {
      throw std::invalid_argument(text);
    }
    options.shard = number - 1;
  } catch (const std::logic_error&) {
    throw UsageError(fmt::format("'{}' is no shard\n  fix: --shard I/N with I from 1 to N", text));
  }
}

std::string plan_text(const campaign::CampaignConfig& config, const campaign::CampaignPlan& plan) {
  std::string text = fmt::format("campaign   {}, seed {}\n", config.name, config.seed);
  for (std::size_t cell = 0; cell < plan.num_cells(); ++cell) {
    const auto& faults = plan.faults(cell);
    text += fmt::format("cell       {}: {} faults in {} classes, {} trials\n",
                        config.cells[cell].variant.empty() ? config.cells[cell].multiplier.name
                                                           : config.cells[cell].variant,
                        faults.size(), faults.classes.size(),
                        plan.first_trial(cell + 1) - plan.first_trial(cell));
  }
  text += fmt::format("trials     {}", plan.num_trials());
  if (plan.population() > 0) text += fmt::format(" for a population of {}", plan.population());
  return text + "\n";
}

/// What a campaign found, one line per mitigation (and cell, and rate).
std::string summary_text(const campaign::CampaignConfig& config,
                         const std::filesystem::path& results) {
  campaign::QueryOptions query;
  query.by.clear();
  if (config.cells.size() > 1) query.by = {"network", "accelerator", "multiplier"};
  if (!config.rates.empty()) query.by.push_back("rate");
  query.by.push_back("mitigation");
  query.critical_points = config.critical_points;
  if (config.stop) query.confidence = config.stop->confidence;
  return campaign::query_text(
      campaign::query_results(campaign::ResultsStore::open_read_only(results), query));
}

/// A command line and what it asks for.
struct PreparedCampaign {
  campaign::CampaignConfig config;
  std::optional<campaign::CampaignPlan> plan;
  campaign::CampaignOptions options;
  int jobs = 1;
  bool is_dry = false;

  std::unique_ptr<campaign::Workers> make_workers() const {
    return campaign::make_local_workers(config, *plan, jobs);
  }
};

/// Nothing for --help. `default_jobs` is what --jobs 0 means.
std::shared_ptr<const PreparedCampaign> prepare(const Arguments& arguments, int default_jobs) {
  po::variables_map values;
  if (!parse_options(describe_campaign(), arguments, values)) return nullptr;
  auto prepared = std::make_shared<PreparedCampaign>();
  std::vector<std::string> overrides;
  if (values.count("set") != 0) overrides = values["set"].as<std::vector<std::string>>();
  prepared->config = campaign::load_campaign_config(
      driver::find_config(values["config"].as<std::string>()), overrides);
  auto& run_options = prepared->options;
  if (values.count("shard") != 0) parse_shard(values["shard"].as<std::string>(), run_options);
  run_options.resume = values.count("resume") != 0;
  run_options.num_verifications = values["verify"].as<int64_t>();
  prepared->jobs = values["jobs"].as<int>();
  if (prepared->jobs < 0 || prepared->jobs > kMaxJobs || run_options.num_verifications < 0) {
    throw UsageError(fmt::format("--jobs goes from 0 to {}, --verify counts from 0", kMaxJobs));
  }
  if (prepared->jobs == 0) prepared->jobs = default_jobs;
  prepared->is_dry = values.count("dry-run") != 0;
  if (values.count("out") != 0) run_options.results = values["out"].as<std::string>();
  if (!prepared->is_dry && run_options.results.empty()) {
    throw UsageError("no results file\n  fix: --out results.sqlite");
  }
  prepared->plan.emplace(prepared->config, campaign::all_cell_facts(prepared->config));
  return prepared;
}

int run(const PreparedCampaign& prepared, campaign::Workers& workers) {
  std::signal(SIGINT, on_signal);
  std::signal(SIGTERM, on_signal);
  const auto summary = campaign::run_campaign(prepared.config, *prepared.plan, workers,
                                              prepared.options, interrupted);
  std::cout << fmt::format("finished   {} of {} trials, {} now in {:.1f} s ({:.4g} trials/s)\n",
                           summary.finished, summary.planned, summary.ran, summary.seconds,
                           static_cast<double>(summary.ran) / std::max(1e-9, summary.seconds));
  if (summary.skipped > 0) {
    std::cout << fmt::format("skipped    {} trials: intervals are narrow enough\n",
                             summary.skipped);
  }
  if (summary.verified > 0) {
    std::cout << fmt::format("verified   {} cases at gate level, all agree\n", summary.verified);
  }
  if (summary.interrupted) {
    std::cout.flush();
    std::cerr << fmt::format(
        "faultwave: interrupted\n  fix: the same command with --resume goes on "
        "with {}\n",
        prepared.options.results.string());
    return kInterrupted;
  }
  std::cout << fmt::format("results    {}\n\n", prepared.options.results.string())
            << summary_text(prepared.config, prepared.options.results);
  return 0;
}

/// Whether mpirun, or srun with PMIx, started this process as one of several.
bool has_other_ranks() {
  for (const char* variable : {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE"}) {
    const auto size = environment(variable);
    if (!size.empty()) return size != "1";
  }
  return !environment("PMIX_RANK").empty();
}

int run_alone(const Arguments& arguments) {
  const auto cores = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  const auto prepared = prepare(arguments, cores);
  if (prepared == nullptr) return 0;
  std::cout << plan_text(prepared->config, *prepared->plan) << std::flush;
  if (prepared->is_dry) return 0;
  return run(*prepared, *prepared->make_workers());
}

#ifdef FAULTWAVE_HAS_MPI

/// UsageError when a rank cannot do what it is asked for.
void check_rank(const PreparedCampaign& prepared) {
  const auto& cells = prepared.config.cells;
  const bool any_gate = std::any_of(cells.begin(), cells.end(), [](const auto& cell) {
    return cell.engine == driver::Engine::kGate;
  });
  if (any_gate && prepared.jobs > 1) {
    throw UsageError(
        "a rank runs the gate engine in one thread\n  fix: no --jobs; more ranks (mpirun -n)");
  }
}

/// What one rank computes with.
campaign::WorkerCampaign worker_of(std::shared_ptr<const PreparedCampaign> prepared) {
  campaign::WorkerCampaign worker;
  worker.identity = campaign::worker_identity(*prepared->plan);
  worker.workers = prepared->make_workers();
  worker.spec = [prepared](uint64_t trial) { return prepared->plan->spec(trial); };
  return worker;
}

int run_rank(mpi::Session& session, const Arguments& arguments) {
  if (session.rank() > 0) {
    mpi::serve_rank_zero(session, [&] {
      const auto prepared = prepare(arguments, 1);
      if (prepared == nullptr) throw UsageError("no campaign");
      return worker_of(prepared);
    });
    return 0;
  }
  const auto prepared = prepare(arguments, 1);
  if (prepared == nullptr) return 0;
  check_rank(*prepared);
  std::cout << plan_text(prepared->config, *prepared->plan) << std::flush;
  if (prepared->is_dry) return 0;
  std::cout << fmt::format(
                   "ranks      {}, each with {} of its own\n", session.num_ranks(),
                   prepared->jobs == 1 ? "one thread" : fmt::format("{} threads", prepared->jobs))
            << std::flush;
  const auto workers = mpi::make_mpi_workers(session, campaign::worker_identity(*prepared->plan),
                                             prepared->jobs, [&] { return worker_of(prepared); });
  const int status = run(*prepared, *workers);
  if (status == 0) session.set_whole();
  return status;
}

#endif

}  // namespace

CommandLine describe_campaign() {
  po::options_description options;
  // clang-format off
  options.add_options()
      ("config", po::value<std::string>()->value_name("CONFIG")->required(), "configuration file, or the name of one that ships (docs/campaigns.md)")
      ("out", po::value<std::string>()->value_name("FILE"), "results file (SQLite, docs/results.md)")
      ("jobs", po::value<int>()->value_name("N")->default_value(0),
       "threads (engine gate: processes); 0: one per core. Under mpirun: threads per rank; 0: one")
      ("shard", po::value<std::string>()->value_name("I/N"), "I/N: only every N-th trial, from the I-th on")
      ("resume", "go on with a results file of the same campaign")
      ("verify", po::value<int64_t>()->value_name("N")->default_value(8),
       "cases that are run again at gate level; a difference ends the campaign")
      ("set", po::value<std::vector<std::string>>()->value_name("KEY=VALUE")->composing(),
       "override a key: --set campaign.sample.margin=0.02 (repeatable)")
      ("dry-run", "check the configuration and count the trials, run nothing");
  // clang-format on
  return {"campaign CONFIG --out FILE [options]",
          "Tries many faults in many places, with stated confidence, and writes every trial into a "
          "results file "
          "(SQLite). A campaign that was interrupted goes on with --resume.",
          {{"options", options}},
          {"config"}};
}

int run_campaign_command(const Arguments& arguments) {
  if (!has_other_ranks()) return run_alone(arguments);
#ifdef FAULTWAVE_HAS_MPI
  mpi::Session session;
  return session.num_ranks() > 1 ? run_rank(session, arguments) : run_alone(arguments);
#else
  throw UsageError(
      "this build has no MPI\n  fix: install libopenmpi-dev and build again, or run shards "
      "(--shard, faultwave merge)");
#endif
}

}  // namespace faultwave::app
