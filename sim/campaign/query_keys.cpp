#include "campaign/query_keys.hpp"

#include <cctype>
#include <string_view>

#include "base/error.hpp"
#include "base/suggest.hpp"
#include "campaign/query_results.hpp"

namespace faultwave::campaign {
namespace {

constexpr QueryKey kKeys[] = {{"mitigation", "r.mitigation", true, false},
                              {"network", "c.network", true, false},
                              {"multiplier", "c.multiplier", true, false},
                              {"format", "c.number_format", true, false},
                              {"accelerator", "c.accelerator", true, false},
                              {"cell", "c.name", true, false},
                              {"stratum", "t.stratum", true, false},
                              {"fault", "f.name", false, false},
                              {"unit", "f.unit", false, false},
                              {"net", "f.net", false, false},
                              {"kind", "f.kind", false, false},
                              {"bit", "f.highest_output_bit", false, true},
                              {"level", "f.level", false, true},
                              {"pe", "t.pe", false, false},
                              {"layer", "t.layer", false, false},
                              {"rate", "t.rate", false, true},
                              {"trial", "t.trial", false, true}};

/// Order of text in which runs of digits count as numbers.
int natural_order(std::string_view a, std::string_view b) {
  const auto is_digit = [](char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; };
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < a.size() && j < b.size()) {
    if (is_digit(a[i]) && is_digit(b[j])) {
      const auto run = [&](std::string_view text, std::size_t& at) {
        while (at < text.size() && text[at] == '0') ++at;
        const std::size_t begin = at;
        while (at < text.size() && is_digit(text[at])) ++at;
        return text.substr(begin, at - begin);
      };
      const auto x = run(a, i);
      const auto y = run(b, j);
      if (x.size() != y.size()) return x.size() < y.size() ? -1 : 1;
      if (const int order = x.compare(y); order != 0) return order;
    } else if (a[i] != b[j]) {
      return a[i] < b[j] ? -1 : 1;
    } else {
      ++i;
      ++j;
    }
  }
  if ((i < a.size()) != (j < b.size())) return i < a.size() ? 1 : -1;
  return a.compare(b);
}

}  // namespace

const QueryKey& find_query_key(const std::string& name) {
  for (const QueryKey& key : kKeys) {
    if (key.name == name) return key;
  }
  throw UsageError(
      fmt::format("unknown key '{}' to group by\n  fix: {}", name, suggestion(name, query_keys())));
}

std::vector<std::string> query_keys() {
  std::vector<std::string> names;
  for (const QueryKey& key : kKeys) names.emplace_back(key.name);
  return names;
}

bool KeyValue::operator<(const KeyValue& other) const {
  if (kind != other.kind) return kind < other.kind;
  if (kind == Kind::kNumber) return number < other.number;
  return natural_order(text, other.text) < 0;
}

}  // namespace faultwave::campaign
