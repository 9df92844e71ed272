// Rates of the 64-lane PE models and the time to build them, one core.
// Goals: clean 1,000 M products/s for an exact multiplier of about 416 gates, faultable 200 M with
// masks on every stem and branch, a clean model built in 5 s.
#include <benchmark/benchmark.h>

#include <array>
#include <cstdlib>

#include "base/file.hpp"
#include "base/rng.hpp"
#include "netlist/fault_site.hpp"
#include "netlist/front_end.hpp"
#include "verilated/pe_model.hpp"

namespace faultwave::verilated {
namespace {

constexpr int kNumLanes = 64;
constexpr std::size_t kNumInputs = 64;  // operand words, used in turn
using OperandPlanes = std::array<std::array<uint64_t, 8>, kNumInputs>;

const netlist::Netlist& multiplier(const std::string& name) {
  static std::map<std::string, netlist::Netlist> loaded;
  auto& netlist = loaded[name];
  if (netlist.gates.empty()) netlist = netlist::load_netlist(netlist::find_netlist(name));
  return netlist;
}

OperandPlanes random_planes(uint64_t stream) {
  CounterRng rng(1, stream);
  OperandPlanes planes;
  for (auto& word : planes) {
    for (auto& plane : word) plane = rng.next();
  }
  return planes;
}

/// One fault in every lane: the sites and masks of 64 PEs.
using WordMasks = std::vector<std::pair<int, SiteMask>>;

WordMasks random_masks(const PeModel& model, uint64_t stream) {
  CounterRng rng(2, stream);
  WordMasks masks;
  for (int lane = 0; lane < kNumLanes; ++lane) {
    const uint64_t bit = uint64_t{1} << lane;
    SiteMask mask;
    mask.keep = ~bit;
    mask.flip = rng.below(2) == 0 ? 0 : bit;
    masks.emplace_back(static_cast<int>(rng.below(static_cast<uint64_t>(model.num_sites()))), mask);
  }
  return masks;
}

/// Evaluates random operands; `before` and `after` surround each evaluation.
template <typename Before, typename After>
void run(benchmark::State& state, PeModel& model, double goal, Before before, After after) {
  const auto a = random_planes(1);
  const auto b = random_planes(2);
  uint64_t o[16];
  std::size_t i = 0;
  for (auto _ : state) {
    before(i);
    model.eval(a[i].data(), b[i].data(), o);
    after(i);
    benchmark::DoNotOptimize(o);
    i = (i + 1) % kNumInputs;
  }
  const double products = static_cast<double>(state.iterations()) * kNumLanes;
  state.counters["products/s"] = benchmark::Counter(products, benchmark::Counter::kIsRate);
  state.counters["goal"] = goal;
}

void nothing(std::size_t /*input*/) {}

void clean(benchmark::State& state, const std::string& name) {
  const auto model = PeModelLibrary().load(multiplier(name), false);
  run(state, *model, 1e9, nothing, nothing);
}

void faultable_healthy(benchmark::State& state, const std::string& name) {
  const auto model = PeModelLibrary().load(multiplier(name), true);
  run(state, *model, 2e8, nothing, nothing);
}

/// What an array with a fault in every PE does: the masks of each word of 64 PEs are set before its
/// evaluation and cleared after it.
void faultable_other_masks_each_time(benchmark::State& state, const std::string& name) {
  const auto model = PeModelLibrary().load(multiplier(name), true);
  std::vector<WordMasks> words;
  for (std::size_t i = 0; i < kNumInputs; ++i) words.push_back(random_masks(*model, i));
  SiteMask* masks = model->masks();
  run(
      state, *model, 2e8,
      [&](std::size_t i) {
        for (const auto& [site, mask] : words[i]) masks[site] = mask;
      },
      [&](std::size_t i) {
        for (const auto& [site, mask] : words[i]) masks[site] = {};
      });
}

/// Verilator, the compiler and the linker, without the runtime that all models share.
void build(benchmark::State& state, const std::string& name, bool faultable) {
  const TemporaryDirectory cache("pe-model-bench");
  PeModelLibrary library(cache.path());
  auto netlist = multiplier(name);
  netlist.name = "warm_up";
  library.build(netlist, faultable);
  int count = 0;
  for (auto _ : state) {
    netlist.name = name + "_" + std::to_string(count++);
    benchmark::DoNotOptimize(library.build(netlist, faultable));
  }
  state.counters["goal_s"] = 5;
}

void register_all() {
  for (const std::string name : {"fw8u_array", "fw8u_dadda", "fw8u_drum4"}) {
    benchmark::RegisterBenchmark(("clean/" + name).c_str(), clean, name);
    benchmark::RegisterBenchmark(("faultable_healthy/" + name).c_str(), faultable_healthy, name);
    benchmark::RegisterBenchmark(("faultable_other_masks_each_time/" + name).c_str(),
                                 faultable_other_masks_each_time, name);
  }
  for (const bool faultable : {false, true}) {
    benchmark::RegisterBenchmark(
        faultable ? "build_faultable/fw8u_array" : "build_clean/fw8u_array", build, "fw8u_array",
        faultable)
        ->Unit(benchmark::kSecond)
        ->UseRealTime()
        ->Iterations(3);
  }
}

}  // namespace
}  // namespace faultwave::verilated

int main(int argc, char** argv) {
  ::setenv("FAULTWAVE_ROOT", FAULTWAVE_SOURCE_DIR, 0);
  ::setenv("FAULTWAVE_CACHE", FAULTWAVE_BINARY_DIR "/cache", 0);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  faultwave::verilated::register_all();
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
