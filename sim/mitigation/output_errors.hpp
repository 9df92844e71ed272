// The error of one output of a layer, row by row, while its weights are being chosen.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "bits/candidate_costs.hpp"
#include "mitigation/arriving_rows.hpp"
#include "mitigation/mitigation.hpp"

namespace faultwave::mitigation {

/// Product tables by activation, whatever the operand order: row(table, a)[w] is the raw product
/// of activation a (before encoding) and weight code w. Tables that lie the other way round are
/// transposed at their first use.
class ProductRows {
 public:
  explicit ProductRows(const LayerContext& context);
  const uint16_t* row(uint16_t table, size_t activation) {
    const auto& raw = weight_on_port_a_ ? tables_[table]->raw : transposed(table);
    return raw.data() + 256 * code_of_[activation];
  }
  /// What a PE adds for an entry of a row.
  int32_t value(uint16_t bits, bool negative) const {
    const int32_t product = is_signed_ ? static_cast<int16_t>(bits) : static_cast<int32_t>(bits);
    return negative ? -product : product;
  }
  bool is_signed() const { return is_signed_; }

 private:
  const std::vector<uint16_t>& transposed(uint16_t table);

  std::vector<const netlist::ProductTable*> tables_;
  std::vector<std::vector<uint16_t>> transposed_;  ///< empty until used
  std::array<size_t, 256> code_of_;                ///< of every activation
  bool weight_on_port_a_;
  bool is_signed_;
};

/// Output n of a layer on the arriving rows of `context` (which must outlive this object).
class OutputErrors {
 public:
  /// With the network's own weights on PEs without faults.
  OutputErrors(const LayerContext& context, ProductRows& products, int64_t n);

  /// From now on weight k is `weight`, in the PEs that multiply it. Before the first call it is the
  /// network's own on PEs without faults.
  void load(int64_t k, int weight);
  /// The weight that leaves the least squared error on the fitted rows if a bias takes up the mean;
  /// the one in use unless another one is truly better. It is not loaded. `k` must have been
  /// loaded.
  int best_weight(int64_t k);
  int weight(int64_t k) const { return weights_[static_cast<size_t>(k)]; }

  /// Sum of squares around the mean of the fitted rows.
  double fitted_spread() const;
  /// What to add to the bias so that the squared error behind the layer's clamp is small: the
  /// negative mean where nothing saturates. Of the first `num_rows` rows.
  int64_t best_shift(int64_t num_rows) const;
  /// Squared error behind the clamp with `shift` added, rows [first, last).
  double clamped_squares(int64_t shift, int64_t first, int64_t last) const;
  /// That of the held-out rows, of all rows when none are held out, with the fitted rows' shift.
  double held_out_squares() const;
  const std::vector<int64_t>& rows() const { return errors_; }

 private:
  /// Finds the tables that input k meets and, where rows differ, which one each row meets.
  void group_rows(int64_t k);
  uint16_t slot_of(int64_t row) const {
    return slot_of_row_.empty() ? uint16_t{0} : slot_of_row_[static_cast<size_t>(row)];
  }

  const LayerContext& context_;
  const ArrivingRows& rows_;
  ProductRows& products_;
  int64_t n_;
  std::vector<int64_t> errors_;
  std::vector<int16_t> weights_;
  std::vector<bool> is_loaded_;
  // Of the input that was grouped last.
  std::vector<uint16_t> tables_;       ///< by slot
  std::vector<uint16_t> slot_of_row_;  ///< empty: slot 0
  // Scratch, [slot][activation].
  std::vector<int64_t> sums_;
  std::vector<int32_t> counts_;
  std::vector<int64_t> changes_;
  std::vector<bits::QuadraticTerm> terms_;
};

}  // namespace faultwave::mitigation
