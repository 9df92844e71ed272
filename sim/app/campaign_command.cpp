#include <atomic>
#include <csignal>
#include <iostream>
#include <thread>

#include "app/commands.hpp"
#include "app/options.hpp"
#include "base/error.hpp"
#include "campaign/campaign.hpp"
#include "campaign/query_results.hpp"

namespace faultwave::app {
namespace {

namespace po = boost::program_options;

constexpr int kInterrupted = 130;

std::atomic<bool> interrupted = false;

/// The first SIGINT or SIGTERM ends the campaign after the trials in flight; the second one kills.
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
    if (end != text.size() - slash - 1 || number < 1 || number > options.num_shards) {
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

}  // namespace

int run_campaign_command(const Arguments& arguments) {
  po::options_description options;
  // clang-format off
  options.add_options()
      ("config", po::value<std::string>()->required(), "configuration file (docs/campaigns.md)")
      ("out", po::value<std::string>(), "results file (SQLite, docs/results.md)")
      ("jobs", po::value<int>()->default_value(0), "threads; 0: one per core")
      ("shard", po::value<std::string>(), "I/N: only every N-th trial, from the I-th on")
      ("resume", "go on with a results file of the same campaign")
      ("verify", po::value<int64_t>()->default_value(8),
       "cases that are run again at gate level; a difference ends the campaign")
      ("set", po::value<std::vector<std::string>>()->composing(),
       "override a key: --set campaign.sample.margin=0.02 (repeatable)")
      ("dry-run", "check the configuration and count the trials, run nothing");
  // clang-format on
  po::variables_map values;
  if (!parse_options("campaign CONFIG --out FILE [options]", options, {"config"}, arguments,
                     values)) {
    return 0;
  }
  std::vector<std::string> overrides;
  if (values.count("set") != 0) overrides = values["set"].as<std::vector<std::string>>();
  const auto config = campaign::load_campaign_config(values["config"].as<std::string>(), overrides);
  campaign::CampaignOptions run_options;
  if (values.count("shard") != 0) parse_shard(values["shard"].as<std::string>(), run_options);
  run_options.resume = values.count("resume") != 0;
  run_options.num_verifications = values["verify"].as<int64_t>();
  int jobs = values["jobs"].as<int>();
  if (jobs < 0 || run_options.num_verifications < 0) {
    throw UsageError("--jobs and --verify count from 0");
  }
  if (jobs == 0) jobs = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  const bool is_dry = values.count("dry-run") != 0;
  if (!is_dry && values.count("out") == 0) {
    throw UsageError("no results file\n  fix: --out results.sqlite");
  }
  const campaign::CampaignPlan plan(config, campaign::all_cell_facts(config));
  std::cout << plan_text(config, plan) << std::flush;
  if (is_dry) return 0;

  run_options.results = values["out"].as<std::string>();
  std::signal(SIGINT, on_signal);
  std::signal(SIGTERM, on_signal);
  const auto workers = campaign::make_local_workers(config, plan, jobs);
  const auto summary = campaign::run_campaign(config, plan, *workers, run_options, interrupted);
  std::cout << fmt::format("finished   {} of {} trials, {} now in {:.1f} s ({:.4g} trials/s)\n",
                           summary.finished, summary.planned, summary.ran, summary.seconds,
                           static_cast<double>(summary.ran) / std::max(1e-9, summary.seconds));
  if (summary.skipped > 0) {
    std::cout << fmt::format("skipped    {} trials: intervals are narrow enough\n",
                             summary.skipped);
  }
  std::cout << fmt::format("verified   {} cases at gate level, all agree\n", summary.verified);
  if (summary.interrupted) {
    std::cerr << fmt::format(
        "faultwave: interrupted\n  fix: the same command with --resume goes on "
        "with {}\n",
        run_options.results.string());
    return kInterrupted;
  }
  std::cout << fmt::format("results    {}\n\n", run_options.results.string())
            << summary_text(config, run_options.results);
  return 0;
}

}  // namespace faultwave::app
