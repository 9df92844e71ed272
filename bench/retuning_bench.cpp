// Time to retune a whole network on a 16x16 array with faulty PEs, 1,000 calibration images, one
// core. Goals at half of all PEs faulty: joint_retune of the 784-128-64-10 MLP in 10 s, of LeNet-5
// in 60 s. `goal_ratio` is the time over the goal: below 1 is met.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <map>
#include <memory>

#include "base/tree.hpp"
#include "driver/retuning.hpp"
#include "fault/fault.hpp"
#include "netlist/fault_site.hpp"
#include "netlist/front_end.hpp"
#include "nn/dataset.hpp"
#include "nn/onnx_import.hpp"
#include "systemc/tpu_system.hpp"

namespace faultwave::driver {
namespace {

constexpr int64_t kNumImages = 1000;

enum class Faults { kOnePe, kHalfSame, kHalfOwn };

/// A shipped network with its calibration images on a TPU.
struct Bench {
  explicit Bench(const std::string& name)
      : multiplier(netlist::load_netlist(netlist::find_netlist("fw8u_array"))),
        accelerator({}, multiplier, library, {}, {}),
        network(nn::import_onnx(tree_root() / "models" / (name + ".onnx"))),
        images(nn::load_dataset("strokes", "calib").slice(0, kNumImages)),
        retuner(network, accelerator, options()) {
    mitigation::register_builtin_mitigations();
  }

  RetuningOptions options() const {
    RetuningOptions options;
    options.batch_images = kNumImages;
    options.calibration_images = images.pixels.data();
    options.num_calibration_images = images.num_images();
    return options;
  }

  LocusTables tables(Faults faults) const {
    const auto& space = accelerator.pes();
    const auto sites = netlist::enumerate_sites(multiplier);
    std::vector<fault::Fault> placed;
    const double rate = faults == Faults::kOnePe ? 0.001 : 0.5;
    for (const int pe : fault::sample_loci(space.size(), rate, 7)) {
      fault::Fault fault;
      fault.pe = pe;
      fault.kind = netlist::FaultKind::kStuckAt1;
      const std::size_t number = faults == Faults::kHalfOwn ? static_cast<std::size_t>(pe) * 5 : 99;
      fault.site = sites[number % sites.size()];
      placed.push_back(fault);
    }
    return build_locus_tables(multiplier, placed, space, true);
  }

  verilated::PeModelLibrary library;
  netlist::Netlist multiplier;
  systemc::TpuSystem accelerator;
  nn::Network network;
  nn::Dataset images;
  Retuner retuner;
};

Bench& bench_of(const std::string& name) {
  static std::map<std::string, std::unique_ptr<Bench>> benches;
  auto& bench = benches[name];
  if (bench == nullptr) bench = std::make_unique<Bench>(name);
  return *bench;
}

void run(benchmark::State& state, const std::string& network, const std::string& mitigation,
         Faults faults, double goal_seconds) {
  Bench& bench = bench_of(network);
  const LocusTables tables = bench.tables(faults);
  const auto method = mitigation::make_mitigation(mitigation);
  for (auto _ : state) benchmark::DoNotOptimize(bench.retuner.retune(*method, tables));
  if (goal_seconds > 0) {
    state.counters["goal_ratio"] =
        benchmark::Counter(goal_seconds * static_cast<double>(state.iterations()),
                           benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
  }
}

void register_all() {
  for (const std::string network : {"strokes_mlp", "strokes_lenet"}) {
    for (const std::string mitigation : {"fal_retune", "bias_recalibration", "fal_retune_offset",
                                         "joint_retune", "fault_aware_mapping+joint_retune"}) {
      for (const auto& [faults, label] :
           {std::pair(Faults::kOnePe, "one"), std::pair(Faults::kHalfSame, "half_same"),
            std::pair(Faults::kHalfOwn, "half_own")}) {
        const bool has_goal = mitigation == "joint_retune" && faults != Faults::kOnePe;
        const double goal = !has_goal ? 0 : network == "strokes_mlp" ? 10 : 60;
        benchmark::RegisterBenchmark((network + "/" + mitigation + "/" + label).c_str(),
                                     [=, faults = faults](benchmark::State& state) {
                                       run(state, network, mitigation, faults, goal);
                                     })
            ->Unit(benchmark::kMillisecond);
      }
    }
  }
}

}  // namespace
}  // namespace faultwave::driver

int main(int argc, char** argv) {
  ::setenv("FAULTWAVE_ROOT", FAULTWAVE_SOURCE_DIR, 0);
  ::setenv("FAULTWAVE_CACHE", FAULTWAVE_BINARY_DIR "/cache", 0);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  faultwave::driver::register_all();
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
