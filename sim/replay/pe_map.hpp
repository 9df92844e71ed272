// Which PEs compute the outputs of a matrix product, with rows of equal PEs brought together.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <tuple>
#include <vector>

#include "accel/pe_mapping.hpp"

namespace faultwave::replay {

/// The mapping of one shape to the PEs of one accelerator; it does not depend on faults. PE lists
/// are what PeMapping::pes_of_output returns: k_period() PEs, of which pe_list(i)[k % k_period()]
/// computes product (m, n, k).
class PeMap {
 public:
  /// Groups of rows m: group g is rows[begins[g]] to rows[begins[g + 1] - 1], ascending.
  struct RowGroups {
    std::vector<uint32_t> rows;
    std::vector<uint32_t> begins;
  };
  /// One column n of the outputs. Every row of a group has the same PE list.
  struct Column {
    const RowGroups* groups = nullptr;  ///< null: one list for all rows
    std::vector<uint32_t> lists;        ///< per group
  };

  /// Asks for every output, except in columns whose weights stay in one PE each.
  PeMap(const accel::PeMapping& mapping, const accel::GemmShape& shape);

  std::size_t num_lists() const { return lists_.size() / period_; }
  std::span<const int> pe_list(std::size_t list) const {
    return {lists_.data() + list * period_, period_};
  }
  const std::vector<Column>& columns() const { return columns_; }

 private:
  /// Number of the list that starts with pes[0]; a new one is stored.
  uint32_t list_of(const std::vector<int>& pes);
  Column column_of(const accel::PeMapping& mapping, const accel::GemmShape& shape, int64_t n);

  std::size_t period_;
  std::vector<int> lists_;
  std::vector<int64_t> list_of_first_;  ///< by pes[0]; -1: not seen
  std::vector<Column> columns_;
  std::vector<std::unique_ptr<RowGroups>> groups_;                  ///< columns share them
  std::map<std::vector<uint32_t>, const RowGroups*> known_groups_;  ///< by group of every row
};

/// The maps of an accelerator, kept for the next product of the same shape.
class PeMaps {
 public:
  /// `mapping` must outlive this object.
  explicit PeMaps(const accel::PeMapping& mapping) : mapping_(mapping) {}
  const accel::PeMapping& mapping() const { return mapping_; }
  const PeMap& of(const accel::GemmShape& shape);

 private:
  const accel::PeMapping& mapping_;
  std::map<std::tuple<int64_t, int64_t, int64_t>, std::unique_ptr<PeMap>> maps_;
};

}  // namespace faultwave::replay
