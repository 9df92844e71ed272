#include "driver/key_recorder.hpp"

#include <algorithm>

namespace faultwave::driver {
namespace {

/// The child of that name, made when there is none yet.
ConfigKey& child_of(std::vector<ConfigKey>& keys, const std::string& name) {
  const auto found = std::find_if(keys.begin(), keys.end(),
                                  [&](const ConfigKey& key) { return key.name == name; });
  if (found != keys.end()) return *found;
  keys.emplace_back();
  keys.back().name = name;
  return keys.back();
}

/// The kind of item that a list may hold, made when there is none yet.
ConfigKey& item_of(ConfigKey& list, ConfigKey::Type type) {
  list.type = ConfigKey::Type::kList;
  for (auto& item : list.items) {
    if (item.type == type) return item;
  }
  list.items.emplace_back();
  list.items.back().type = type;
  return list.items.back();
}

/// What is known, and what is said now. The children stay.
void merge(ConfigKey& known, ConfigKey said) {
  if (said.type == ConfigKey::Type::kAsked) {
    known.is_asked_for = true;
    known.is_required = false;
    return;
  }
  said.name = known.name;
  said.is_asked_for = known.is_asked_for;
  said.is_required = said.is_required && !known.is_asked_for;
  said.keys = std::move(known.keys);
  if (said.items.empty()) said.items = std::move(known.items);
  known = std::move(said);
}

}  // namespace

const ConfigKey* ConfigKey::find(const std::string& key) const {
  for (const ConfigKey& child : keys) {
    if (child.name == key) return &child;
  }
  return nullptr;
}

ConfigKey& KeyRecorder::at(const std::string& path) {
  ConfigKey* key = &root_;
  std::size_t begin = 0;
  while (begin < path.size()) {
    const std::size_t end = std::min(path.find('.', begin), path.size());
    std::string name = path.substr(begin, end - begin);
    const auto bracket = name.find('[');
    key = &child_of(key->keys, name.substr(0, bracket));
    if (bracket != std::string::npos) key = &item_of(*key, ConfigKey::Type::kMap);
    begin = end + 1;
  }
  return *key;
}

void KeyRecorder::note(const std::string& path, ConfigKey key) { merge(at(path), std::move(key)); }

void KeyRecorder::note_item(const std::string& path, ConfigKey item) {
  merge(item_of(at(path), item.type), item);
}

}  // namespace faultwave::driver
