// Differential replay: golden activations are kept, and a trial computes only what its faults or
// weights can change, layer by layer, as differences from golden sums.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "replay/replay_network.hpp"
#include "replay/trial_plan.hpp"

namespace faultwave::replay {

/// Images that are replayed together; one row of codes per feature.
inline constexpr int64_t kBlockImages = 512;

/// Golden codes and sums of some images [first, first + count) of one batch. Rows are `stride`
/// images long.
struct GoldenBlock {
  int64_t first = 0;  ///< image of the run
  int64_t count = 0;
  int64_t first_of_batch = 0;
  bool is_last_batch = false;
  std::size_t stride = 0;
  std::vector<std::vector<uint8_t>> codes;  ///< per value: [feature][image], one row of padding
  std::vector<std::vector<uint32_t>> sums;  ///< per matrix layer: [position][n][image]

  const uint8_t* row(int value, std::size_t feature) const {
    return codes[static_cast<std::size_t>(value)].data() + feature * stride;
  }
};

/// The fault-free run of images [first, first + count) of a run, kept in memory.
class GoldenRun {
 public:
  /// `images` [count][channel][row][col]. `network` must outlive the object.
  GoldenRun(const ReplayNetwork& network, const uint8_t* images, int64_t first, int64_t count);

  const ReplayNetwork& network() const { return network_; }
  int64_t first() const { return first_; }
  int64_t count() const { return count_; }
  const std::vector<GoldenBlock>& blocks() const { return blocks_; }
  /// [count][classes].
  const std::vector<int32_t>& logits() const { return logits_; }
  /// Images that fit into `memory_bytes`, at least one block.
  static int64_t max_images(const ReplayNetwork& network, int64_t memory_bytes);

 private:
  const ReplayNetwork& network_;
  int64_t first_;
  int64_t count_;
  std::vector<GoldenBlock> blocks_;
  std::vector<int32_t> logits_;
};

/// Replays trials on a golden run; one object per thread.
class DifferentialReplay {
 public:
  explicit DifferentialReplay(const ReplayNetwork& network);
  ~DifferentialReplay();

  /// Logits of the golden run's images under `trial`, [count][classes]. `dense`: everything is
  /// computed anew, for comparison.
  /// Returns the number of products looked up.
  int64_t run(const GoldenRun& golden, const Trial& trial, std::vector<int32_t>& logits,
              bool dense = false);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace faultwave::replay
