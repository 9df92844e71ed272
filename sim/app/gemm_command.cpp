// `faultwave gemm`: one matrix product on seeded random operands, the architect's microbenchmark.

#include <algorithm>
#include <charconv>
#include <iostream>
#include <nlohmann/json.hpp>

#include "app/commands.hpp"
#include "app/options.hpp"
#include "base/error.hpp"
#include "base/progress.hpp"
#include "base/rng.hpp"
#include "base/sha256.hpp"
#include "base/suggest.hpp"
#include "base/version.hpp"
#include "driver/accelerator.hpp"
#include "driver/cycle_table.hpp"
#include "driver/fault_spec.hpp"
#include "driver/multiplier.hpp"
#include "fault/fault.hpp"
#include "netlist/number_format.hpp"
#include "systemc/tpu_program.hpp"

namespace faultwave::app {
namespace {

namespace po = boost::program_options;
using netlist::NumberFormat;

/// Limits of one dimension, and of each of the three matrices.
constexpr int64_t kMaxDimension = int64_t{1} << 24;
constexpr int64_t kMaxMatrixValues = int64_t{1} << 30;
/// An hour or so at gate level.
constexpr double kMaxPeCycles = 2e12;
/// Streams of the seed; faults are drawn from streams keyed by their PE (driver/fault_spec.cpp).
constexpr uint64_t kActivationStream = 0x61637469;
constexpr uint64_t kWeightStream = 0x77656967;

/// Options that one accelerator alone understands.
const std::vector<const char*> kTpuOptions = {"array", "preload", "weight-dram-gb-s",
                                              "weight-fifo-tiles", "accumulator-rows"};
const std::vector<const char*> kGpuOptions = {
    "preset", "sms", "cta-tile", "warp-tile", "scheduler", "shared-layout", "global-gb-s"};

/// Everything that the command line says.
struct GemmOptions {
  driver::AcceleratorConfig accelerator;
  int64_t m = 0, n = 0, k = 0;
  NumberFormat format = NumberFormat::kAffineU8;
  std::string multiplier;
  std::vector<std::string> fault_names;
  double fault_rate = 0;
  std::string fault_target;
  uint64_t seed = 1;
  std::string json_path;
};

/// "16x32" -> {16, 32}; UsageError unless there are `count` of them.
std::vector<int> parse_sizes(const char* option, const std::string& text, std::size_t count,
                             const char* form) {
  std::vector<int> sizes;
  const char* at = text.data();
  const char* end = at + text.size();
  while (sizes.size() < count) {
    sizes.push_back(0);
    const auto [next, error] = std::from_chars(at, end, sizes.back());
    const bool is_last = sizes.size() == count;
    if (error != std::errc() || (is_last ? next != end : next == end || *next != 'x')) {
      throw UsageError(fmt::format("{} '{}' is no size\n  fix: {}", option, text, form));
    }
    at = next + 1;
  }
  return sizes;
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

int64_t ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }

/// Work that no one would wait for is refused, with what it comes from.
void check_work(const GemmOptions& options) {
  if (const auto* gpu = std::get_if<systemc::GpuConfig>(&options.accelerator)) {
    const double products = static_cast<double>(ceil_div(options.m, gpu->cta_m) * gpu->cta_m) *
                            static_cast<double>(ceil_div(options.n, gpu->cta_n) * gpu->cta_n) *
                            static_cast<double>(ceil_div(options.k, gpu->cta_k) * gpu->cta_k);
    if (products <= kMaxPeCycles) return;
    throw UsageError(
        fmt::format("the product needs {:.1e} multiplications in whole tiles\n  fix: at "
                    "most {:.0e}: use a smaller product",
                    products, kMaxPeCycles));
  }
  const auto& tpu = std::get<systemc::TpuConfig>(options.accelerator);
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

systemc::TpuConfig read_tpu(const po::variables_map& values) {
  if (values.count("array") == 0) {
    throw UsageError("--array is missing\n  fix: --array ROWSxCOLUMNS, such as --array 16x16");
  }
  systemc::TpuConfig tpu;
  const auto sizes = parse_sizes("--array", values["array"].as<std::string>(), 2,
                                 "ROWSxCOLUMNS, 1x1 to 512x512, such as 16x16");
  tpu.rows = sizes[0];
  tpu.cols = sizes[1];
  const auto preload = values["preload"].as<std::string>();
  tpu.preload = preload == "hidden" ? systemc::Preload::kHidden : systemc::Preload::kExposed;
  if (values.count("clock-mhz") != 0) tpu.clock_mhz = values["clock-mhz"].as<double>();
  check_range("--clock-mhz", tpu.clock_mhz, 1, 100'000);
  tpu.weight_dram_gb_s = values["weight-dram-gb-s"].as<double>();
  check_range("--weight-dram-gb-s", tpu.weight_dram_gb_s, 0, 1e6);
  tpu.weight_fifo_tiles = values["weight-fifo-tiles"].as<int>();
  tpu.accumulator_rows = values["accumulator-rows"].as<int>();
  return tpu;
}

systemc::GpuConfig read_gpu(const po::variables_map& values) {
  systemc::GpuConfig gpu = systemc::gpu_preset(values["preset"].as<std::string>());
  if (values.count("sms") != 0) gpu.sms = values["sms"].as<int>();
  if (values.count("cta-tile") != 0) {
    const auto sizes = parse_sizes("--cta-tile", values["cta-tile"].as<std::string>(), 3,
                                   "MxNxK, such as 64x64x64");
    gpu.cta_m = sizes[0];
    gpu.cta_n = sizes[1];
    gpu.cta_k = sizes[2];
  }
  if (values.count("warp-tile") != 0) {
    const auto sizes =
        parse_sizes("--warp-tile", values["warp-tile"].as<std::string>(), 2, "MxN, such as 32x32");
    gpu.warp_m = sizes[0];
    gpu.warp_n = sizes[1];
  }
  const auto scheduler = values["scheduler"].as<std::string>();
  gpu.scheduler = scheduler == "gto" ? systemc::WarpScheduler::kGreedyThenOldest
                                     : systemc::WarpScheduler::kLooseRoundRobin;
  const auto layout = values["shared-layout"].as<std::string>();
  gpu.shared_layout = layout == "linear"   ? systemc::SharedLayout::kLinear
                      : layout == "padded" ? systemc::SharedLayout::kPadded
                                           : systemc::SharedLayout::kSwizzled;
  if (values.count("clock-mhz") != 0) gpu.clock_mhz = values["clock-mhz"].as<double>();
  if (values.count("global-gb-s") != 0) gpu.global_gb_s = values["global-gb-s"].as<double>();
  return gpu;
}

GemmOptions read_options(const po::variables_map& values) {
  const auto accelerator = values["accelerator"].as<std::string>();
  GemmOptions options;
  const bool is_tpu = accelerator == "tpu";
  for (const char* option : is_tpu ? kGpuOptions : kTpuOptions) {
    if (values.count(option) == 0 || values[option].defaulted()) continue;
    throw UsageError(
        fmt::format("--{} means nothing to --accelerator {}\n  fix: leave it out, or "
                    "use --accelerator {}",
                    option, accelerator, is_tpu ? "gpu_sm" : "tpu"));
  }
  if (is_tpu) {
    options.accelerator = read_tpu(values);
  } else {
    options.accelerator = read_gpu(values);
  }
  options.m = values["m"].as<int64_t>();
  options.n = values["n"].as<int64_t>();
  options.k = values["k"].as<int64_t>();
  check_size(options);
  options.format = netlist::parse_number_format(values["format"].as<std::string>());
  options.multiplier = values.count("multiplier") != 0 ? values["multiplier"].as<std::string>()
                       : options.format == NumberFormat::kInt8 ? "fw8s_bw"
                                                               : "fw8u_dadda";
  driver::check(options.accelerator);
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

std::vector<fault::Fault> read_faults(const GemmOptions& options, const netlist::Netlist& netlist) {
  const fault::PeSpace space = driver::pe_space(options.accelerator);
  std::vector<fault::Fault> faults;
  for (const auto& name : options.fault_names) {
    faults.push_back(fault::parse_fault(netlist, name, space));
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
  const auto drawn = driver::expand_fault_specs({spec}, netlist, space, options.seed);
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
  accel::CycleReport report;   ///< of all clock cycles
  accel::CycleReport printed;  ///< see `printed_report`
  std::vector<accel::Cause> causes;
  std::string sha256;
};

bool counts_like_scale_sim(const GemmOptions& options) {
  const auto* tpu = std::get_if<systemc::TpuConfig>(&options.accelerator);
  return tpu != nullptr && tpu->preload == systemc::Preload::kExposed;
}

/// With exposed preload the printed count follows SCALE-Sim: the index of the last cycle, which is
/// one less than the number of clock cycles. That last one is active.
accel::CycleReport printed_report(const GemmOptions& options, const accel::CycleReport& report) {
  accel::CycleReport printed = report;
  if (counts_like_scale_sim(options)) {
    --printed.total;
    --printed[accel::Cause::kActive];
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
  const auto accelerator =
      driver::make_accelerator(options.accelerator, netlist, library, std::move(faults),
                               {.weight_on_port_a = true, .product_is_signed = netlist.is_signed});
  std::vector<int32_t> sums(static_cast<std::size_t>(options.m * options.n));
  GemmResult result;
  result.report = accelerator->run_gemm(job, sums.data());
  result.printed = printed_report(options, result.report);
  result.causes.assign(accelerator->causes().begin(), accelerator->causes().end());
  result.sha256 = sha256_hex(std::as_bytes(std::span(sums)));
  return result;
}

/// "TPU 16x16, 700 MHz, exposed preload", "GPU of 1 SM x ...".
std::string describe(const driver::AcceleratorConfig& config) {
  if (const auto* tpu = std::get_if<systemc::TpuConfig>(&config)) {
    return fmt::format("TPU {}x{}, {:g} MHz, {} preload", tpu->rows, tpu->cols, tpu->clock_mhz,
                       tpu->preload == systemc::Preload::kExposed ? "exposed" : "hidden");
  }
  const auto& gpu = std::get<systemc::GpuConfig>(config);
  return fmt::format("{}\nCTA tile {}x{}x{}, warp tile {}x{}, {} scheduler, {} shared memory",
                     driver::description(config), gpu.cta_m, gpu.cta_n, gpu.cta_k, gpu.warp_m,
                     gpu.warp_n, systemc::to_string(gpu.scheduler),
                     systemc::to_string(gpu.shared_layout));
}

std::string to_text(const GemmOptions& options, const driver::Multiplier& multiplier,
                    std::size_t num_faults, const GemmResult& result) {
  const int64_t units = result.report.num_units;
  std::string text = fmt::format(
      "{}, multiplier {} ({}), {} fault{}\nM {}, N {}, K {}, seed {}\n\ncycles            "
      "{:>12}{}{}\n",
      describe(options.accelerator), multiplier.netlist.name, netlist::to_string(options.format),
      num_faults, num_faults == 1 ? "" : "s", options.m, options.n, options.k, options.seed,
      result.printed.total,
      counts_like_scale_sim(options) ? "  (index of the last one, as SCALE-Sim counts)" : "",
      units == 1 ? "" : fmt::format("  (causes: mean of {} warp schedulers)", units));
  for (const accel::Cause cause : result.causes) {
    text += fmt::format("  {:<16}{:>12}\n", accel::to_string(cause),
                        driver::cycles_per_unit(result.printed, cause));
  }
  text += fmt::format("multiplications   {:>12}\nutilisation       {:>11.2f} %\n",
                      result.report.multiplications, 100 * result.report.utilisation());
  if (result.report.warp_slots > 0) {
    text += fmt::format("occupancy         {:>11.2f} %\n", 100 * result.report.occupancy());
  }
  return text + fmt::format("result sha256     {}\n", result.sha256);
}

nlohmann::ordered_json accelerator_json(const driver::AcceleratorConfig& config) {
  if (const auto* tpu = std::get_if<systemc::TpuConfig>(&config)) {
    return {{"type", "tpu"},
            {"rows", tpu->rows},
            {"cols", tpu->cols},
            {"clock_mhz", tpu->clock_mhz},
            {"preload", tpu->preload == systemc::Preload::kExposed ? "exposed" : "hidden"},
            {"weight_dram_gb_s", tpu->weight_dram_gb_s},
            {"weight_fifo_tiles", tpu->weight_fifo_tiles},
            {"accumulator_rows", tpu->accumulator_rows}};
  }
  const auto& gpu = std::get<systemc::GpuConfig>(config);
  return {{"type", "gpu_sm"},
          {"sms", gpu.sms},
          {"sub_cores", gpu.sub_cores},
          {"lanes", gpu.tensor_core.num_lanes()},
          {"clock_mhz", gpu.clock_mhz},
          {"scheduler", systemc::to_string(gpu.scheduler)},
          {"global_gb_s", gpu.global_gb_s},
          {"cta_tile", {gpu.cta_m, gpu.cta_n, gpu.cta_k}},
          {"warp_tile", {gpu.warp_m, gpu.warp_n}},
          {"shared_layout", systemc::to_string(gpu.shared_layout)}};
}

std::string to_json(const GemmOptions& options, const driver::Multiplier& multiplier,
                    const std::vector<std::string>& faults, const GemmResult& result) {
  nlohmann::ordered_json root;
  root["cycles"] = result.printed.total;
  root["cycles_by_cause"] = driver::cycles_by_cause_json(result.printed, result.causes);
  root["units"] = result.report.num_units;
  root["clock_cycles"] = result.report.total;
  root["utilisation"] = result.report.utilisation();
  if (result.report.warp_slots > 0) root["occupancy"] = result.report.occupancy();
  root["multiplications"] = result.report.multiplications;
  root["result_sha256"] = result.sha256;
  root["seed"] = options.seed;
  root["m"] = options.m;
  root["n"] = options.n;
  root["k"] = options.k;
  root["faults"] = faults;
  root["accelerator"] = accelerator_json(options.accelerator);
  root["multiplier"] = {{"name", multiplier.netlist.name},
                        {"file", multiplier.path},
                        {"format", netlist::to_string(options.format)},
                        {"table_sha256", multiplier.table_sha256}};
  root["provenance"] = {{"version", version()}, {"git", git_revision()}};
  return root.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace

CommandLine describe_gemm() {
  po::options_description options;
  // clang-format off
  options.add_options()
      ("accelerator", po::value<std::string>()->value_name("tpu|gpu_sm")->default_value("tpu"), "what computes the product")
      ("array", po::value<std::string>()->value_name("ROWSxCOLUMNS"), "tpu: rows x columns: 16x16, 1x1 to 512x512")
      ("preset", po::value<std::string>()->value_name("GPU_PRESET")->default_value("ampere_a100"),
       "gpu_sm: defaults of the GPU")
      ("sms", po::value<int>()->value_name("N"), "gpu_sm: number of SMs (default: the preset's)")
      ("cta-tile", po::value<std::string>()->value_name("MxNxK"), "gpu_sm: MxNxK of a CTA, such as 64x64x64")
      ("warp-tile", po::value<std::string>()->value_name("MxN"), "gpu_sm: MxN of a warp, such as 32x32")
      ("scheduler", po::value<std::string>()->value_name("gto|lrr")->default_value("gto"), "gpu_sm: warp scheduler: greedy-then-oldest or loose round-robin")
      ("shared-layout", po::value<std::string>()->value_name("linear|padded|swizzled")->default_value("swizzled"),
       "gpu_sm: rows of a tile in shared memory")
      ("m", po::value<int64_t>()->value_name("N")->required(), "rows of the activations")
      ("n", po::value<int64_t>()->value_name("N")->required(), "columns of the weights")
      ("k", po::value<int64_t>()->value_name("N")->required(), "columns of the activations, rows of the weights")
      ("multiplier", po::value<std::string>()->value_name("MULTIPLIER"),
       "netlist file or name (default: the exact fw8u_dadda, for int8 fw8s_bw)")
      ("format", po::value<std::string>()->value_name("affine_u8|sign_magnitude|int8")->default_value("affine_u8"),
       "number format of the operands")
      ("preload", po::value<std::string>()->value_name("exposed|hidden")->default_value("exposed"),
       "tpu: exposed: tiles one after another; hidden: the next tile's weights shift in meanwhile")
      ("fault", po::value<std::vector<std::string>>()->value_name("FAULT")->composing(),
       "pe[3][7].mult.O[7].sa1, pe[0][0].weight[6].sa0@100-200, "
       "sm[0].sub[2].lane[17].mult.O[7].sa1, ... (repeatable)")
      ("fault-rate", po::value<double>()->value_name("SHARE")->default_value(0), "share of faulty PEs or lanes, 0 to 1")
      ("fault-target", po::value<std::string>()->value_name("TARGET")->default_value("random_net"),
       "what is faulty in them: mult.O[7].sa1, random_net, random_output or random_register")
      ("seed", po::value<int64_t>()->value_name("SEED")->default_value(1), "0 or more; of operands and --fault-rate")
      ("clock-mhz", po::value<double>()->value_name("MHZ"), "1 to 100000 (default: 700, or the preset's)")
      ("weight-dram-gb-s", po::value<double>()->value_name("GB/S")->default_value(0), "tpu: weight memory; 0: ideal")
      ("weight-fifo-tiles", po::value<int>()->value_name("N")->default_value(4), "tpu: tiles fetched ahead")
      ("accumulator-rows", po::value<int>()->value_name("N")->default_value(4096),
       "tpu: longer products run in pieces")
      ("global-gb-s", po::value<double>()->value_name("GB/S"), "gpu_sm: global memory; 0: ideal (default: the preset's)")
      ("json", po::value<std::string>()->value_name("FILE"), "write the result as JSON ('-': stdout, no table)");
  // clang-format on
  return {"gemm --m M --n N --k K {--array RxC | --accelerator gpu_sm} [options]",
          "One matrix product on seeded random operands, cycle by cycle and at gate level: the "
          "architect's "
          "microbenchmark.",
          {{"options", options}}};
}

int run_gemm_command(const Arguments& arguments) {
  po::variables_map values;
  if (!parse_options(describe_gemm(), arguments, values)) return 0;
  const GemmOptions options = read_options(values);
  if (!options.json_path.empty()) check_output(options.json_path);
  const auto multiplier = driver::load_multiplier(options.multiplier);
  driver::check_signedness(multiplier.netlist, options.format);
  const auto faults = read_faults(options, multiplier.netlist);
  std::vector<std::string> names;
  const fault::PeSpace space = driver::pe_space(options.accelerator);
  for (const auto& fault : faults) {
    names.push_back(fault::fault_name(multiplier.netlist, fault, space));
  }
  const Activity activity("gemm");
  const GemmResult result = run_product(options, multiplier.netlist, faults);
  if (options.json_path != "-") std::cout << to_text(options, multiplier, names.size(), result);
  if (!options.json_path.empty()) {
    write_output(options.json_path, to_json(options, multiplier, names, result));
  }
  return 0;
}

}  // namespace faultwave::app
