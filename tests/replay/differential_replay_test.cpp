// Differential replay must give the logits of the table engine, whatever a trial changes.
#include "replay/differential_replay.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <numeric>

#include "driver/encoded_network.hpp"
#include "driver/small_network.hpp"
#include "nn/onnx_import.hpp"
#include "nn/random_networks_fixture.hpp"
#include "replay/replay_fixture.hpp"
#include "replay/table_accelerator.hpp"

namespace faultwave::replay {
namespace {

/// Everything that a random comparison draws.
class ReplayCase {
 public:
  /// `num_images` 0: a few, in small batches.
  ReplayCase(const nn::Network& network, bool is_gpu, uint64_t seed, int64_t num_images = 0)
      : network_(network), rng_(seed, 21) {
    format_ = static_cast<netlist::NumberFormat>(rng_.below(3));
    weight_on_port_a_ = rng_.below(2) == 0;
    tables_ = random_tables(rng_, 4, format_ == netlist::NumberFormat::kInt8);
    tables_[2] = tables_[0];  // a fault may change a few products only
    for (int i = 0; i < 40; ++i) tables_[2].raw[rng_.below(65'536)] ^= 1;
    mapping_ = driver::make_pe_mapping(random_accelerator(is_gpu, rng_));
    num_images_ = num_images > 0 ? num_images : 1 + static_cast<int64_t>(rng_.below(40));
    batch_images_ = num_images > 0 ? num_images * 3 / 5 : 1 + static_cast<int64_t>(rng_.below(30));
    const auto input = static_cast<std::size_t>(network.input);
    images_ = random_bytes(rng_, num_images_ * network.values[input].shape.size());
    prepared_ = std::make_unique<ReplayNetwork>(
        network_, tables_[0], *mapping_,
        ReplayOptions{format_, weight_on_port_a_, num_images_, batch_images_});
    golden_ = std::make_unique<GoldenRun>(*prepared_, images_.data(), 0, num_images_);
    for (std::size_t i = 1; i < tables_.size(); ++i) {
      packed_.push_back(std::make_unique<PackedTable>());
      prepared_->pack(tables_[i], *packed_.back());
    }
  }

  void check_golden() {
    EXPECT_EQ(golden_->logits(), by_tables(healthy_pes(), driver::load_unmodified(network_)));
  }

  /// Without a change there is nothing to look up.
  void check_nothing_changed() {
    const auto table_of_pe = healthy_pes();
    Trial trial;
    trial.table_of_pe = table_of_pe;
    DifferentialReplay replay(*prepared_);
    std::vector<int32_t> seen;
    EXPECT_EQ(replay.run(*golden_, trial, seen), 0);
    EXPECT_EQ(seen, golden_->logits());
    EXPECT_GT(replay.run(*golden_, trial, seen, true), 0);
    EXPECT_EQ(seen, golden_->logits());
  }

  /// Faults in a share of the PEs, and weights or biases that a mitigation might load.
  void check_trial() {
    auto table_of_pe = healthy_pes();
    const uint64_t share = rng_.below(3);
    for (std::size_t i = 0; i < (share == 0 ? 1 : table_of_pe.size() * share / 4); ++i) {
      table_of_pe[rng_.below(table_of_pe.size())] = static_cast<uint16_t>(1 + rng_.below(3));
    }
    auto loaded = driver::load_unmodified(network_);
    const bool has_own_weights = rng_.below(2) == 0;
    if (has_own_weights) change_weights(loaded);
    for (std::size_t pe = 0; pe < table_of_pe.size(); ++pe) {
      if (table_of_pe[pe] != 0) loaded.faulty_pes.push_back(static_cast<int>(pe));
    }
    const auto weights = driver::encode(loaded, format_);
    std::vector<const PackedTable*> tables;
    for (const auto& table : packed_) tables.push_back(table.get());
    Trial trial;
    trial.tables = tables;
    trial.table_of_pe = table_of_pe;
    if (has_own_weights) trial.weights = weights;
    const auto expected = by_tables(table_of_pe, loaded);
    DifferentialReplay replay(*prepared_);
    std::vector<int32_t> seen;
    std::vector<int64_t> lookups;
    for (const bool dense : {false, true, false}) {
      lookups.push_back(replay.run(*golden_, trial, seen, dense));
      ASSERT_EQ(seen, expected) << "dense " << dense << ", " << loaded.faulty_pes.size()
                                << " faulty PEs, own weights " << has_own_weights << ", "
                                << num_images_ << " images, batch " << batch_images_;
    }
    EXPECT_EQ(lookups[2], lookups[0]) << "nothing is left of the trials before";
  }

 private:
  std::vector<uint16_t> healthy_pes() const {
    return std::vector<uint16_t>(static_cast<std::size_t>(mapping_->pes().size()));
  }

  void change_weights(driver::LoadedNetwork& loaded) {
    for (auto& layer : loaded.layers) {
      layer.bypass_faulty_pes = !layer.weights.empty() && rng_.below(3) == 0;
      for (auto& weight : layer.weights) {
        if (rng_.below(8) == 0)
          weight = static_cast<int16_t>(static_cast<int>(rng_.below(255)) - 127);
      }
      if (!layer.weights.empty() && rng_.below(3) == 0) {
        layer.order.outputs = random_order(layer.bias.size());
        layer.order.inputs = random_order(layer.weights.size() / layer.bias.size());
      }
      for (auto& bias : layer.bias) {
        if (rng_.below(4) == 0) bias += static_cast<int32_t>(rng_.below(100)) - 50;
      }
    }
  }

  std::vector<int32_t> random_order(std::size_t size) {
    std::vector<int32_t> order(size);
    std::iota(order.begin(), order.end(), 0);
    for (std::size_t i = size; i > 1; --i) std::swap(order[i - 1], order[rng_.below(i)]);
    return order;
  }

  std::vector<int32_t> by_tables(const std::vector<uint16_t>& table_of_pe,
                                 const driver::LoadedNetwork& loaded) {
    TableAccelerator accelerator(*mapping_, ProductTables(tables_, table_of_pe, weight_on_port_a_));
    driver::RunnerOptions options;
    options.format = format_;
    options.weight_on_port_a = weight_on_port_a_;
    options.batch_images = batch_images_;
    return driver::run_network(network_, loaded, accelerator, options, images_.data(), num_images_)
        .logits;
  }

  const nn::Network& network_;
  CounterRng rng_;
  netlist::NumberFormat format_;
  bool weight_on_port_a_;
  std::vector<netlist::ProductTable> tables_;
  std::unique_ptr<accel::PeMapping> mapping_;
  int64_t num_images_;
  int64_t batch_images_;
  std::vector<uint8_t> images_;
  std::unique_ptr<ReplayNetwork> prepared_;
  std::unique_ptr<GoldenRun> golden_;
  std::vector<std::unique_ptr<PackedTable>> packed_;
};

class EveryReplay : public testing::TestWithParam<bool> {};

TEST_P(EveryReplay, gives_the_logits_of_the_table_engine_on_random_networks) {
  const auto folder = std::filesystem::path(testing::TempDir()) / "differential_replay_test";
  std::filesystem::create_directories(folder);
  for (const auto& family : nn::test::network_families()) {
    for (uint64_t seed = 0; seed < 4; ++seed) {
      SCOPED_TRACE(fmt::format("{} {}, test seed {}", family.name, seed, test_seed()));
      const auto path = folder / (GetParam() ? "gpu.onnx" : "tpu.onnx");
      family.build(seed).save(path);
      const nn::Network network = nn::import_onnx(path);
      ReplayCase one(network, GetParam(), test_seed() * 100 + seed);
      one.check_golden();
      for (int trial = 0; trial < 5; ++trial) one.check_trial();
      if (HasFatalFailure()) return;
    }
  }
}

TEST_P(EveryReplay, gives_the_logits_of_the_table_engine_on_padded_convolutions) {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    SCOPED_TRACE(fmt::format("{}, test seed {}", seed, test_seed()));
    const nn::Network network = driver::small_network(seed, static_cast<int>(seed % 5) * 50);
    ReplayCase one(network, GetParam(), test_seed() * 1000 + seed);
    one.check_golden();
    one.check_nothing_changed();
    for (int trial = 0; trial < 5; ++trial) one.check_trial();
    if (HasFatalFailure()) return;
  }
}

TEST_P(EveryReplay, works_in_batches_of_several_blocks) {
  const nn::Network network = driver::small_network(3, 7);
  const int64_t num_images = 2 * kBlockImages + 70;
  for (uint64_t seed = 0; seed < 2; ++seed) {
    ReplayCase one(network, GetParam(), test_seed() * 1000 + 500 + seed, num_images);
    one.check_golden();
    for (int trial = 0; trial < 4; ++trial) one.check_trial();
    if (HasFatalFailure()) return;
  }
}

INSTANTIATE_TEST_SUITE_P(Accelerators, EveryReplay, testing::Bool(),
                         [](const auto& is_gpu) { return is_gpu.param ? "gpu" : "tpu"; });

}  // namespace
}  // namespace faultwave::replay
