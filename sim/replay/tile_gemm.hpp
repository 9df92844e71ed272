// Matrix products sixteen columns at a time.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "bits/column_lookup.hpp"
#include "replay/gemm_plan.hpp"

namespace faultwave::replay {

/// Runs columns of a part side by side, where that pays.
class TileGemm {
 public:
  /// `offset`: what every product in the tables is too large. `sums`: [m][n].
  TileGemm(const accel::GemmJob& job, std::size_t period, uint32_t offset,
           const GemmPlan::Part& part, int32_t* sums);

  /// Writes the sums of columns that pay and returns the others.
  std::vector<GemmPlan::ColumnPlan> run();

 private:
  using Tile = std::vector<const GemmPlan::ColumnPlan*>;

  void run_block(std::size_t begin, std::span<const uint32_t> rows);
  /// All of K for rows `first` to `first + count - 1` of a block, whose columns read `tables`.
  void run_segment(const Tile& tile, std::span<const uint8_t* const* const> tables,
                   std::size_t first, std::size_t count);
  void write(const Tile& tile, std::span<const uint32_t> rows);

  const accel::GemmJob& job_;
  std::size_t period_;
  uint32_t offset_;
  const GemmPlan::Part& part_;
  int32_t* sums_;
  std::vector<Tile> tiles_;
  std::size_t stride_ = 0;
  std::vector<uint8_t> codes_;  ///< [k][stride_]
  std::vector<bits::ColumnLookup> lookups_;
  std::vector<uint32_t> tile_sums_;  ///< [row][kLookupColumns]
};

}  // namespace faultwave::replay
