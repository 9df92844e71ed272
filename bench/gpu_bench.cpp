// Lane-cycles per second of the GPU model, one core, every multiplier at gate level: a large GEMM
// through the complete SystemC model. A lane-cycle is one lane in one clock cycle, busy or not;
// products are those that lanes really multiplied. Goal: 200 M lane-cycles/s on the A100 preset.
#include <benchmark/benchmark.h>

#include <cstdlib>

#include "base/file.hpp"
#include "base/rng.hpp"
#include "netlist/fault_site.hpp"
#include "netlist/front_end.hpp"
#include "systemc/gpu_system.hpp"

namespace faultwave::systemc {
namespace {

constexpr double kGoal = 200e6;
constexpr int64_t kSide = 512;

enum class Faults { kNone, kOneLane, kRandomSites };

std::vector<fault::Fault> make_faults(const GpuConfig& config, const netlist::Netlist& netlist,
                                      Faults kind) {
  std::vector<fault::Fault> faults;
  const auto sites = netlist::enumerate_sites(netlist);
  const int lanes = config.sms * config.sub_cores * config.tensor_core.num_lanes();
  CounterRng rng(3);
  for (int lane = 0; lane < lanes && kind != Faults::kNone; ++lane) {
    fault::Fault fault;
    fault.pe = lane;
    fault.site = sites[rng.below(sites.size())];
    fault.kind = rng.below(2) == 0 ? netlist::FaultKind::kStuckAt0 : netlist::FaultKind::kStuckAt1;
    faults.push_back(fault);
    if (kind == Faults::kOneLane) break;
  }
  return faults;
}

void gemm(benchmark::State& state, GpuConfig config, const std::string& multiplier, Faults kind,
          double goal) {
  const auto netlist = netlist::load_netlist(netlist::find_netlist(multiplier));
  verilated::PeModelLibrary library;
  GpuSystem gpu(config, netlist, library, make_faults(config, netlist, kind), {});
  CounterRng rng(4);
  std::vector<uint8_t> activations(kSide * kSide);
  std::vector<uint8_t> weights(kSide * kSide);
  for (auto& code : activations) code = static_cast<uint8_t>(rng.below(256));
  for (auto& code : weights) code = static_cast<uint8_t>(rng.below(256));
  accel::GemmJob job;
  job.m = job.n = job.k = kSide;
  job.activations = activations.data();
  job.weights = weights.data();
  std::vector<int32_t> sums(kSide * kSide);
  accel::CycleReport total;
  for (auto _ : state) {
    total += gpu.run_gemm(job, sums.data());
    benchmark::DoNotOptimize(sums.data());
  }
  const auto rate = [](int64_t count) {
    return benchmark::Counter(static_cast<double>(count), benchmark::Counter::kIsRate);
  };
  state.counters["lane-cycles/s"] = rate(total.pe_cycles);
  state.counters["products/s"] = rate(total.multiplications);
  state.counters["SM-cycles/s"] = rate(total.total * config.sms);
  state.counters["utilisation"] = total.utilisation();
  if (goal > 0) state.counters["goal"] = goal;
}

void register_all() {
  std::vector<std::string> names = {"fw8u_array"};
  try {  // the design's yardstick, of a data set that does not ship
    netlist::find_netlist("mul8u_1JFF");
    names.push_back("mul8u_1JFF");
  } catch (const InputError&) {
  }
  for (const auto& name : names) {
    for (const auto& preset : gpu_preset_names()) {
      GpuConfig one_sm = gpu_preset(preset);
      one_sm.sms = 1;
      GpuConfig large_tiles = one_sm;
      large_tiles.cta_m = large_tiles.cta_n = 128;
      large_tiles.warp_m = 64;
      large_tiles.warp_n = preset == "turing" ? 32 : 64;
      const double goal = preset == "ampere_a100" ? kGoal : 0;
      const auto add = [&](const char* label, GpuConfig config, Faults faults) {
        for (const auto pe_model : {accel::PeModelKind::kVerilated, accel::PeModelKind::kNative}) {
          config.pe_model = pe_model;
          benchmark::RegisterBenchmark(
              fmt::format("{}/{}/{}/{}", to_string(pe_model), preset, label, name).c_str(), gemm,
              config, name, faults, goal)
              ->Unit(benchmark::kMillisecond);
        }
      };
      add("1_sm", one_sm, Faults::kNone);
      add("1_sm_large_tiles", large_tiles, Faults::kNone);
      add("1_sm_one_faulty_lane", one_sm, Faults::kOneLane);
      add("1_sm_all_faulty_random_sites", one_sm, Faults::kRandomSites);
      GpuConfig eight = one_sm;
      eight.sms = 8;
      add("8_sms", eight, Faults::kNone);
    }
  }
}

}  // namespace
}  // namespace faultwave::systemc

int main(int argc, char** argv) {
  ::setenv("FAULTWAVE_ROOT", FAULTWAVE_SOURCE_DIR, 0);
  ::setenv("FAULTWAVE_CACHE", FAULTWAVE_BINARY_DIR "/cache", 0);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  faultwave::systemc::register_all();
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
