#include "mitigation/remap_weights.hpp"

#include <map>
#include <memory>
#include <string_view>

namespace faultwave::mitigation {
namespace {

/// Maps by content of the tables: faults of one equivalence class show equal tables.
class MapCache {
 public:
  MapCache(const LayerContext& context, const std::function<RetuningMap(const PeProducts&)>& map_of)
      : map_of_(map_of), by_index_(context.mixtures.size()) {}

  const RetuningMap& get(uint32_t index, const PeProducts& products) {
    const RetuningMap*& known = by_index_[index];
    if (known == nullptr) {
      auto& shared = by_content_[content_of(products)];
      if (shared == nullptr) shared = std::make_unique<RetuningMap>(map_of_(products));
      known = shared.get();
    }
    return *known;
  }

 private:
  using Content = std::vector<std::pair<std::string_view, double>>;

  static Content content_of(const PeProducts& products) {
    Content content;
    for (const auto& [table, count] : products.parts) {
      content.emplace_back(std::string_view(reinterpret_cast<const char*>(table->raw.data()),
                                            table->raw.size() * sizeof(table->raw[0])),
                           count);
    }
    return content;
  }

  const std::function<RetuningMap(const PeProducts&)>& map_of_;
  std::vector<const RetuningMap*> by_index_;
  std::map<Content, std::unique_ptr<RetuningMap>> by_content_;
};

}  // namespace

LoadedLayer remap_weights(const LayerContext& context,
                          const std::function<RetuningMap(const PeProducts&)>& map_of) {
  check_context(context);
  LoadedLayer loaded = unmodified(*context.layer);
  MapCache maps(context, map_of);
  for (size_t place = 0; place < loaded.weights.size(); ++place) {
    if (!is_retuned(context, place)) continue;
    const RetuningMap& map = maps.get(context.mixture_of[place], products_at(context, place));
    int16_t& weight = loaded.weights[place];
    const int16_t retuned = map[static_cast<size_t>(weight + 128)];
    if (retuned != weight) ++loaded.num_retuned;
    weight = retuned;
  }
  return loaded;
}

}  // namespace faultwave::mitigation
