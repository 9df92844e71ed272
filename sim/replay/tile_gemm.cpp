#include "replay/tile_gemm.hpp"

#include <algorithm>
#include <numeric>

#include "replay/activation_codes.hpp"

namespace faultwave::replay {
namespace {

/// Rows that share transposed tables: the more, the better, as long as their sums (64 bytes each)
/// fit the second-level cache and their codes the third.
constexpr std::size_t kMaxBlockRows = 4096;
constexpr std::size_t kMinBlockRows = 1024;
constexpr std::size_t kMaxCodeBytes = std::size_t{4} << 20;
/// Look-ups prepared at a time.
constexpr std::size_t kMaxLookups = 256;

/// What bypassed weights and absent columns look up.
alignas(64) constexpr uint8_t kZeroRow[bits::kLookupRowBytes] = {};

/// First rows of the stretches in which no column changes its tables.
std::vector<std::size_t> segment_begins(const std::vector<const GemmPlan::ColumnPlan*>& tile) {
  std::vector<std::size_t> begins;
  for (const auto* column : tile) {
    for (const auto& run : column->runs) begins.push_back(run.begin);
  }
  std::sort(begins.begin(), begins.end());
  begins.erase(std::unique(begins.begin(), begins.end()), begins.end());
  return begins;
}

const uint8_t* const* tables_at(const GemmPlan::ColumnPlan& column, std::size_t row) {
  return std::prev(std::upper_bound(
                       column.runs.begin(), column.runs.end(), row,
                       [](std::size_t r, const GemmPlan::Run& run) { return r < run.begin; }))
      ->tables;
}

}  // namespace

TileGemm::TileGemm(const accel::GemmJob& job, std::size_t period, uint32_t offset,
                   const GemmPlan::Part& part, int32_t* sums)
    : job_(job), period_(period), offset_(offset), part_(part), sums_(sums) {}

std::vector<GemmPlan::ColumnPlan> TileGemm::run() {
  const auto num_rows = static_cast<std::size_t>(job_.m);
  std::vector<GemmPlan::ColumnPlan> others;
  for (std::size_t c = 0; c < part_.columns.size(); c += bits::kLookupColumns) {
    Tile tile;
    for (std::size_t i = c; i < std::min(part_.columns.size(), c + bits::kLookupColumns); ++i) {
      tile.push_back(&part_.columns[i]);
    }
    if (bits::columns_pay(tile.size(), num_rows / segment_begins(tile).size())) {
      tiles_.push_back(std::move(tile));
    } else {
      for (const auto* column : tile) others.push_back(*column);
    }
  }
  if (tiles_.empty()) return others;
  std::vector<uint32_t> rows(num_rows);
  std::iota(rows.begin(), rows.end(), 0u);
  if (part_.groups != nullptr) rows = part_.groups->rows;
  const std::size_t block_rows =
      std::clamp(kMaxCodeBytes / static_cast<std::size_t>(job_.k), kMinBlockRows, kMaxBlockRows);
  for (std::size_t begin = 0; begin < num_rows; begin += block_rows) {
    run_block(begin, std::span(rows).subspan(begin, std::min(block_rows, num_rows - begin)));
  }
  return others;
}

void TileGemm::run_block(std::size_t begin, std::span<const uint32_t> rows) {
  const auto depth = static_cast<std::size_t>(job_.k);
  // An odd number of cache lines: rows of codes do not compete for the same places.
  stride_ = (rows.size() + 127) / 128 * 128 + 64;
  codes_.resize(depth * stride_);
  pack_codes(job_, rows, 0, depth, stride_, codes_.data());
  tile_sums_.resize(rows.size() * bits::kLookupColumns);
  for (const Tile& tile : tiles_) {
    std::fill(tile_sums_.begin(), tile_sums_.end(), 0u);
    const auto begins = segment_begins(tile);
    for (std::size_t s = 0; s < begins.size(); ++s) {
      const std::size_t first = std::max(begins[s], begin);
      const std::size_t end = std::min(s + 1 < begins.size() ? begins[s + 1] : begin + rows.size(),
                                       begin + rows.size());
      if (first >= end) continue;
      const uint8_t* const* tables[bits::kLookupColumns];
      std::transform(tile.begin(), tile.end(), tables,
                     [&](const auto* column) { return tables_at(*column, first); });
      run_segment(tile, {tables, tile.size()}, first - begin, end - first);
    }
    write(tile, rows);
  }
}

void TileGemm::run_segment(const Tile& tile, std::span<const uint8_t* const* const> tables,
                           std::size_t first, std::size_t count) {
  const auto depth = static_cast<std::size_t>(job_.k);
  uint32_t* sums = tile_sums_.data() + first * bits::kLookupColumns;
  uint32_t totals[bits::kLookupColumns] = {};  // look-ups added less look-ups subtracted
  for (std::size_t k0 = 0; k0 < depth; k0 += kMaxLookups) {
    lookups_.resize(std::min(kMaxLookups, depth - k0));
    for (std::size_t i = 0; i < lookups_.size(); ++i) {
      const std::size_t k = k0 + i;
      const std::size_t phase = k % period_;
      bits::ColumnLookup lookup;
      std::fill_n(lookup.rows, bits::kLookupColumns, kZeroRow);
      lookup.codes = codes_.data() + k * stride_ + first;
      for (std::size_t c = 0; c < tile.size(); ++c) {
        const std::size_t place =
            k * static_cast<std::size_t>(job_.n) + static_cast<std::size_t>(tile[c]->n);
        const uint8_t flags = job_.weight_flags == nullptr ? 0 : job_.weight_flags[place];
        if ((flags & accel::kBypass) != 0) continue;
        const bool negate = (flags & accel::kNegate) != 0;
        lookup.rows[c] = tables[c][phase] + bits::kLookupRowBytes * job_.weights[place];
        if (negate) lookup.subtracted |= static_cast<uint16_t>(1u << c);
        totals[c] += negate ? ~0u : 1u;
      }
      lookups_[i] = lookup;
    }
    bits::add_column_lookups(lookups_, count, sums);
  }
  if (offset_ == 0) return;
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t c = 0; c < bits::kLookupColumns; ++c) {
      sums[i * bits::kLookupColumns + c] -= offset_ * totals[c];
    }
  }
}

void TileGemm::write(const Tile& tile, std::span<const uint32_t> rows) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    int32_t* row = sums_ + static_cast<int64_t>(rows[i]) * job_.n;
    for (std::size_t c = 0; c < tile.size(); ++c) {
      row[tile[c]->n] = static_cast<int32_t>(tile_sums_[i * bits::kLookupColumns + c]);
    }
  }
}

}  // namespace faultwave::replay
