// Calibration rows as they arrive at a layer from the faulty, already retuned layers before it.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace faultwave::mitigation {

/// A sample of the rows of a layer's im2col matrix, and how far the layer's sums on them would be
/// off with the network's own weights on PEs without faults.
struct ArrivingRows {
  int64_t num_rows = 0;
  /// The first rows are there to fit weights to; the others are held out, to choose between fits.
  int64_t num_fitted = 0;
  std::vector<uint8_t> activations;  ///< [K][num_rows] codes before encoding
  /// [N][num_rows]: sums, biases and corrections included, with the network's own weights on PEs
  /// without faults, less the sums wanted: those of the reference run at the same rows.
  std::vector<int64_t> errors;

  std::vector<int64_t> wanted;  ///< [N][num_rows]: these sums
  /// [N]: sums below and above which the output saturates at the ends of its clamp (a ReLU's zero
  /// among them); infinite where nothing does.
  std::vector<double> lowest;
  std::vector<double> highest;

  /// Which PEs compute a row decides the tables that its products are read from: product (row, k,
  /// n) is in table lists[list * period + phase[k]] with
  /// list = list_of_row[n][row].
  int64_t period = 1;
  std::vector<uint16_t> lists;
  std::vector<uint32_t> phase;  ///< [K]
  /// [N]: one entry where all rows share their PEs (systolic array), else one per row (GPU).
  std::vector<std::span<const uint32_t>> list_of_row;

  const uint8_t* column(int64_t k) const { return activations.data() + k * num_rows; }
  const int64_t* errors_of(int64_t n) const { return errors.data() + n * num_rows; }
};

}  // namespace faultwave::mitigation
