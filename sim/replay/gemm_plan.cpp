#include "replay/gemm_plan.hpp"

#include <algorithm>

#include "base/error.hpp"

namespace faultwave::replay {

GemmPlan::GemmPlan(const accel::GemmJob& job, PeMaps& maps, const ProductTables& tables,
                   std::span<const int> bypassed)
    : period_(static_cast<std::size_t>(maps.mapping().k_period())), tables_(tables) {
  std::vector<uint16_t> shown(tables.table_of_pe().begin(), tables.table_of_pe().end());
  for (const int pe : bypassed) {
    FAULTWAVE_CHECK(pe >= 0 && pe < tables.num_pes(), "PE {} of {}", pe, tables.num_pes());
    shown[static_cast<std::size_t>(pe)] = tables.zero_table();
  }
  parts_.emplace_back();
  if (std::adjacent_find(shown.begin(), shown.end(), std::not_equal_to<>()) == shown.end()) {
    const auto* all = pointers_of(std::vector<uint16_t>(period_, shown[0]));
    for (int64_t n = 0; n < job.n; ++n) parts_[0].columns.push_back({n, {{0, all}}});
    return;
  }
  add_columns(maps.of({job.m, job.n, job.k}), shown);
}

void GemmPlan::add_columns(const PeMap& map, const std::vector<uint16_t>& shown) {
  std::vector<const uint8_t* const*> pointers(map.num_lists());
  std::vector<uint16_t> tables(period_);
  for (std::size_t list = 0; list < map.num_lists(); ++list) {
    const auto pes = map.pe_list(list);
    std::transform(pes.begin(), pes.end(), tables.begin(),
                   [&](int pe) { return shown[static_cast<std::size_t>(pe)]; });
    pointers[list] = pointers_of(tables);
  }
  std::map<const PeMap::RowGroups*, std::size_t> part_of_groups = {{nullptr, 0}};
  for (std::size_t n = 0; n < map.columns().size(); ++n) {
    const auto& column = map.columns()[n];
    ColumnPlan plan{static_cast<int64_t>(n), {}};
    for (std::size_t g = 0; g < column.lists.size(); ++g) {
      const auto* here = pointers[column.lists[g]];
      if (!plan.runs.empty() && plan.runs.back().tables == here) continue;
      plan.runs.push_back({g == 0 ? 0 : column.groups->begins[g], here});
    }
    const auto* groups = plan.runs.size() == 1 ? nullptr : column.groups;
    const auto [part, is_new] = part_of_groups.try_emplace(groups, parts_.size());
    if (is_new) parts_.push_back({groups, {}});
    parts_[part->second].columns.push_back(std::move(plan));
  }
}

const uint8_t* const* GemmPlan::pointers_of(const std::vector<uint16_t>& tables) {
  auto& pointers = pointers_[tables];
  if (pointers.empty()) {
    for (const uint16_t table : tables) pointers.push_back(tables_.packed(table));
  }
  return pointers.data();
}

}  // namespace faultwave::replay
