// `faultwave sites NETLIST --explain SITE`: one site, its surroundings and its faults.

#include <fmt/ranges.h>

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

#include "app/options.hpp"
#include "app/sites_views.hpp"
#include "base/error.hpp"
#include "base/version.hpp"
#include "netlist/evaluate.hpp"
#include "netlist/explain.hpp"
#include "netlist/schematic.hpp"

namespace faultwave::app {
namespace {

namespace po = boost::program_options;
using netlist::ExplainedFault;
using netlist::FaultKind;
using netlist::Gate;
using netlist::NetId;
using netlist::Netlist;
using netlist::Reader;
using netlist::SiteExplanation;
using nlohmann::ordered_json;

constexpr std::size_t kMaxEquivalentsInText = 8;

/// Names and levels, so that they are worked out once.
struct Names {
  explicit Names(const Netlist& circuit)
      : netlist(circuit), drivers(circuit.drivers()), levels(circuit.levels()) {}

  const std::string& net(NetId id) const { return netlist.nets[id].name; }
  const Gate& gate(int32_t index) const { return netlist.gates[static_cast<std::size_t>(index)]; }
  /// "AND", or "input" for an operand bit.
  std::string function_of(NetId id) const {
    return drivers[id] < 0 ? "input" : std::string(gate_name(gate(drivers[id]).kind));
  }
  /// "sig_130/A", or "O[7]".
  std::string reader(const Reader& reader) const {
    if (reader.gate < 0) return fmt::format("O[{}]", reader.output_bit);
    const Gate& read = gate(reader.gate);
    return fmt::format("{}/{}", net(read.out), pin_name(read.kind, reader.pin));
  }

  const Netlist& netlist;
  const std::vector<int32_t> drivers;
  const std::vector<int> levels;
};

std::vector<std::string> names_of(const Netlist& netlist, const std::vector<NetId>& nets) {
  std::vector<std::string> names;
  for (const NetId net : nets) names.push_back(netlist.nets[net].name);
  return names;
}

/// "A[0-3], B[2]" for operand bits.
std::string operand_ranges(const Netlist& netlist, const std::vector<NetId>& bits) {
  std::vector<std::string> parts;
  const auto add = [&](const std::vector<NetId>& port, const char* name) {
    unsigned mask = 0;
    for (std::size_t bit = 0; bit < port.size(); ++bit) {
      if (std::find(bits.begin(), bits.end(), port[bit]) != bits.end()) mask |= 1u << bit;
    }
    if (mask != 0) parts.push_back(fmt::format("{}[{}]", name, bit_ranges(mask)));
  };
  add(netlist.port_a, "A");
  add(netlist.port_b, "B");
  return parts.empty() ? "no operand bit" : fmt::format("{}", fmt::join(parts, ", "));
}

std::string surroundings_text(const Names& names, const SiteExplanation& site) {
  const Netlist& netlist = names.netlist;
  const auto& net = netlist.nets[site.site.net];
  std::string text = fmt::format("{} of {}\n", site_name(netlist, site.site), netlist.name);
  text += site.site.is_stem() ? std::string("  site       stem\n")
                              : fmt::format("  site       fan-out branch of {}\n", net.name);
  if (!net.aliases.empty()) {
    text += fmt::format("  aliases    {}\n", fmt::join(net.aliases, ", "));
  }
  text += fmt::format("  driver     {}{}\n", names.function_of(site.site.net),
                      site.expression.empty() ? "" : fmt::format(": {}", site.expression));
  text += fmt::format("  level      {} of {}", site.level, site.depth);
  text += site.levels_to_output < 0
              ? std::string(", leads to no output bit\n")
              : fmt::format(", {} more to the product\n", site.levels_to_output);
  text += fmt::format("  is 1       for {:.4f} % of the operand pairs\n", site.one_percent);

  text += fmt::format("\nfan-in: {} gates before it, from {}\n", site.num_gates_before,
                      operand_ranges(netlist, site.operand_bits));
  for (const NetId input : site.fan_in) {
    text += fmt::format("  {:<28} {:<7} level {}\n", names.net(input), names.function_of(input),
                        names.levels[input]);
  }
  text += fmt::format(
      "\nfan-out: {} gates behind it, output bits {}\n", site.num_gates_behind,
      site.reachable_outputs == 0 ? std::string("none") : bit_ranges(site.reachable_outputs));
  for (const Reader& reader : site.fan_out) {
    const NetId out = reader.gate < 0 ? site.site.net : names.gate(reader.gate).out;
    text += fmt::format("  {:<28} {:<7} level {}\n", names.reader(reader),
                        reader.gate < 0 ? "output" : names.function_of(out), names.levels[out]);
  }
  return text;
}

std::string faults_text(const Names& names, const SiteExplanation& site) {
  const Netlist& netlist = names.netlist;
  std::string text = fmt::format(
      "\nfaults, against the fault-free product\n"
      "  {:<5} {:>10} {:>7} {:>9} {:>11}  {:<9} worst {:>3} {:>4} {:>7} {:>7}\n",
      "kind", "mae", "wce", "ep %", "mean error", "outputs", "A", "B", "golden", "faulty");
  for (const ExplainedFault& fault : site.faults) {
    const std::string kind(to_string(fault.fault.kind));
    if (fault.is_undetectable) {
      text += fmt::format("  {:<5} undetectable: no operands show it\n", kind);
      continue;
    }
    text +=
        fmt::format("  {:<5} {:>10.3f} {:>7} {:>9.4f} {:>11.3f}  {:<9} {:>9} {:>4} {:>7} {:>7}\n",
                    kind, fault.effect.mae, fault.effect.wce, fault.effect.ep_percent,
                    fault.effect.mean_error, bit_ranges(fault.effect.changed_outputs),
                    fault.worst_a, fault.worst_b, fault.golden_product, fault.faulty_product);
  }
  text += "\n";
  for (const ExplainedFault& fault : site.faults) {
    const auto& equal = fault.equivalents;
    const std::size_t shown = std::min(equal.size(), kMaxEquivalentsInText);
    std::vector<std::string> shown_names;
    for (std::size_t i = 0; i < shown; ++i) shown_names.push_back(fault_name(netlist, equal[i]));
    std::string list = equal.empty() ? "none" : fmt::format("{}", fmt::join(shown_names, ", "));
    if (shown < equal.size()) {
      list += fmt::format(" and {} more (--json for all)", equal.size() - shown);
    }
    text += fmt::format("equivalent to {}: {}\n", to_string(fault.fault.kind), list);
  }
  return text;
}

ordered_json fault_json(const Netlist& netlist, const ExplainedFault& fault) {
  ordered_json entry;
  entry["fault"] = fault_name(netlist, fault.fault);
  entry["undetectable"] = fault.is_undetectable;
  entry["mae"] = fault.effect.mae;
  entry["wce"] = fault.effect.wce;
  entry["ep_percent"] = fault.effect.ep_percent;
  entry["mean_error"] = fault.effect.mean_error;
  entry["outputs"] = ordered_json::array();
  for (int bit = 0; bit < 16; ++bit) {
    if (((fault.effect.changed_outputs >> bit) & 1) != 0) entry["outputs"].push_back(bit);
  }
  if (!fault.is_undetectable) {
    entry["worst"] = {{"a", fault.worst_a},
                      {"b", fault.worst_b},
                      {"golden", fault.golden_product},
                      {"faulty", fault.faulty_product}};
  }
  entry["equivalents"] = ordered_json::array();
  for (const auto& other : fault.equivalents) {
    entry["equivalents"].push_back(fault_name(netlist, other));
  }
  return entry;
}

ordered_json explanation_json(const LoadedNetlist& loaded, const Names& names,
                              const SiteExplanation& site) {
  const Netlist& netlist = loaded.netlist;
  ordered_json root;
  root["netlist"] = netlist.name;
  root["file"] = loaded.path.string();
  root["table_sha256"] = product_table(netlist).sha256();
  root["provenance"] = {{"version", version()}, {"git", git_revision()}};
  root["site"] = site_name(netlist, site.site);
  root["branch"] = !site.site.is_stem();
  root["net"] = names.net(site.site.net);
  root["aliases"] = netlist.nets[site.site.net].aliases;
  root["driver"] = names.function_of(site.site.net);
  root["expression"] = site.expression;
  root["level"] = site.level;
  root["levels_to_output"] =
      site.levels_to_output < 0 ? ordered_json() : ordered_json(site.levels_to_output);
  root["depth"] = site.depth;
  root["one_percent"] = site.one_percent;
  root["gates_before"] = site.num_gates_before;
  root["gates_behind"] = site.num_gates_behind;
  root["operand_bits"] = names_of(netlist, site.operand_bits);
  root["reachable_outputs"] = ordered_json::array();
  for (int bit = 0; bit < 16; ++bit) {
    if (((site.reachable_outputs >> bit) & 1) != 0) root["reachable_outputs"].push_back(bit);
  }
  root["fan_in"] = ordered_json::array();
  for (const NetId input : site.fan_in) {
    root["fan_in"].push_back({{"net", names.net(input)},
                              {"driver", names.function_of(input)},
                              {"level", names.levels[input]}});
  }
  root["fan_out"] = ordered_json::array();
  for (const Reader& reader : site.fan_out) {
    const NetId out = reader.gate < 0 ? site.site.net : names.gate(reader.gate).out;
    root["fan_out"].push_back({{"pin", names.reader(reader)},
                               {"function", reader.gate < 0 ? "output" : names.function_of(out)},
                               {"level", names.levels[out]}});
  }
  root["faults"] = ordered_json::array();
  for (const ExplainedFault& fault : site.faults) {
    root["faults"].push_back(fault_json(netlist, fault));
  }
  return root;
}

}  // namespace

int run_sites_explain(const LoadedNetlist& loaded, const po::variables_map& values) {
  const Netlist& netlist = loaded.netlist;
  const SiteOrFault chosen = parse_site_or_fault(netlist, values["explain"].as<std::string>());
  const auto kinds =
      chosen.kind ? std::vector{*chosen.kind}
                  : std::vector{FaultKind::kStuckAt0, FaultKind::kStuckAt1, FaultKind::kInvert};
  const auto explanation = netlist::explain_site(netlist, chosen.site, kinds);
  const Names names(netlist);
  bool is_stdout_taken = false;
  const auto write = [&](const char* option, const auto& content) {
    if (values.count(option) == 0) return;
    const auto path = values[option].as<std::string>();
    is_stdout_taken = is_stdout_taken || path == "-";
    write_output(path, content());
  };
  const auto schematic = netlist::draw_neighbourhood(netlist, chosen.site);
  write("svg", [&] { return schematic_svg(schematic); });
  write("dot", [&] { return schematic_dot(schematic); });
  write("json", [&] { return explanation_json(loaded, names, explanation).dump(1) + "\n"; });
  if (is_stdout_taken) return 0;
  std::cout << surroundings_text(names, explanation) << faults_text(names, explanation);
  return 0;
}

}  // namespace faultwave::app
