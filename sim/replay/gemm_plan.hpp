// What every column of a matrix product reads from which tables.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "accel/gemm_job.hpp"
#include "replay/pe_map.hpp"
#include "replay/product_tables.hpp"

namespace faultwave::replay {

/// How a matrix product over many tables is cut into products over one list of tables each.
class GemmPlan {
 public:
  /// Rows from `begin` to the next run's (in a part's order) read the tables `tables[k % period]`.
  struct Run {
    std::size_t begin;
    const uint8_t* const* tables;
  };

  /// Column `n` of the weights, by runs of rows.
  struct ColumnPlan {
    int64_t n;
    std::vector<Run> runs;
  };

  /// Columns that share an order of the rows.
  struct Part {
    const PeMap::RowGroups* groups = nullptr;  ///< null: rows in their own order
    std::vector<ColumnPlan> columns;
  };

  GemmPlan(const accel::GemmJob& job, PeMaps& maps, const ProductTables& tables,
           std::span<const int> bypassed);

  const std::vector<Part>& parts() const { return parts_; }

 private:
  void add_columns(const PeMap& map, const std::vector<uint16_t>& shown);
  /// The packed tables of a list; equal lists have equal addresses.
  const uint8_t* const* pointers_of(const std::vector<uint16_t>& tables);

  std::size_t period_;
  const ProductTables& tables_;
  std::map<std::vector<uint16_t>, std::vector<const uint8_t*>> pointers_;
  std::vector<Part> parts_;
};

}  // namespace faultwave::replay
