#include "replay/differential_replay.hpp"

#include <algorithm>
#include <cstring>
#include <optional>

#include "base/error.hpp"
#include "replay/block_replay.hpp"

namespace faultwave::replay {
namespace {

constexpr std::size_t kRowAlignment = 64;

std::size_t aligned_stride(int64_t count) {
  return (static_cast<std::size_t>(count) + kRowAlignment - 1) / kRowAlignment * kRowAlignment;
}

/// `images` [image][feature] to rows of features.
void set_input(const ReplayNetwork& network, const uint8_t* images, GoldenBlock& block) {
  const int input = network.network().input;
  const auto features = static_cast<std::size_t>(network.num_features(input));
  auto& rows = block.codes[static_cast<std::size_t>(input)];
  for (std::size_t i = 0; i < static_cast<std::size_t>(block.count); ++i) {
    for (std::size_t f = 0; f < features; ++f)
      rows[f * block.stride + i] = images[i * features + f];
  }
}

GoldenBlock make_block(const ReplayNetwork& network, int64_t first, int64_t count) {
  GoldenBlock block;
  block.first = first;
  block.count = count;
  const int64_t batch = network.options().batch_images;
  block.first_of_batch = first / batch * batch;
  block.is_last_batch = block.first_of_batch + batch > network.options().num_images;
  block.stride = aligned_stride(count);
  for (std::size_t value = 0; value < network.network().values.size(); ++value) {
    const auto features = static_cast<std::size_t>(network.num_features(static_cast<int>(value)));
    std::vector<uint8_t> codes((features + 1) * block.stride + bits::kLookupPadding);
    const auto padding =
        static_cast<uint8_t>(network.network().values[value].quantization.zero_point);
    std::fill(codes.begin() + static_cast<std::ptrdiff_t>(features * block.stride), codes.end(),
              padding);
    block.codes.push_back(std::move(codes));
  }
  for (const auto& layer : network.layers()) {
    block.sums.emplace_back(static_cast<std::size_t>(layer.num_positions * layer.n) * block.stride);
  }
  return block;
}

}  // namespace

GoldenRun::GoldenRun(const ReplayNetwork& network, const uint8_t* images, int64_t first,
                     int64_t count)
    : network_(network), first_(first), count_(count) {
  FAULTWAVE_CHECK(first >= 0 && count > 0 && first + count <= network.options().num_images,
                  "images {} to {} of {}", first, first + count, network.options().num_images);
  const int classes = network.num_classes();
  logits_.resize(static_cast<std::size_t>(count * classes));
  const int64_t image_bytes = network.num_features(network.network().input);
  const int64_t batch = network.options().batch_images;
  BlockReplay replay(network);
  for (int64_t done = 0; done < count;) {
    const int64_t image = first + done;
    const int64_t end_of_batch = image / batch * batch + batch;
    const int64_t size = std::min({kBlockImages, count - done, end_of_batch - image});
    blocks_.push_back(make_block(network, image, size));
    set_input(network, images + done * image_bytes, blocks_.back());
    replay.run_golden(blocks_.back(), logits_.data() + done * classes);
    done += size;
  }
}

int64_t GoldenRun::max_images(const ReplayNetwork& network, int64_t memory_bytes) {
  const int64_t block = std::min(kBlockImages, network.options().batch_images);
  const int64_t bytes =
      network.golden_bytes_per_image() * static_cast<int64_t>(aligned_stride(block));
  return std::max<int64_t>(1, memory_bytes / bytes) * block;
}

class DifferentialReplay::Impl {
 public:
  explicit Impl(const ReplayNetwork& network) : network_(network), block_replay_(network) {}

  int64_t run(const GoldenRun& golden, const Trial& trial, std::vector<int32_t>& logits,
              bool dense) {
    logits = golden.logits();
    std::vector<const uint8_t*> tables = {network_.healthy().bytes};
    for (const PackedTable* table : trial.tables) tables.push_back(table->bytes);
    FAULTWAVE_CHECK(tables.size() < 0xFFFF, "{} tables", tables.size());
    const int64_t before = block_replay_.num_lookups();
    std::optional<LayerPlans> full_batch;
    std::optional<LayerPlans> last_batch;
    for (const GoldenBlock& block : golden.blocks()) {
      auto& plans = block.is_last_batch ? last_batch : full_batch;
      if (!plans) plans = make_plans(trial, block.is_last_batch);
      int32_t* of_block = logits.data() + (block.first - golden.first()) * network_.num_classes();
      block_replay_.run(block, *plans, tables, dense, of_block);
    }
    return block_replay_.num_lookups() - before;
  }

 private:
  LayerPlans make_plans(const Trial& trial, bool is_last_batch) const {
    LayerPlans plans(network_.layers().size());
    for (std::size_t i = 0; i < plans.size(); ++i) {
      const ReplayLayer& layer = network_.layers()[i];
      if (layer.k == 0) continue;
      plans[i].emplace(network_, i, is_last_batch ? *layer.last_batch : *layer.full_batch, trial);
    }
    return plans;
  }

  const ReplayNetwork& network_;
  BlockReplay block_replay_;
};

DifferentialReplay::DifferentialReplay(const ReplayNetwork& network)
    : impl_(std::make_unique<Impl>(network)) {}
DifferentialReplay::~DifferentialReplay() = default;

int64_t DifferentialReplay::run(const GoldenRun& golden, const Trial& trial,
                                std::vector<int32_t>& logits, bool dense) {
  return impl_->run(golden, trial, logits, dense);
}

}  // namespace faultwave::replay
