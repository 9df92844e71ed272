#include "netlist/net_names.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <set>
#include <tuple>

namespace faultwave::netlist {
namespace {

/// How good an author's name is for a net: smaller is better.
int rank(const RawNetName& raw) {
  if (raw.name == "A" || raw.name == "B") return 0;
  if (raw.name.find('.') != std::string::npos) return 3;
  return raw.name == "O" ? 2 : 1;
}

struct ToolName {
  std::string stem;  ///< "n100.and" or "_and"
  int64_t number;    ///< running number of the operator in the source
  int64_t bit;
  NetId net;
  bool operator<(const ToolName& other) const {
    return std::tie(stem, number, bit, net) <
           std::tie(other.stem, other.number, other.bit, other.net);
  }
};

/// "$flatten\u_1.\u_2.$and$mult.v:7$12_Y" -> stem "u_1.u_2.and", number 12; nothing for names that
/// say less.
std::optional<ToolName> parse_tool_name(const RawNetName& raw) {
  std::string_view text = raw.name;
  std::string instance;
  constexpr std::string_view kFlatten = "$flatten\\";
  if (text.starts_with(kFlatten)) {
    text.remove_prefix(kFlatten.size());
    const auto end = text.find(".$");
    if (end == std::string_view::npos) return std::nullopt;
    instance = std::string(text.substr(0, end + 1));
    std::erase(instance, '\\');
    text.remove_prefix(end + 1);
  }
  if (!text.starts_with('$') || !text.ends_with("_Y")) return std::nullopt;
  const auto operator_end = text.find('$', 1);
  const auto number_begin = text.rfind('$');
  if (operator_end == std::string_view::npos || number_begin <= operator_end) return std::nullopt;
  const std::string_view name = text.substr(1, operator_end - 1);
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; };
  if (name.empty() || !std::all_of(name.begin(), name.end(), is_letter)) return std::nullopt;
  if (name == "auto" || name == "techmap") return std::nullopt;
  int64_t number = 0;
  const char* end = text.data() + text.size() - 2;
  const auto parsed = std::from_chars(text.data() + number_begin + 1, end, number);
  if (parsed.ptr != end) return std::nullopt;
  return ToolName{instance.empty() ? "_" + std::string(name) : instance + std::string(name), number,
                  raw.bit, raw.net};
}

/// Names the nets that have no name of the author.
void name_the_rest(Netlist& netlist, const std::vector<RawNetName>& raw_names,
                   std::set<std::string>& used) {
  std::set<ToolName> tool_names;
  for (const RawNetName& raw : raw_names) {
    if (!raw.hidden || !netlist.nets[raw.net].name.empty()) continue;
    if (auto parsed = parse_tool_name(raw)) tool_names.insert(*std::move(parsed));
  }
  std::map<std::string, int> counters;
  const auto assign = [&](Net& net, const std::string& stem) {
    while (net.name.empty()) {
      std::string name = fmt::format("{}{}", stem, counters[stem]++);
      if (used.insert(name).second) net.name = std::move(name);
    }
  };
  for (const ToolName& name : tool_names) assign(netlist.nets[name.net], name.stem);
  for (Net& net : netlist.nets) assign(net, "_n");
}

}  // namespace

std::string RawNetName::full_name() const {
  return bit < 0 ? name : fmt::format("{}[{}]", name, bit);
}

void name_nets(Netlist& netlist, const std::vector<RawNetName>& raw_names) {
  // Per net its author's names, best first: rank, then the shorter, then the alphabet.
  std::map<NetId, std::set<std::tuple<int, std::size_t, std::string>>> candidates;
  for (const RawNetName& raw : raw_names) {
    if (raw.hidden) continue;
    std::string name = raw.full_name();
    candidates[raw.net].insert({rank(raw), name.size(), std::move(name)});
  }
  std::set<std::string> used;
  for (const Net& net : netlist.nets) {
    if (!net.name.empty()) used.insert(net.name);
  }
  for (const auto& [id, names] : candidates) {
    Net& net = netlist.nets[id];
    for (const auto& [name_rank, size, name] : names) {
      if (net.name.empty() && used.insert(name).second) {
        net.name = name;
      } else if (name != net.name) {
        net.aliases.push_back(name);
      }
    }
  }
  name_the_rest(netlist, raw_names, used);
}

}  // namespace faultwave::netlist
