// What a reader of configurations asks for: every key with its type, limits and default. The JSON
// Schema and the tables of the documentation are made from it, so that they say what is read.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace faultwave::driver {

/// One key, as the reader asked for it.
struct ConfigKey {
  /// kAsked: only whether it is there.
  enum class Type : uint8_t { kAsked, kText, kInteger, kNumber, kFlag, kMap, kList };

  std::string name;
  Type type = Type::kAsked;
  bool is_required = false;
  bool is_asked_for = false;               ///< the reader asks whether it is there: it is optional
  std::string fallback;                    ///< the default as text; empty: none
  std::vector<std::string> choices;        ///< kText: one of these; empty: any
  std::string pattern;                     ///< kText: an ECMAScript regular expression; empty: any
  int64_t low = 0, high = 0;               ///< kInteger, inclusive
  double low_number = 0, high_number = 0;  ///< kNumber, inclusive
  bool excludes_low = false;               ///< kNumber: low_number itself is out of range
  std::vector<ConfigKey> keys;             ///< kMap
  std::vector<ConfigKey> items;  ///< kList: what an item may be (a kText and a kMap, for faults)

  const ConfigKey* find(const std::string& key) const;
};

/// Collects keys by their dotted path; "faults[3].rate" and "faults[0].rate" are one key.
class KeyRecorder {
 public:
  KeyRecorder() { root_.type = ConfigKey::Type::kMap; }
  /// Notes a key, or makes more precise what is known of it.
  void note(const std::string& path, ConfigKey key);
  /// Notes what an item of the list `path` may be.
  void note_item(const std::string& path, ConfigKey item);
  /// The whole document.
  const ConfigKey& root() const { return root_; }

 private:
  ConfigKey& at(const std::string& path);
  ConfigKey root_;
};

}  // namespace faultwave::driver
