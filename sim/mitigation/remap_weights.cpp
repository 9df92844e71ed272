#include "mitigation/remap_weights.hpp"

#include <memory>
#include <string_view>
#include <unordered_map>

namespace faultwave::mitigation {
namespace {

/// Maps by content of the table: faults of one equivalence class show equal tables.
class MapCache {
 public:
  MapCache(const LayerContext& context, const std::function<RetuningMap(const PeProducts&)>& map_of)
      : map_of_(map_of), by_index_(context.tables.size()) {}

  const RetuningMap& get(uint16_t index, const PeProducts& products) {
    const RetuningMap*& known = by_index_[index];
    if (known == nullptr) {
      auto& shared = by_content_[content_of(*products.table)];
      if (shared == nullptr) shared = std::make_unique<RetuningMap>(map_of_(products));
      known = shared.get();
    }
    return *known;
  }

 private:
  static std::string_view content_of(const netlist::ProductTable& table) {
    return {reinterpret_cast<const char*>(table.raw.data()),
            table.raw.size() * sizeof(table.raw[0])};
  }

  const std::function<RetuningMap(const PeProducts&)>& map_of_;
  std::vector<const RetuningMap*> by_index_;
  std::unordered_map<std::string_view, std::unique_ptr<RetuningMap>> by_content_;
};

}  // namespace

LoadedLayer remap_weights(const LayerContext& context,
                          const std::function<RetuningMap(const PeProducts&)>& map_of) {
  check_context(context);
  LoadedLayer loaded = unmodified(*context.layer);
  MapCache maps(context, map_of);
  for (size_t place = 0; place < loaded.weights.size(); ++place) {
    if (!is_retuned(context, place)) continue;
    const RetuningMap& map = maps.get(context.table_of[place], products_at(context, place));
    int16_t& weight = loaded.weights[place];
    const int16_t retuned = map[static_cast<size_t>(weight + 128)];
    if (retuned != weight) ++loaded.num_retuned;
    weight = retuned;
  }
  return loaded;
}

}  // namespace faultwave::mitigation
