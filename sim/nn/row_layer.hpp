// Layers without a matrix product, one output feature at a time for many images: the form that
// replay wants, which keeps a feature's codes of all images together.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "nn/network.hpp"

namespace faultwave::nn {

/// Which feature (channel, row, column; column fastest) of which input of the layer.
struct Tap {
  uint32_t input = 0;
  uint32_t feature = 0;
};

/// Computes what run_vector_layer does. `network` must outlive the object.
class RowLayer {
 public:
  RowLayer(const Network& network, const Layer& layer);
  ~RowLayer();
  RowLayer(RowLayer&&) noexcept;

  int64_t num_features() const { return static_cast<int64_t>(begins_.size()) - 1; }
  /// What output feature `feature` is computed from.
  std::span<const Tap> taps(int64_t feature) const {
    const auto i = static_cast<std::size_t>(feature);
    return {taps_.data() + begins_[i], begins_[i + 1] - begins_[i]};
  }
  /// `rows[i]` holds the codes of tap i, one per image.
  void compute(int64_t feature, std::span<const uint8_t* const> rows, int64_t num_images,
               uint8_t* codes) const;

 private:
  struct Arithmetic;
  void add_windows(const Layer& layer, const Shape& input);

  std::vector<Tap> taps_;
  std::vector<std::size_t> begins_;
  std::unique_ptr<Arithmetic> arithmetic_;
};

}  // namespace faultwave::nn
