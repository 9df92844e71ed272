// A sample of the rows of a layer's im2col matrix on the calibration images.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "accel/pe_mapping.hpp"
#include "driver/locus_tables.hpp"
#include "nn/network.hpp"

namespace faultwave::driver {

/// All rows where they are few, else equally many of every image at positions drawn by a fixed
/// seed. Rows are in the order of their images.
class RowSample {
 public:
  /// At most about this many rows per layer.
  static constexpr int64_t kMaxRows = 4096;

  /// `batch_images` images are computed together, as one product each time.
  RowSample(const nn::Layer& layer, const nn::Value& input, int64_t num_images,
            int64_t batch_images, const accel::PeMapping& mapping);

  /// Images whose rows are there to fit: the first four fifths, at least one if there are any.
  static int64_t num_fitted_images(int64_t num_images) {
    return num_images == 0 ? 0 : std::max<int64_t>(1, num_images * 4 / 5);
  }

  int64_t num_rows() const { return static_cast<int64_t>(positions_.size()); }
  int64_t num_fitted() const { return num_fitted_; }
  /// The rows [num_rows][K]. `maps`: the layer's input, [image][channel][row][col].
  std::vector<uint8_t> gather(const nn::Layer& layer, const nn::Value& input,
                              const uint8_t* maps) const;

  int64_t period() const { return period_; }
  /// [list][period]: the table that each PE of a list shows.
  std::vector<uint16_t> lists(const LocusTables& tables) const;
  /// List of PEs of every row in column n; one entry where all rows have the same.
  std::span<const uint32_t> list_of_row(int64_t n) const {
    return list_of_row_[static_cast<std::size_t>(n)];
  }

 private:
  void find_pes(const accel::PeMapping& mapping, const accel::GemmShape& whole_batch,
                int64_t batch_images);

  int64_t rows_per_image_;
  int64_t num_images_;
  int64_t num_fitted_ = 0;
  std::vector<int64_t> positions_;  ///< image * rows_per_image + row within the image
  int64_t period_;
  std::vector<int> pes_;  ///< [list][period]
  std::vector<std::vector<uint32_t>> list_of_row_;
};

}  // namespace faultwave::driver
