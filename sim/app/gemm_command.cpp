// `faultwave gemm`: one matrix product on seeded random operands, the architect's microbenchmark.

#include <algorithm>
#include <charconv>
#include <iostream>
#include <nlohmann/json.hpp>

#include "app/commands.hpp"
#include "app/options.hpp"
#include "base/error.hpp"
#include "base/rng.hpp"
#include "base/sha256.hpp"
#include "base/suggest.hpp"
#include "base/version.hpp"
#include "driver/fault_spec.hpp"
#include "driver/multiplier.hpp"
#include "fault/fault.hpp"
#include "netlist/number_format.hpp"
#include "systemc/tpu_program.hpp"
#include "systemc/tpu_system.hpp"

namespace faultwave::app {
namespace {

namespace po = boost::program_options;
using netlist::NumberFormat;

/// Limits of one dimension, and of each of the three matrices.
constexpr int64_t kMaxDimension = int64_t{1} << 24;
constexpr int64_t kMaxMatrixValues = int64_t{1} << 30;
/// Passes of a weight tile; the slowest weight memory, for which a tile still takes minutes.
/// An hour or so at gate level.
constexpr double kMaxPeCycles = 2e12;
/// Streams of the seed; faults are drawn from streams keyed by their PE (driver/fault_spec.cpp).
constexpr uint64_t kActivationStream = 0x61637469;
constexpr uint64_t kWeightStream = 0x77656967;

/// Everything that the command line says.
struct GemmOptions {
  systemc::TpuConfig tpu;
  int64_t m = 0, n = 0, k = 0;
  NumberFormat format = NumberFormat::kAffineU8;
  std::string multiplier;
  std::vector<std::string> fault_names;
  double fault_rate = 0;
  std::string fault_target;
  uint64_t seed = 1;
  std::string json_path;
};

po::options_description describe_options() {
  po::options_description options;
  // clang-format off
  options.add_options()
      ("accelerator", po::value<std::string>()->default_value("tpu"), "tpu")
      ("array", po::value<std::string>()->required(), "rows x columns: 16x16, 1x1 to 512x512")
      ("m", po::value<int64_t>()->required(), "rows of the activations")
      ("n", po::value<int64_t>()->required(), "columns of the weights")
      ("k", po::value<int64_t>()->required(), "columns of the activations, rows of the weights")
      ("multiplier", po::value<std::string>(),
       "netlist file or name (default: the exact fw8u_dadda, for int8 fw8s_bw)")
      ("format", po::value<std::string>()->default_value("affine_u8"),
       "affine_u8, sign_magnitude or int8")
      ("preload", po::value<std::string>()->default_value("exposed"),
       "exposed: tiles one after another; hidden: the next tile's weights shift in meanwhile")
      ("fault", po::value<std::vector<std::string>>()->composing(),
       "pe[3][7].mult.O[7].sa1, pe[0][0].weight[6].sa0@100-200, ... (repeatable)")
      ("fault-rate", po::value<double>()->default_value(0), "share of faulty PEs, 0 to 1")
      ("fault-target", po::value<std::string>()->default_value("random_net"),
       "what is faulty in them: mult.O[7].sa1, random_net, random_output or random_register")
      ("seed", po::value<int64_t>()->default_value(1), "0 or more; of operands and --fault-rate")
      ("clock-mhz", po::value<double>()->default_value(700), "1 to 100000")
      ("weight-dram-gb-s", po::value<double>()->default_value(0), "weight memory; 0: ideal")
      ("weight-fifo-tiles", po::value<int>()->default_value(4), "tiles fetched ahead")
      ("accumulator-rows", po::value<int>()->default_value(4096), "longer products run in pieces")
      ("json", po::value<std::string>(), "write the result as JSON ('-': stdout, no table)");
  // clang-format on
  return options;
}

/// "16x32" -> 16 and 32.
void parse_array(const std::string& text, systemc::TpuConfig& tpu) {
  const char* end = text.data() + text.size();
  const auto rows = std::from_chars(text.data(), end, tpu.rows);
  if (rows.ec == std::errc() && rows.ptr != end && *rows.ptr == 'x') {
    const auto cols = std::from_chars(rows.ptr + 1, end, tpu.cols);
    if (cols.ec == std::errc() && cols.ptr == end) return;
  }
  throw UsageError(fmt::format(
      "--array '{}' is no size\n  fix: ROWSxCOLUMNS, 1x1 to 512x512, such as 16x16", text));
}

void check_choice(const char* option, const std::string& value,
                  const std::vector<std::string>& known) {
  if (std::find(known.begin(), known.end(), value) != known.end()) return;
  throw UsageError(
      fmt::format("unknown {} '{}'\n  fix: {}", option, value, suggestion(value, known)));
}

void check_range(const char* option, double value, double low, double high) {
  if (value >= low && value <= high) return;  // not so for NaN
  throw UsageError(
      fmt::format("{} {} is out of range\n  fix: use {} to {}", option, value, low, high));
}

void check_size(const GemmOptions& options) {
  for (const auto& [name, value] :
       {std::pair("--m", options.m), std::pair("--n", options.n), std::pair("--k", options.k)}) {
    check_range(name, static_cast<double>(value), 1, static_cast<double>(kMaxDimension));
  }
  for (const int64_t values :
       {options.m * options.k, options.k * options.n, options.m * options.n}) {
    if (values <= kMaxMatrixValues) continue;
    throw UsageError(fmt::format("a matrix of {} values is too large\n  fix: at most {}", values,
                                 kMaxMatrixValues));
  }
}

/// Work that no one would wait for is refused, with what it comes from.
void check_work(const GemmOptions& options) {
  const auto& tpu = options.tpu;
  const auto ceil_div = [](int64_t a, int64_t b) { return (a + b - 1) / b; };
  const int64_t rows = std::min<int64_t>(options.m, tpu.accumulator_rows);
  const double passes = static_cast<double>(ceil_div(options.m, rows)) *
                        static_cast<double>(ceil_div(options.k, tpu.rows)) *
                        static_cast<double>(ceil_div(options.n, tpu.cols));
  const double pe_cycles =
      passes * static_cast<double>(rows + 2 * tpu.rows + tpu.cols) * tpu.rows * tpu.cols;
  if (passes <= static_cast<double>(systemc::kMaxFolds) && pe_cycles <= kMaxPeCycles) return;
  throw UsageError(
      fmt::format("the product needs {:.0f} passes of weight tiles and about {:.1e} PE-cycles\n  "
                  "fix: at most {} and "
                  "{:.0e}: use a smaller product, or an array that fits it better",
                  passes, pe_cycles, systemc::kMaxFolds, kMaxPeCycles));
}

GemmOptions read_options(const po::variables_map& values) {
  check_choice("--accelerator", values["accelerator"].as<std::string>(), {"tpu"});
  GemmOptions options;
  parse_array(values["array"].as<std::string>(), options.tpu);
  options.m = values["m"].as<int64_t>();
  options.n = values["n"].as<int64_t>();
  options.k = values["k"].as<int64_t>();
  check_size(options);
  options.format = netlist::parse_number_format(values["format"].as<std::string>());
  options.multiplier = values.count("multiplier") != 0 ? values["multiplier"].as<std::string>()
                       : options.format == NumberFormat::kInt8 ? "fw8s_bw"
                                                               : "fw8u_dadda";
  const auto preload = values["preload"].as<std::string>();
  check_choice("--preload", preload, {"exposed", "hidden"});
  options.tpu.preload =
      preload == "hidden" ? systemc::Preload::kHidden : systemc::Preload::kExposed;
  options.tpu.clock_mhz = values["clock-mhz"].as<double>();
  check_range("--clock-mhz", options.tpu.clock_mhz, 1, 100'000);
  options.tpu.weight_dram_gb_s = values["weight-dram-gb-s"].as<double>();
  check_range("--weight-dram-gb-s", options.tpu.weight_dram_gb_s, 0, 1e6);
  options.tpu.weight_fifo_tiles = values["weight-fifo-tiles"].as<int>();
  options.tpu.accumulator_rows = values["accumulator-rows"].as<int>();
  options.tpu.check();
  check_work(options);
  if (values.count("fault") != 0) {
    options.fault_names = values["fault"].as<std::vector<std::string>>();
  }
  options.fault_rate = values["fault-rate"].as<double>();
  check_range("--fault-rate", options.fault_rate, 0, 1);
  options.fault_target = values["fault-target"].as<std::string>();
  const auto seed = values["seed"].as<int64_t>();
  if (seed < 0) throw UsageError(fmt::format("--seed {} is negative\n  fix: use 0 or more", seed));
  options.seed = static_cast<uint64_t>(seed);
  if (values.count("json") != 0) options.json_path = values["json"].as<std::string>();
  return options;
}

void check_signedness(const GemmOptions& options, const netlist::Netlist& netlist) {
  const bool needs_signed = options.format == NumberFormat::kInt8;
  if (netlist.is_signed == needs_signed) return;
  throw UsageError(
      fmt::format("multiplier '{}' is {}, --format {} needs {} one\n  fix: {}", netlist.name,
                  netlist.is_signed ? "signed" : "unsigned", netlist::to_string(options.format),
                  needs_signed ? "a signed" : "an unsigned",
                  needs_signed ? "--format affine_u8 or sign_magnitude, or a signed multiplier"
                               : "--format int8, or an unsigned multiplier"));
}

std::vector<fault::Fault> read_faults(const GemmOptions& options, const netlist::Netlist& netlist) {
  std::vector<fault::Fault> faults;
  for (const auto& name : options.fault_names) {
    faults.push_back(fault::parse_fault(netlist, name, options.tpu.rows, options.tpu.cols));
  }
  if (options.fault_rate == 0) return faults;
  if (options.fault_target.starts_with("random_")) {
    check_choice("--fault-target", options.fault_target,
                 {"random_net", "random_output", "random_register"});
  }
  driver::FaultSpec spec;
  spec.target = options.fault_target;
  spec.rate = options.fault_rate;
  spec.place.file = "--fault-target";
  const auto drawn =
      driver::expand_fault_specs({spec}, netlist, options.tpu.rows, options.tpu.cols, options.seed);
  faults.insert(faults.end(), drawn.begin(), drawn.end());
  return faults;
}

/// Operand codes of the product: activations 0 to 255, weights over the format's range, uniform.
struct Operands {
  std::vector<uint8_t> activations;  ///< [m][k]
  std::vector<uint8_t> weights;      ///< [k][n]
  std::vector<uint8_t> flags;        ///< [k][n]
};

Operands draw_operands(const GemmOptions& options) {
  Operands operands;
  operands.activations.resize(static_cast<std::size_t>(options.m * options.k));
  CounterRng activations(options.seed, kActivationStream);
  for (auto& code : operands.activations) {
    code = netlist::encode_activation(options.format, static_cast<int>(activations.below(256)));
  }
  operands.weights.resize(static_cast<std::size_t>(options.k * options.n));
  operands.flags.resize(operands.weights.size());
  const int low = netlist::min_weight(options.format);
  const auto count = static_cast<uint64_t>(netlist::max_weight(options.format) - low + 1);
  CounterRng weights(options.seed, kWeightStream);
  for (std::size_t i = 0; i < operands.weights.size(); ++i) {
    const auto code =
        netlist::encode_weight(options.format, low + static_cast<int>(weights.below(count)));
    operands.weights[i] = code.code;
    operands.flags[i] = code.negative ? accel::kNegate : uint8_t{0};
  }
  return operands;
}

struct GemmResult {
  accel::CycleReport report;  ///< of all clock cycles
  int64_t cycles = 0;         ///< as printed, see `printed_report`
  accel::CycleReport printed;
  std::string sha256;
};

/// With exposed preload the printed count follows SCALE-Sim: the index of the last cycle, which is
/// one less than the number of clock cycles. That last one is active.
accel::CycleReport printed_report(const accel::CycleReport& report, systemc::Preload preload) {
  accel::CycleReport printed = report;
  if (preload == systemc::Preload::kExposed) {
    --printed.total;
    --printed.active;
  }
  return printed;
}

GemmResult run_product(const GemmOptions& options, const netlist::Netlist& netlist,
                       std::vector<fault::Fault> faults) {
  const Operands operands = draw_operands(options);
  accel::GemmJob job;
  job.name = "gemm";
  job.m = options.m;
  job.n = options.n;
  job.k = options.k;
  job.activations = operands.activations.data();
  job.weights = operands.weights.data();
  job.weight_flags = operands.flags.data();
  job.product_is_signed = netlist.is_signed;
  verilated::PeModelLibrary library;
  systemc::TpuSystem tpu(options.tpu, netlist, library, std::move(faults),
                         {.weight_on_port_a = true, .product_is_signed = netlist.is_signed});
  std::vector<int32_t> sums(static_cast<std::size_t>(options.m * options.n));
  GemmResult result;
  result.report = tpu.run_gemm(job, sums.data());
  result.printed = printed_report(result.report, options.tpu.preload);
  result.cycles = result.printed.total;
  result.sha256 = sha256_hex(std::as_bytes(std::span(sums)));
  return result;
}

std::vector<std::pair<std::string, int64_t>> by_cause(const accel::CycleReport& report) {
  return {{"active", report.active},
          {"weight_load", report.weight_load},
          {"weight_shift", report.weight_shift},
          {"read_after_write", report.read_after_write},
          {"host_wait", report.host_wait},
          {"vector", report.vector}};
}

std::string to_text(const GemmOptions& options, const driver::Multiplier& multiplier,
                    std::size_t num_faults, const GemmResult& result) {
  const bool exposed = options.tpu.preload == systemc::Preload::kExposed;
  std::string text = fmt::format(
      "TPU {}x{}, {:g} MHz, {} preload, multiplier {} ({}), {} fault{}\n"
      "M {}, N {}, K {}, seed {}\n\ncycles            {:>12}{}\n",
      options.tpu.rows, options.tpu.cols, options.tpu.clock_mhz, exposed ? "exposed" : "hidden",
      multiplier.netlist.name, netlist::to_string(options.format), num_faults,
      num_faults == 1 ? "" : "s", options.m, options.n, options.k, options.seed, result.cycles,
      exposed ? "  (index of the last one, as SCALE-Sim counts)" : "");
  for (const auto& [name, cycles] : by_cause(result.printed)) {
    text += fmt::format("  {:<16}{:>12}\n", name, cycles);
  }
  text += fmt::format("multiplications   {:>12}\nutilisation       {:>11.2f} %\n",
                      result.report.multiplications, 100 * result.report.utilisation());
  return text + fmt::format("result sha256     {}\n", result.sha256);
}

std::string to_json(const GemmOptions& options, const driver::Multiplier& multiplier,
                    const std::vector<std::string>& faults, const GemmResult& result) {
  nlohmann::ordered_json root;
  root["cycles"] = result.cycles;
  for (const auto& [name, cycles] : by_cause(result.printed))
    root["cycles_by_cause"][name] = cycles;
  root["clock_cycles"] = result.report.total;
  root["utilisation"] = result.report.utilisation();
  root["multiplications"] = result.report.multiplications;
  root["result_sha256"] = result.sha256;
  root["seed"] = options.seed;
  root["m"] = options.m;
  root["n"] = options.n;
  root["k"] = options.k;
  root["faults"] = faults;
  root["accelerator"] = {
      {"type", "tpu"},
      {"rows", options.tpu.rows},
      {"cols", options.tpu.cols},
      {"clock_mhz", options.tpu.clock_mhz},
      {"preload", options.tpu.preload == systemc::Preload::kExposed ? "exposed" : "hidden"},
      {"weight_dram_gb_s", options.tpu.weight_dram_gb_s},
      {"weight_fifo_tiles", options.tpu.weight_fifo_tiles},
      {"accumulator_rows", options.tpu.accumulator_rows}};
  root["multiplier"] = {{"name", multiplier.netlist.name},
                        {"file", multiplier.path},
                        {"format", netlist::to_string(options.format)},
                        {"table_sha256", multiplier.table_sha256}};
  root["provenance"] = {{"version", version()}, {"git", git_revision()}};
  return root.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace

int run_gemm_command(const Arguments& arguments) {
  po::variables_map values;
  if (!parse_options("gemm --array RxC --m M --n N --k K [options]", describe_options(), {},
                     arguments, values)) {
    return 0;
  }
  const GemmOptions options = read_options(values);
  const auto multiplier = driver::load_multiplier(options.multiplier);
  check_signedness(options, multiplier.netlist);
  const auto faults = read_faults(options, multiplier.netlist);
  std::vector<std::string> names;
  for (const auto& fault : faults) names.push_back(fault::fault_name(multiplier.netlist, fault));
  const GemmResult result = run_product(options, multiplier.netlist, faults);
  if (options.json_path != "-") std::cout << to_text(options, multiplier, names.size(), result);
  if (!options.json_path.empty()) {
    write_output(options.json_path, to_json(options, multiplier, names, result));
  }
  return 0;
}

}  // namespace faultwave::app
