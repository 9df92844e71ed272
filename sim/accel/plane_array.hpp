// Bit planes of equal length, one lane per PE.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace faultwave::accel {

/// Plane i is `num_words` words at (*this)[i], aligned to a cache line and padded to whole ones,
/// with at least `margin` zero words before it. All planes are `stride` words apart.
class PlaneArray {
 public:
  PlaneArray(std::size_t num_planes, std::size_t num_words, std::size_t margin)
      : margin_lines_(lines(margin)),
        // An odd number of lines: planes begin in different sets of the cache.
        stride_lines_((margin_lines_ + lines(num_words)) | 1),
        storage_(num_planes * stride_lines_) {}

  uint64_t* operator[](std::size_t plane) {
    return storage_[plane * stride_lines_ + margin_lines_].words;
  }
  const uint64_t* operator[](std::size_t plane) const {
    return storage_[plane * stride_lines_ + margin_lines_].words;
  }
  std::size_t stride() const { return stride_lines_ * kLineWords; }

 private:
  static constexpr std::size_t kLineWords = 8;
  struct alignas(64) Line {
    uint64_t words[kLineWords] = {};
  };
  static std::size_t lines(std::size_t words) { return (words + kLineWords - 1) / kLineWords; }

  std::size_t margin_lines_;
  std::size_t stride_lines_;
  std::vector<Line> storage_;
};

}  // namespace faultwave::accel
