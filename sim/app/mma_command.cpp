// `faultwave mma`: latency and throughput of a GPU's tensor cores, without memory.

#include <iostream>
#include <nlohmann/json.hpp>

#include "app/commands.hpp"
#include "app/options.hpp"
#include "base/progress.hpp"
#include "base/version.hpp"
#include "driver/find_config.hpp"
#include "driver/mma_benchmark.hpp"
#include "driver/multiplier.hpp"

namespace faultwave::app {
namespace {

namespace po = boost::program_options;
using driver::MmaConfig;
using systemc::MmaTiming;

MmaConfig read_config(const po::variables_map& values) {
  if (values.count("config") != 0) {
    for (const char* option : {"preset", "warps", "chains", "repeat"}) {
      if (values[option].defaulted()) continue;
      throw UsageError(
          fmt::format("--{} and a configuration exclude each other\n  fix: write it "
                      "into the configuration",
                      option));
    }
    return driver::load_mma_config(driver::find_config(values["config"].as<std::string>()));
  }
  MmaConfig config;
  config.gpu = systemc::gpu_preset(values["preset"].as<std::string>());
  const int repeat = values["repeat"].as<int>();
  config.points.resize(2);
  config.points[0].benchmark = driver::one_mma(config.gpu, 1, 1, repeat);
  config.points[1].benchmark =
      driver::one_mma(config.gpu, values["warps"].as<int>(), values["chains"].as<int>(), repeat);
  for (const auto& point : config.points) check_mma(config.gpu, point.benchmark);
  return config;
}

/// Multiply-adds that an SM can do per cycle.
int peak(const MmaConfig& config) {
  return config.gpu.sub_cores * config.gpu.tensor_core.num_lanes();
}

std::string to_text(const MmaConfig& config, const std::vector<MmaTiming>& timings) {
  const auto& core = config.gpu.tensor_core;
  std::string text = fmt::format(
      "{} sub-cores of {}x{}x{} lanes, mma m{}n{}k{}, {} scheduler\n\n"
      "  {:>5}  {:>6}  {:>10}  {:>9}  {:>9}  {:>10}  {:>9}  {:>9}  {}\n",
      config.gpu.sub_cores, core.rows, core.cols, core.depth, core.mma_m, core.mma_n, core.mma_k,
      systemc::to_string(config.gpu.scheduler), "warps", "chains", "tile", "cycles", "published",
      "FMA/clk/SM", "published", "of peak", "source");
  const auto optional_figure = [](const std::optional<double>& figure) {
    return figure ? fmt::format("{:.1f}", *figure) : std::string("-");
  };
  for (std::size_t i = 0; i < timings.size(); ++i) {
    const auto& point = config.points[i];
    const auto& benchmark = point.benchmark;
    text +=
        fmt::format("  {:>5}  {:>6}  {:>10}  {:>9.2f}  {:>9}  {:>10.1f}  {:>9}  {:>7.1f} %  {}\n",
                    benchmark.warps, benchmark.chains,
                    fmt::format("{}x{}x{}", benchmark.tile_m, benchmark.tile_n, benchmark.tile_k),
                    timings[i].latency_cycles, optional_figure(point.published_cycles),
                    timings[i].multiply_adds_per_cycle,
                    optional_figure(point.published_multiply_adds_per_cycle),
                    100 * timings[i].multiply_adds_per_cycle / peak(config), point.source);
  }
  return text + "\n  cycles: per repetition, from issue to the last result\n";
}

std::string to_json(const MmaConfig& config, const driver::Multiplier& multiplier,
                    const std::vector<MmaTiming>& timings) {
  nlohmann::ordered_json points = nlohmann::ordered_json::array();
  for (std::size_t i = 0; i < timings.size(); ++i) {
    const auto& point = config.points[i];
    nlohmann::ordered_json entry = {
        {"warps", point.benchmark.warps},
        {"chains", point.benchmark.chains},
        {"tile", {point.benchmark.tile_m, point.benchmark.tile_n, point.benchmark.tile_k}},
        {"repeat", point.benchmark.repeat},
        {"cycles", timings[i].cycles},
        {"latency_cycles", timings[i].latency_cycles},
        {"fma", timings[i].multiply_adds},
        {"fma_per_cycle", timings[i].multiply_adds_per_cycle}};
    if (point.published_cycles) entry["published_cycles"] = *point.published_cycles;
    if (point.published_multiply_adds_per_cycle) {
      entry["published_fma_per_cycle"] = *point.published_multiply_adds_per_cycle;
    }
    if (!point.source.empty()) entry["source"] = point.source;
    points.push_back(std::move(entry));
  }
  const nlohmann::ordered_json root = {
      {"points", std::move(points)},
      {"peak_fma_per_cycle", peak(config)},
      {"scheduler", systemc::to_string(config.gpu.scheduler)},
      {"multiplier",
       {{"name", multiplier.netlist.name},
        {"file", multiplier.path},
        {"table_sha256", multiplier.table_sha256}}},
      {"provenance", {{"version", version()}, {"git", git_revision()}}}};
  return root.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace

CommandLine describe_mma() {
  po::options_description options;
  // clang-format off
  options.add_options()
      ("config", po::value<std::string>()->value_name("CONFIG"),
       "points to measure (configs/mma_*.yaml); without it one warp's latency and the throughput of "
       "--warps")
      ("preset", po::value<std::string>()->value_name("GPU_PRESET")->default_value("ampere_a100"), "defaults of the GPU")
      ("warps", po::value<int>()->value_name("N")->default_value(8), "warps on the SM, around its sub-cores")
      ("chains", po::value<int>()->value_name("N")->default_value(2),
       "independent mma of a warp before it waits for their results")
      ("repeat", po::value<int>()->value_name("N")->default_value(1000), "repetitions")
      ("multiplier", po::value<std::string>()->value_name("MULTIPLIER")->default_value("fw8u_dadda"),
       "netlist file or name, in every lane")
      ("json", po::value<std::string>()->value_name("FILE"), "write the result as JSON ('-': stdout, no table)");
  // clang-format on
  return {"mma [CONFIG] [options]",
          "Latency and throughput of the tensor cores of one SM, without memory, beside figures "
          "measured on silicon.",
          {{"options", options}},
          {"config"}};
}

int run_mma_command(const Arguments& arguments) {
  po::variables_map values;
  if (!parse_options(describe_mma(), arguments, values)) return 0;
  const MmaConfig config = read_config(values);
  std::string json_path;
  if (values.count("json") != 0) json_path = values["json"].as<std::string>();
  if (!json_path.empty()) check_output(json_path);
  const auto multiplier = driver::load_multiplier(values["multiplier"].as<std::string>());
  const Activity activity("mma");
  const auto timings = driver::run_mma_points(config, multiplier.netlist);
  if (json_path != "-") std::cout << to_text(config, timings);
  if (!json_path.empty()) write_output(json_path, to_json(config, multiplier, timings));
  return 0;
}

}  // namespace faultwave::app
