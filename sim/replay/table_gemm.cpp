#include "replay/table_gemm.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "bits/table_lookup.hpp"
#include "replay/activation_codes.hpp"
#include "replay/gemm_plan.hpp"
#include "replay/tile_gemm.hpp"

namespace faultwave::replay {
namespace {

/// Rows of A whose codes are transposed together, and how much of K: what stays in the first-level
/// cache while all columns go over it.
constexpr std::size_t kBlockRows = 256;
constexpr std::size_t kBlockDepth = 128;
/// Look-ups prepared at a time.
constexpr std::size_t kMaxLookups = std::size_t{1} << 19;

using Run = GemmPlan::Run;
using ColumnPlan = GemmPlan::ColumnPlan;

/// The look-ups of some columns. Per block of K and column: those to be added, then those to be
/// subtracted.
class LookupLists {
 public:
  LookupLists(const accel::GemmJob& job, std::size_t period, std::span<const ColumnPlan> columns)
      : num_columns_(columns.size()) {
    const auto depth = static_cast<std::size_t>(job.k);
    lookups_.resize(columns.size() * depth);
    totals_.resize(columns.size());
    auto* next = lookups_.data();
    for (std::size_t k0 = 0; k0 < depth; k0 += kBlockDepth) {
      const std::size_t k1 = std::min(depth, k0 + kBlockDepth);
      for (std::size_t c = 0; c < columns.size(); ++c) {
        auto* add_end = next;
        auto* subtract_begin = next + (k1 - k0);  // filled from the end
        for (std::size_t k = k0; k < k1; ++k) {
          const std::size_t place =
              k * static_cast<std::size_t>(job.n) + static_cast<std::size_t>(columns[c].n);
          const uint8_t flags = job.weight_flags == nullptr ? 0 : job.weight_flags[place];
          if ((flags & accel::kBypass) != 0) continue;
          const bits::Lookup lookup{static_cast<uint32_t>(k - k0),
                                    static_cast<uint16_t>(k % period), job.weights[place]};
          ((flags & accel::kNegate) != 0 ? *--subtract_begin : *add_end++) = lookup;
        }
        auto* end = next + (k1 - k0);
        slices_.push_back({{next, add_end}, {subtract_begin, end}});
        totals_[c] += static_cast<uint32_t>((add_end - next) - (end - subtract_begin));
        next = end;
      }
    }
  }

  struct Slice {
    std::span<const bits::Lookup> add;
    std::span<const bits::Lookup> subtract;
  };
  const Slice& slice(std::size_t k_block, std::size_t column) const {
    return slices_[k_block * num_columns_ + column];
  }
  /// Look-ups added less look-ups subtracted.
  uint32_t total(std::size_t column) const { return totals_[column]; }

 private:
  std::size_t num_columns_;
  std::vector<bits::Lookup> lookups_;
  std::vector<uint32_t> totals_;
  std::vector<Slice> slices_;
};

/// One group of columns over all rows, column by column.
class PartRunner {
 public:
  PartRunner(const accel::GemmJob& job, std::size_t period, uint32_t offset,
             const PeMap::RowGroups* groups, std::span<const ColumnPlan> columns, int32_t* sums)
      : job_(job),
        groups_(groups),
        columns_(columns),
        offset_(offset),
        lists_(job, period, columns),
        sums_(sums) {}

  void run() {
    const auto num_rows = static_cast<std::size_t>(job_.m);
    std::vector<uint32_t> rows;
    for (std::size_t begin = 0; begin < num_rows; begin += kBlockRows) {
      rows.clear();
      for (std::size_t i = begin; i < std::min(num_rows, begin + kBlockRows); ++i) {
        rows.push_back(groups_ == nullptr ? static_cast<uint32_t>(i) : groups_->rows[i]);
      }
      run_block(begin, rows);
    }
  }

 private:
  void run_block(std::size_t begin, std::span<const uint32_t> rows) {
    const auto depth = static_cast<std::size_t>(job_.k);
    const std::size_t stride = rows.size() + bits::kLookupPadding;
    codes_.resize(kBlockDepth * stride);
    const uint8_t* code_rows[kBlockDepth];
    for (std::size_t k = 0; k < kBlockDepth; ++k) code_rows[k] = codes_.data() + k * stride;
    block_sums_.resize(columns_.size() * kBlockRows);
    for (std::size_t c = 0; c < columns_.size(); ++c) {
      std::fill_n(block_sums_.data() + c * kBlockRows, rows.size(), 0u - offset_ * lists_.total(c));
    }
    for (std::size_t k0 = 0; k0 < depth; k0 += kBlockDepth) {
      pack_codes(job_, rows, k0, std::min(depth, k0 + kBlockDepth), stride, codes_.data());
      for (std::size_t c = 0; c < columns_.size(); ++c) {
        const auto& slice = lists_.slice(k0 / kBlockDepth, c);
        uint32_t* sums = block_sums_.data() + c * kBlockRows;
        for_each_run(columns_[c], begin, rows.size(),
                     [&](const Run& run, std::size_t first, std::size_t count) {
                       bits::add_lookups(run.tables, slice.add, code_rows, first, count,
                                         bits::LookupSign::kAdd, sums + first);
                       bits::add_lookups(run.tables, slice.subtract, code_rows, first, count,
                                         bits::LookupSign::kSubtract, sums + first);
                     });
      }
    }
    write(rows);
  }

  /// Calls use(run, first row of the block, number of rows) for the runs in a block.
  template <typename Use>
  static void for_each_run(const ColumnPlan& column, std::size_t begin, std::size_t num_rows,
                           Use use) {
    auto run =
        std::prev(std::upper_bound(column.runs.begin(), column.runs.end(), begin,
                                   [](std::size_t row, const Run& r) { return row < r.begin; }));
    std::size_t first = 0;
    for (; first < num_rows; ++run) {
      const auto next = std::next(run);
      const std::size_t end =
          next == column.runs.end() ? num_rows : std::min(num_rows, next->begin - begin);
      use(*run, first, end - first);
      first = end;
    }
  }

  /// Block sums are [column][row]; small tiles keep both sides in the cache.
  void write(std::span<const uint32_t> rows) {
    constexpr std::size_t kTile = 16;
    for (std::size_t i0 = 0; i0 < rows.size(); i0 += kTile) {
      for (std::size_t c0 = 0; c0 < columns_.size(); c0 += kTile) {
        for (std::size_t i = i0; i < std::min(rows.size(), i0 + kTile); ++i) {
          int32_t* row = sums_ + static_cast<int64_t>(rows[i]) * job_.n;
          for (std::size_t c = c0; c < std::min(columns_.size(), c0 + kTile); ++c) {
            row[columns_[c].n] = static_cast<int32_t>(block_sums_[c * kBlockRows + i]);
          }
        }
      }
    }
  }

  const accel::GemmJob& job_;
  const PeMap::RowGroups* groups_;
  std::span<const ColumnPlan> columns_;
  uint32_t offset_;
  LookupLists lists_;
  int32_t* sums_;
  std::vector<uint8_t> codes_;
  std::vector<uint32_t> block_sums_;
};

}  // namespace

void table_gemm(const accel::GemmJob& job, PeMaps& maps, const ProductTables& tables,
                std::span<const int> bypassed, int32_t* sums) {
  FAULTWAVE_CHECK(job.m > 0 && job.n > 0 && job.k > 0, "empty product {}x{}x{}", job.m, job.n,
                  job.k);
  FAULTWAVE_CHECK(job.weight_on_port_a == tables.weight_on_port_a() &&
                      job.product_is_signed == tables.is_signed(),
                  "product '{}' is wired for other tables", job.name);
  FAULTWAVE_CHECK(tables.num_pes() == maps.mapping().pes().size(), "tables of {} PEs, {}",
                  tables.num_pes(), maps.mapping().pes().description());
  const auto period = static_cast<std::size_t>(maps.mapping().k_period());
  FAULTWAVE_CHECK(period <= 0x10000, "period {}", period);
  const GemmPlan plan(job, maps, tables, bypassed);
  const std::size_t max_columns =
      std::max<std::size_t>(64, kMaxLookups / static_cast<std::size_t>(job.k));
  for (const auto& part : plan.parts()) {
    const auto others = TileGemm(job, period, tables.offset(), part, sums).run();
    std::span<const ColumnPlan> columns = others;
    while (!columns.empty()) {
      const auto now = columns.first(std::min(columns.size(), max_columns));
      columns = columns.subspan(now.size());
      PartRunner(job, period, tables.offset(), part.groups, now, sums).run();
    }
  }
}

}  // namespace faultwave::replay
