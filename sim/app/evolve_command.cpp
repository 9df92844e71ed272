// `faultwave evolve`: approximate multipliers by Cartesian genetic programming.
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <iostream>
#include <thread>

#include "app/commands.hpp"
#include "app/options.hpp"
#include "base/error.hpp"
#include "base/progress.hpp"
#include "evolve/report.hpp"
#include "netlist/front_end.hpp"
#include "netlist/generator.hpp"

namespace faultwave::app {
namespace {

namespace po = boost::program_options;

double positive(const po::variables_map& values, const char* name) {
  const auto value = values[name].as<double>();
  if (!(value > 0) || !std::isfinite(value)) {
    throw UsageError(fmt::format("--{} must be above 0", name));
  }
  return value;
}

int count(const po::variables_map& values, const char* name, int fallback, int max) {
  if (values.count(name) == 0) return fallback;
  const int value = values[name].as<int>();
  if (value < 1 || value > max) {
    throw UsageError(fmt::format("--{} {} is out of range: 1 to {}", name, value, max));
  }
  return value;
}

evolve::SearchSettings settings_of(const po::variables_map& values) {
  evolve::SearchSettings settings;
  if (values["width"].as<int>() != 8) {
    throw UsageError("--width: only 8-bit operands are supported\n  fix: --width 8");
  }
  auto& target = settings.target;
  target.metric = evolve::parse_metric(values["metric"].as<std::string>());
  target.objective = evolve::parse_objective(values["objective"].as<std::string>());
  target.limit = values["limit"].as<double>();
  if (!(target.limit >= 0) || !std::isfinite(target.limit)) {
    throw UsageError("--limit must be 0 or above");
  }
  target.is_signed = values.count("signed") != 0;
  if (values.count("area-limit") != 0) {
    if (target.objective != evolve::Objective::kFault) {
      throw UsageError("--area-limit goes with --objective fault only: the others minimise it");
    }
    target.area_limit = static_cast<uint64_t>(std::llround(positive(values, "area-limit") * 1e4));
  }
  if ((values.count("budget") != 0) == (values.count("generations") != 0)) {
    throw UsageError("evolve needs either --budget SECONDS or --generations N");
  }
  if (values.count("budget") != 0) settings.budget_seconds = positive(values, "budget");
  if (values.count("generations") != 0) {
    settings.generations = values["generations"].as<uint64_t>();
    if (settings.generations == 0) throw UsageError("--generations must be above 0");
  }
  const auto cores = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  settings.seed = values["seed"].as<uint64_t>();
  settings.num_threads = count(values, "threads", cores, 1024);
  settings.num_islands = count(values, "islands", cores, 1024);
  settings.num_offspring = count(values, "offspring", 4, 1024);
  const auto out = values["out"].as<std::string>();
  settings.checkpoint = values.count("checkpoint") != 0 ? values["checkpoint"].as<std::string>()
                                                        : out + ".checkpoint";
  settings.checkpoint_seconds = values["checkpoint-seconds"].as<double>();
  if (!(settings.checkpoint_seconds >= 0)) {
    throw UsageError("--checkpoint-seconds must be 0 or above");
  }
  return settings;
}

std::string module_name(const po::variables_map& values) {
  std::string name = values["name"].as<std::string>();
  if (name.empty()) name = std::filesystem::path(values["out"].as<std::string>()).stem().string();
  netlist::check_module_name(name);
  return name;
}

double in_units(uint64_t cost, evolve::Objective objective) {
  return static_cast<double>(cost) *
         (objective == evolve::Objective::kFault ? 1.0 / 1048576 : 1e-4);
}

/// One line per ten seconds, on a terminal one line that is redrawn.
class ProgressLine {
 public:
  explicit ProgressLine(const evolve::SearchSettings& settings) : settings_(settings) {}
  ~ProgressLine() {
    if (is_terminal_ && drawn_) std::cerr << "\n";
  }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  void operator()(const evolve::SearchProgress& progress) {
    if (first_seconds_ < 0) first_seconds_ = progress.seconds;
    if (drawn_ && progress.seconds - last_seconds_ < (is_terminal_ ? 0.2 : 10)) return;
    const double elapsed = progress.seconds - first_seconds_;
    const double rate = elapsed > 0 ? static_cast<double>(progress.num_evaluated) / elapsed : 0;
    const auto objective = settings_.target.objective;
    const char* unit = objective == evolve::Objective::kFault ? "" : " um^2";
    const std::string text =
        fmt::format("{:.0f} s, generation {}, {:.0f} evaluations/s, best {} {:.2f}{}",
                    progress.seconds, progress.generation, rate, evolve::to_string(objective),
                    in_units(progress.best_cost, objective), unit);
    if (is_terminal_) {
      std::cerr << "\r\033[K" << text << std::flush;
    } else {
      log_line(text);
    }
    drawn_ = true;
    last_seconds_ = progress.seconds;
  }

 private:
  const evolve::SearchSettings& settings_;
  bool is_terminal_ = isatty(STDERR_FILENO) != 0;
  bool drawn_ = false;
  double first_seconds_ = -1;
  double last_seconds_ = 0;
};

netlist::Netlist load_seed(const std::string& name, bool is_signed) {
  netlist::LoadOptions options;
  options.is_signed = is_signed;
  return netlist::load_netlist(netlist::find_netlist(name), options);
}

}  // namespace

CommandLine describe_evolve() {
  po::options_description options;
  // clang-format off
  options.add_options()
      ("width", po::value<int>()->value_name("BITS")->default_value(8), "bits of the operands: 8")
      ("signed", "operands and product in two's complement")
      ("metric", po::value<std::string>()->value_name("mae|wce|mre|ep")->required(), "error that is limited")
      ("limit", po::value<double>()->value_name("N")->required(),
       "largest error: mae and wce in units of the product, mre and ep in percent")
      ("objective", po::value<std::string>()->value_name("area|power|fault")->default_value("area"),
       "what is minimised; fault: the expected error under a random stuck-at fault")
      ("area-limit", po::value<double>()->value_name("UM2"),
       "with fault: largest area of the gates, um^2 (default: the seed netlist's)")
      ("seed-netlist", po::value<std::string>()->value_name("MULTIPLIER"),
       "circuit to start from, a file or a known name (default: the exact fw8u_dadda or fw8s_bw)")
      ("budget", po::value<double>()->value_name("SECONDS"), "seconds to run, over all interruptions")
      ("generations", po::value<uint64_t>()->value_name("N"),
       "generations to run instead: the same result on every machine")
      ("seed", po::value<uint64_t>()->value_name("SEED")->default_value(1), "seed of all random choices")
      ("islands", po::value<int>()->value_name("N"), "searches side by side (default: one per core)")
      ("offspring", po::value<int>()->value_name("N")->default_value(4), "candidates per generation and island")
      ("threads", po::value<int>()->value_name("N"), "cores to use (default: all); changes no result")
      ("name", po::value<std::string>()->value_name("NAME")->default_value(""), "module (default: from --out)")
      ("checkpoint", po::value<std::string>()->value_name("FILE"),
       "state of an interrupted run, taken up by the same command (default: OUT.checkpoint)")
      ("checkpoint-seconds", po::value<double>()->value_name("SECONDS")->default_value(5),
       "least time between two writes of the state; 0: as often as possible")
      ("catalog-row", po::value<std::string>()->value_name("FILE")->default_value(""),
       "write the header and row of rtl/multipliers/catalog.csv to this file")
      ("out", po::value<std::string>()->value_name("FILE")->required(), "Verilog file to write");
  // clang-format on
  return {"evolve --metric M --limit L (--budget SECONDS | --generations N) --out FILE.v [options]",
          "Approximate multipliers by Cartesian genetic programming, the error being a hard limit.",
          {{"options", options}}};
}

int run_evolve_command(const Arguments& arguments) {
  po::variables_map values;
  if (!parse_options(describe_evolve(), arguments, values)) return 0;
  evolve::EvolvedMultiplier multiplier;
  multiplier.settings = settings_of(values);
  auto& settings = multiplier.settings;
  const auto out = values["out"].as<std::string>();
  const auto row = values["catalog-row"].as<std::string>();
  const std::string name = module_name(values);
  check_output(out);
  if (!row.empty()) check_output(row);
  if (out == "-") throw UsageError("--out must be a file: the run keeps its state beside it");
  const auto library = netlist::load_cell_library(netlist::default_cell_library());
  const auto costs = evolve::gate_costs(library);
  multiplier.seed_netlist = values.count("seed-netlist") != 0
                                ? values["seed-netlist"].as<std::string>()
                                : std::string(settings.target.is_signed ? "fw8s_bw" : "fw8u_dadda");
  const auto seed = load_seed(multiplier.seed_netlist, settings.target.is_signed);
  if (settings.target.objective == evolve::Objective::kFault && settings.target.area_limit == 0) {
    evolve::Decoder decoder(costs);
    settings.target.area_limit = decoder.decode(evolve::to_genome(seed, 0)).area;
  }
  {
    ProgressLine line(settings);
    multiplier.result =
        evolve::search(seed, costs, settings, name,
                       [&line](const evolve::SearchProgress& progress) { line(progress); });
  }
  write_output(out, evolve::evolved_verilog(multiplier, library));
  const std::string catalog_row = evolve::evolved_catalog_row(multiplier, library);
  if (!row.empty()) write_output(row, evolve::evolved_catalog_header() + catalog_row);
  std::cout << evolve::evolved_catalog_header() << catalog_row;
  return 0;
}

}  // namespace faultwave::app
