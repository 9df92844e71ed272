#include "replay/pe_map.hpp"

#include <algorithm>

namespace faultwave::replay {

PeMap::PeMap(const accel::PeMapping& mapping, const accel::GemmShape& shape)
    : period_(static_cast<std::size_t>(mapping.k_period())),
      list_of_first_(static_cast<std::size_t>(mapping.pes().size()), -1) {
  for (int64_t n = 0; n < shape.n; ++n) columns_.push_back(column_of(mapping, shape, n));
  known_groups_.clear();
}

uint32_t PeMap::list_of(const std::vector<int>& pes) {
  int64_t& list = list_of_first_[static_cast<std::size_t>(pes[0])];
  if (list < 0) {
    list = static_cast<int64_t>(num_lists());
    lists_.insert(lists_.end(), pes.begin(), pes.end());
  }
  return static_cast<uint32_t>(list);
}

PeMap::Column PeMap::column_of(const accel::PeMapping& mapping, const accel::GemmShape& shape,
                               int64_t n) {
  std::vector<int> pes(period_);
  Column column;
  if (mapping.pes_of_weight(shape, 0, n).size() == 1) {
    mapping.pes_of_output(shape, 0, n, pes.data());
    column.lists = {list_of(pes)};
    return column;
  }
  // Groups are numbered as they appear, so that columns on other PEs with the same groups agree.
  std::vector<uint32_t> group_of_row(static_cast<std::size_t>(shape.m));
  std::vector<int64_t> group_of_list;
  for (int64_t m = 0; m < shape.m; ++m) {
    mapping.pes_of_output(shape, m, n, pes.data());
    const uint32_t list = list_of(pes);
    if (list >= group_of_list.size()) group_of_list.resize(list + 1, -1);
    if (group_of_list[list] < 0) {
      group_of_list[list] = static_cast<int64_t>(column.lists.size());
      column.lists.push_back(list);
    }
    group_of_row[static_cast<std::size_t>(m)] = static_cast<uint32_t>(group_of_list[list]);
  }
  const RowGroups*& known = known_groups_[group_of_row];
  if (known == nullptr) {
    auto groups = std::make_unique<RowGroups>();
    groups->begins.assign(column.lists.size() + 1, 0);
    for (const uint32_t group : group_of_row) ++groups->begins[group + 1];
    for (std::size_t g = 1; g < groups->begins.size(); ++g) {
      groups->begins[g] += groups->begins[g - 1];
    }
    groups->rows.resize(group_of_row.size());
    auto next = groups->begins;
    for (std::size_t m = 0; m < group_of_row.size(); ++m) {
      groups->rows[next[group_of_row[m]]++] = static_cast<uint32_t>(m);
    }
    known = groups.get();
    groups_.push_back(std::move(groups));
  }
  column.groups = known;
  return column;
}

const PeMap& PeMaps::of(const accel::GemmShape& shape) {
  auto& map = maps_[{shape.m, shape.n, shape.k}];
  if (map == nullptr) map = std::make_unique<PeMap>(mapping_, shape);
  return *map;
}

}  // namespace faultwave::replay
