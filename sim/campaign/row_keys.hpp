// Keys of the rows that describe a campaign's plan, and rows of one key that differ.
#pragma once

#include <fmt/format.h>

#include <map>
#include <span>
#include <string>
#include <type_traits>
#include <utility>

#include "campaign/results_records.hpp"

namespace faultwave::campaign {

inline int64_t key_of(const CellRow& row) { return row.cell; }
inline int64_t key_of(const FaultRow& row) { return row.fault; }
inline std::pair<int64_t, std::string> key_of(const StratumRow& row) {
  return {row.cell, row.stratum};
}

inline std::string describe(const CellRow& row) { return fmt::format("cell {}", row.cell); }
inline std::string describe(const FaultRow& row) { return fmt::format("fault {}", row.fault); }
inline std::string describe(const StratumRow& row) {
  return fmt::format("stratum '{}' of cell {}", row.stratum, row.cell);
}

/// Rows by their keys.
template <typename Row>
using RowsByKey = std::map<std::decay_t<decltype(key_of(std::declval<const Row&>()))>, const Row*>;

template <typename Row>
RowsByKey<Row> rows_by_key(std::span<const Row> rows) {
  RowsByKey<Row> known;
  for (const Row& row : rows) known[key_of(row)] = &row;
  return known;
}

/// The first of `rows` that is among `stored` with other values; nullptr when there is none.
template <typename Row>
const Row* find_conflict(std::span<const Row> stored, std::span<const Row> rows) {
  const auto known = rows_by_key(stored);
  for (const Row& row : rows) {
    const auto found = known.find(key_of(row));
    if (found != known.end() && !(*found->second == row)) return &row;
  }
  return nullptr;
}

}  // namespace faultwave::campaign
