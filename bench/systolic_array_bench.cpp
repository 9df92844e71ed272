// PE-cycles per second of the gate-level systolic array, one core, and of the same array in RTL,
// Verilated as a whole. Every PE multiplies in every cycle; the bottom sums are read each cycle.
// Goals: Verilated PE model 400 M fault-free at 128x128, 150 M with a fault in every PE; native PE
// model 3,000 M fault-free at 128x128 with AVX2. `x_verilated`: ratio to the same array with the
// Verilated PE model in this run.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <ctime>

#include "accel/systolic_array.hpp"
#include "base/file.hpp"
#include "base/rng.hpp"
#include "netlist/fault_site.hpp"
#include "netlist/front_end.hpp"
#include "rtl/rtl_array_fixture.hpp"

namespace faultwave::accel {
namespace {

constexpr double kFaultFreeGoal = 400e6;
constexpr double kFaultyGoal = 150e6;
constexpr double kNativeGoal = 3000e6;
constexpr std::size_t kNumInputs = 64;  // input vectors, used in turn

enum class Faults { kNone, kSameSite, kRandomSites, kOnePe };

const netlist::Netlist& multiplier(const std::string& name) {
  static std::map<std::string, netlist::Netlist> loaded;
  auto& netlist = loaded[name];
  if (netlist.gates.empty()) netlist = netlist::load_netlist(netlist::find_netlist(name));
  return netlist;
}

/// One permanent stuck-at fault per faulty PE.
std::vector<fault::Fault> make_faults(const ArrayConfig& config, const netlist::Netlist& netlist,
                                      Faults kind) {
  std::vector<fault::Fault> faults;
  if (kind == Faults::kNone) return faults;
  const auto sites = netlist::enumerate_sites(netlist);
  CounterRng rng(3);
  for (int pe = 0; pe < config.rows * config.cols; ++pe) {
    fault::Fault fault;
    fault.pe = pe;
    fault.site = sites[kind == Faults::kRandomSites ? rng.below(sites.size()) : sites.size() / 3];
    fault.kind = rng.below(2) == 0 ? netlist::FaultKind::kStuckAt0 : netlist::FaultKind::kStuckAt1;
    faults.push_back(fault);
    if (kind == Faults::kOnePe) return faults;
  }
  return faults;
}

/// Random weights in every PE, then random activations on every row in every cycle. Returns
/// PE-cycles per second.
template <typename Array>
double run(benchmark::State& state, const ArrayConfig& config, Array& array, double goal) {
  CounterRng rng(4);
  ArrayInputs control(config);
  uint64_t cycle = 0;
  const auto random_bytes = [&](std::vector<uint8_t>& bytes) {
    for (auto& byte : bytes) byte = static_cast<uint8_t>(rng.below(256));
  };
  const int num_fill_cycles = config.rows + config.cols;
  control.shift.assign(control.shift.size(), 1);
  for (int i = 0; i < 2 * num_fill_cycles; ++i) {
    if (i == num_fill_cycles) control.swap.assign(control.swap.size(), 1);
    random_bytes(control.weight);
    array.step(cycle++, control);
  }
  std::vector<ArrayInputs> inputs(kNumInputs, ArrayInputs(config));
  for (auto& input : inputs) {
    random_bytes(input.activation);
    input.valid.assign(input.valid.size(), 1);
  }
  for (int i = 0; i < num_fill_cycles; ++i) array.step(cycle++, inputs[0]);
  std::vector<int32_t> sums(static_cast<std::size_t>(config.cols));
  const std::clock_t start = std::clock();
  for (auto _ : state) {
    array.step(cycle, inputs[cycle % kNumInputs]);
    array.bottom_psums(sums.data());
    benchmark::DoNotOptimize(sums.data());
    ++cycle;
  }
  const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  const double pe_cycles = static_cast<double>(state.iterations()) * config.rows * config.cols;
  state.counters["PE-cycles/s"] = benchmark::Counter(pe_cycles, benchmark::Counter::kIsRate);
  if (goal > 0) state.counters["goal"] = goal;
  return pe_cycles / seconds;
}

/// Rates of the Verilated PE model, to compare with in the same run.
double& verilated_rate(const std::string& what) {
  static std::map<std::string, double> rates;
  return rates[what];
}

void bit_planes(benchmark::State& state, ArrayConfig config, const std::string& name, Faults kind,
                const std::string& what, double goal) {
  const auto& netlist = multiplier(name);
  verilated::PeModelLibrary library;
  SystolicArray array(config, netlist, library, make_faults(config, netlist, kind));
  const double rate = run(state, config, array, goal);
  if (config.pe_model == PeModelKind::kVerilated) {
    verilated_rate(what) = rate;
  } else if (verilated_rate(what) > 0) {
    state.counters["x_verilated"] = rate / verilated_rate(what);
  }
}

void verilated_rtl(benchmark::State& state, ArrayConfig config, const std::string& name) {
  test_support::RtlArray array(config, multiplier(name), test_support::RtlBuild::kFast);
  run(state, config, array, 0);
}

/// The same array with either PE model, the Verilated one first.
void register_array(ArrayConfig config, const std::string& name, Faults kind, const char* label,
                    double verilated_goal, double native_goal) {
  const std::string what = fmt::format("{}/{}x{}/{}", label, config.rows, config.cols, name);
  for (const auto pe_model : {PeModelKind::kVerilated, PeModelKind::kNative}) {
    config.pe_model = pe_model;
    const bool is_native = pe_model == PeModelKind::kNative;
    benchmark::RegisterBenchmark((to_string(pe_model) + "/" + what).c_str(), bit_planes, config,
                                 name, kind, what, is_native ? native_goal : verilated_goal);
  }
}

void register_all() {
  std::vector<std::string> names = {"fw8u_array"};
  try {  // the design's yardstick, of a data set that does not ship
    multiplier("mul8u_1JFF");
    names.push_back("mul8u_1JFF");
  } catch (const InputError&) {
  }
  for (const auto& name : names) {
    const ArrayConfig large{128, 128};
    for (const ArrayConfig config :
         {ArrayConfig{16, 16}, ArrayConfig{100, 100}, large, ArrayConfig{256, 256}}) {
      const bool is_large = config.rows >= large.rows;
      register_array(config, name, Faults::kNone, "fault_free", is_large ? kFaultFreeGoal : 0,
                     is_large ? kNativeGoal : 0);
    }
    register_array(large, name, Faults::kOnePe, "one_faulty_pe", kFaultFreeGoal, 0);
    register_array(large, name, Faults::kSameSite, "all_faulty_same_site", kFaultyGoal, 0);
    register_array(large, name, Faults::kRandomSites, "all_faulty_random_sites", kFaultyGoal, 0);
    const ArrayConfig small{8, 8};
    register_array(small, name, Faults::kNone, "fault_free", 0, 0);
    benchmark::RegisterBenchmark(("verilated_rtl/8x8/" + name).c_str(), verilated_rtl, small, name);
  }
}

}  // namespace
}  // namespace faultwave::accel

int main(int argc, char** argv) {
  ::setenv("FAULTWAVE_ROOT", FAULTWAVE_SOURCE_DIR, 0);
  ::setenv("FAULTWAVE_CACHE", FAULTWAVE_BINARY_DIR "/cache", 0);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  faultwave::accel::register_all();
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
