// One trial of a campaign (one fault, all images) by differential replay and dense.
//
// Goal: at least 8 times as many trials per second as dense on a 16x16 array. `dense` computes
// everything anew with the same kernels and the same layout of activations; `run` is the table
// engine of `faultwave run` (im2col, image by image), on fewer images.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "base/rng.hpp"
#include "base/tree.hpp"
#include "driver/accelerator.hpp"
#include "driver/locus_tables.hpp"
#include "driver/multiplier.hpp"
#include "driver/network_runner.hpp"
#include "netlist/fault_site.hpp"
#include "nn/dataset.hpp"
#include "nn/onnx_import.hpp"
#include "replay/differential_replay.hpp"
#include "replay/table_accelerator.hpp"

namespace faultwave {
namespace {

constexpr int64_t kImages = 10'000;
constexpr int kTrials = 64;

/// A network on an array of one multiplier, its golden run, and some random faults.
class Setting {
 public:
  Setting(const std::string& network, int size)
      : network_(nn::import_onnx(tree_root() / "models" / (network + ".onnx"))),
        multiplier_(driver::load_multiplier("fw8u_dadda")),
        data_(nn::load_dataset("mnist", "test").slice(0, kImages)) {
    systemc::TpuConfig tpu;
    tpu.rows = tpu.cols = size;
    config_ = tpu;
    mapping_ = driver::make_pe_mapping(config_);
    replay_network_ = std::make_unique<replay::ReplayNetwork>(
        network_, multiplier_.table, *mapping_,
        replay::ReplayOptions{netlist::NumberFormat::kAffineU8, true, data_.num_images(),
                              data_.num_images()});
    golden_ = std::make_unique<replay::GoldenRun>(*replay_network_, data_.pixels.data(), 0,
                                                  data_.num_images());
    const auto sites = netlist::enumerate_sites(multiplier_.netlist);
    const auto space = driver::pe_space(config_);
    CounterRng rng(1);
    for (int i = 0; i < kTrials; ++i) {
      fault::Fault fault;
      fault.pe = static_cast<int>(rng.below(static_cast<uint64_t>(space.size())));
      fault.site = sites[rng.below(sites.size())];
      fault.kind = static_cast<netlist::FaultKind>(rng.below(2));
      tables_.push_back(driver::build_locus_tables(multiplier_.netlist, {fault}, space, true));
      packed_.push_back(std::make_unique<replay::PackedTable>());
      replay_network_->pack(tables_.back().tables[1], *packed_.back());
    }
  }

  void replay_trials(benchmark::State& state, bool dense) {
    replay::DifferentialReplay replay(*replay_network_);
    std::vector<int32_t> logits;
    int64_t trial = 0;
    int64_t lookups = 0;
    for (auto _ : state) {
      const auto i = static_cast<std::size_t>(trial++ % kTrials);
      const replay::PackedTable* table = packed_[i].get();
      replay::Trial one;
      one.tables = {&table, 1};
      one.table_of_pe = tables_[i].table_of_pe;
      lookups += replay.run(*golden_, one, logits, dense);
      benchmark::DoNotOptimize(logits.data());
    }
    state.counters["trials/s"] =
        benchmark::Counter(static_cast<double>(trial), benchmark::Counter::kIsRate);
    state.counters["lookups/trial"] = static_cast<double>(lookups) / static_cast<double>(trial);
  }

  void run_trials(benchmark::State& state) {
    constexpr int64_t kFewImages = 1000;
    driver::RunnerOptions options;
    options.batch_images = kFewImages;
    int64_t trial = 0;
    for (auto _ : state) {
      const auto i = static_cast<std::size_t>(trial++ % kTrials);
      replay::TableAccelerator accelerator(
          *mapping_, replay::ProductTables(tables_[i].tables, tables_[i].table_of_pe, true));
      const auto result =
          driver::run_network(network_, driver::load_unmodified(network_), accelerator, options,
                              data_.pixels.data(), kFewImages);
      benchmark::DoNotOptimize(result.logits.data());
    }
    state.counters["trials/s"] = benchmark::Counter(
        static_cast<double>(trial) * static_cast<double>(kFewImages) / static_cast<double>(kImages),
        benchmark::Counter::kIsRate);
  }

 private:
  nn::Network network_;
  driver::Multiplier multiplier_;
  nn::Dataset data_;
  driver::AcceleratorConfig config_;
  std::unique_ptr<accel::PeMapping> mapping_;
  std::unique_ptr<replay::ReplayNetwork> replay_network_;
  std::unique_ptr<replay::GoldenRun> golden_;
  std::vector<driver::LocusTables> tables_;
  std::vector<std::unique_ptr<replay::PackedTable>> packed_;
};

void register_all() {
  for (const char* network : {"mnist_mlp", "mnist_lenet"}) {
    for (const int size : {16, 256}) {
      const auto setting = std::make_shared<std::unique_ptr<Setting>>();
      const std::string name = std::string(network) + "/" + std::to_string(size);
      const auto add = [&](const std::string& what, int64_t iterations, auto run) {
        benchmark::RegisterBenchmark(
            (name + "/" + what).c_str(),
            [setting, run, network = std::string(network), size](benchmark::State& state) {
              if (*setting == nullptr) *setting = std::make_unique<Setting>(network, size);
              run(**setting, state);
            })
            ->Iterations(iterations)
            ->Unit(benchmark::kMillisecond);
      };
      add("differential", kTrials,
          [](Setting& s, benchmark::State& state) { s.replay_trials(state, false); });
      add("dense", 2, [](Setting& s, benchmark::State& state) { s.replay_trials(state, true); });
      add("run", 2, [](Setting& s, benchmark::State& state) { s.run_trials(state); });
    }
  }
}

}  // namespace
}  // namespace faultwave

int main(int argc, char** argv) {
  faultwave::register_all();
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
