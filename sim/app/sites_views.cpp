#include "app/sites_views.hpp"

#include <algorithm>

namespace faultwave::app {

/// "0-3,7" for the bits that are set.
std::string bit_ranges(unsigned bits) {
  std::string text;
  for (int bit = 0; bit < 16; ++bit) {
    if (((bits >> bit) & 1u) == 0) continue;
    int last = bit;
    while (last < 15 && ((bits >> (last + 1)) & 1u) != 0) ++last;
    if (!text.empty()) text += ",";
    text += last == bit ? fmt::format("{}", bit) : fmt::format("{}-{}", bit, last);
    bit = last;
  }
  return text;
}

std::vector<netlist::FaultKind> parse_kinds(const std::string& text) {
  std::vector<netlist::FaultKind> kinds;
  std::size_t begin = 0;
  while (begin <= text.size()) {
    const auto end = std::min(text.find(',', begin), text.size());
    const auto kind = netlist::parse_fault_kind(text.substr(begin, end - begin));
    if (std::find(kinds.begin(), kinds.end(), kind) == kinds.end()) kinds.push_back(kind);
    begin = end + 1;
  }
  return kinds;
}

SiteOrFault parse_site_or_fault(const netlist::Netlist& netlist, std::string_view text) {
  // A net whose name ends like a fault is still a net.
  if (netlist.find(text) == netlist::kNoNet) {
    for (const auto kind : {netlist::FaultKind::kStuckAt0, netlist::FaultKind::kStuckAt1,
                            netlist::FaultKind::kInvert}) {
      const std::string suffix = fmt::format(".{}", to_string(kind));
      if (!text.ends_with(suffix)) continue;
      text.remove_suffix(suffix.size());
      return {parse_site(netlist, text), kind};
    }
  }
  return {parse_site(netlist, text), std::nullopt};
}

}  // namespace faultwave::app
