#include "netlist/schematic.hpp"

#include <algorithm>
#include <map>
#include <tuple>

namespace faultwave::netlist {
namespace {

class Drawing {
 public:
  Drawing(const Netlist& netlist, const Site& site)
      : netlist_(netlist),
        site_(site),
        drivers_(netlist.drivers()),
        levels_(netlist.levels()),
        readers_(netlist.nets.size()) {
    for (std::size_t g = 0; g < netlist.gates.size(); ++g) {
      const Gate& gate = netlist.gates[g];
      for (int pin = 0; pin < num_inputs(gate.kind); ++pin) {
        readers_[gate.in[static_cast<std::size_t>(pin)]].push_back(g);
      }
    }
    schematic_.title = fmt::format("{} of {}", site_name(netlist, site), netlist.name);
  }

  Schematic draw(int num_levels) {
    add_sources(site_.net, num_levels);
    if (site_.is_stem()) {
      add_readers(site_.net, num_levels);
    } else {
      add_reader(static_cast<std::size_t>(site_.gate), num_levels);
    }
    connect();
    return std::move(schematic_);
  }

 private:
  using Kind = SchematicNode::Kind;

  void add_node(Kind kind, int32_t gate, NetId net, const std::string& label) {
    const auto key = std::tuple(kind, gate, label);
    if (!index_.emplace(key, schematic_.nodes.size()).second) return;
    SchematicNode node{kind, gate, net, "", label, levels_[net], {}};
    switch (kind) {
      case Kind::kInput:
        node.function = "input";
        break;
      case Kind::kOutput:
        node.function = "output";
        node.pins.push_back(netlist_.nets[net].name);
        break;
      case Kind::kGate: {
        const Gate& drawn = netlist_.gates[static_cast<std::size_t>(gate)];
        node.function = gate_name(drawn.kind);
        for (int pin = 0; pin < num_inputs(drawn.kind); ++pin) {
          node.pins.push_back(netlist_.nets[drawn.in[static_cast<std::size_t>(pin)]].name);
        }
        break;
      }
    }
    schematic_.nodes.push_back(std::move(node));
  }

  void add_gate(std::size_t gate) {
    const NetId out = netlist_.gates[gate].out;
    add_node(Kind::kGate, static_cast<int32_t>(gate), out, netlist_.nets[out].name);
  }

  /// What drives `net`, and what drives that.
  void add_sources(NetId net, int num_levels) {
    if (num_levels == 0) return;
    const int32_t driver = drivers_[net];
    if (driver < 0) {
      add_node(Kind::kInput, -1, net, netlist_.nets[net].name);
      return;
    }
    const auto gate = static_cast<std::size_t>(driver);
    add_gate(gate);
    for (int pin = 0; pin < num_inputs(netlist_.gates[gate].kind); ++pin) {
      add_sources(netlist_.gates[gate].in[static_cast<std::size_t>(pin)], num_levels - 1);
    }
  }

  void add_reader(std::size_t gate, int num_levels) {
    add_gate(gate);
    add_readers(netlist_.gates[gate].out, num_levels - 1);
  }

  void add_readers(NetId net, int num_levels) {
    if (num_levels == 0) return;
    for (const std::size_t gate : readers_[net]) add_reader(gate, num_levels);
    for (std::size_t bit = 0; bit < netlist_.port_o.size(); ++bit) {
      if (netlist_.port_o[bit] == net) {
        add_node(Kind::kOutput, -1, net, fmt::format("O[{}]", bit));
      }
    }
  }

  void connect() {
    std::map<NetId, std::size_t> source;
    for (std::size_t i = 0; i < schematic_.nodes.size(); ++i) {
      if (schematic_.nodes[i].kind != Kind::kOutput) source[schematic_.nodes[i].net] = i;
    }
    const auto connect_pin = [&](std::size_t to, NetId net, int32_t gate, int pin) {
      const auto found = source.find(net);
      if (found == source.end()) return;
      const bool is_forced =
          net == site_.net && (site_.is_stem() || (site_.gate == gate && site_.pin == pin));
      schematic_.edges.push_back({found->second, to, pin, is_forced});
    };
    for (std::size_t i = 0; i < schematic_.nodes.size(); ++i) {
      const SchematicNode& node = schematic_.nodes[i];
      if (node.kind == Kind::kOutput) connect_pin(i, node.net, -1, 0);
      if (node.kind != Kind::kGate) continue;
      const Gate& gate = netlist_.gates[static_cast<std::size_t>(node.gate)];
      for (int pin = 0; pin < num_inputs(gate.kind); ++pin) {
        connect_pin(i, gate.in[static_cast<std::size_t>(pin)], node.gate, pin);
      }
    }
  }

  const Netlist& netlist_;
  const Site site_;
  const std::vector<int32_t> drivers_;
  const std::vector<int> levels_;
  std::vector<std::vector<std::size_t>> readers_;
  std::map<std::tuple<Kind, int32_t, std::string>, std::size_t> index_;
  Schematic schematic_;
};

std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + "\"";
}

std::string pin_label(const SchematicNode& node, std::size_t pin) {
  if (node.kind == SchematicNode::Kind::kOutput) return "";
  return std::string(pin_name(GateKind::kMux, static_cast<int>(pin)));
}

}  // namespace

Schematic draw_neighbourhood(const Netlist& netlist, const Site& site, int num_levels) {
  return Drawing(netlist, site).draw(num_levels);
}

std::string schematic_dot(const Schematic& schematic) {
  std::string text = fmt::format(
      "digraph neighbourhood {{\n  label = {};\n  rankdir = LR;\n"
      "  node [fontname = \"monospace\", fontsize = 11];\n"
      "  edge [fontname = \"monospace\", fontsize = 9];\n",
      quoted(schematic.title));
  for (std::size_t i = 0; i < schematic.nodes.size(); ++i) {
    const SchematicNode& node = schematic.nodes[i];
    const bool is_gate = node.kind == SchematicNode::Kind::kGate;
    // The line break is DOT's own escape and stays outside the quoting of the names.
    std::string label = quoted(node.function);
    label.pop_back();
    label += "\\n" + quoted(node.label).substr(1);
    text += fmt::format("  n{} [label = {}, shape = {}];\n", i, label, is_gate ? "box" : "ellipse");
    for (std::size_t pin = 0; pin < node.pins.size(); ++pin) {
      const bool is_inside = std::any_of(
          schematic.edges.begin(), schematic.edges.end(),
          [&](const auto& edge) { return edge.to == i && edge.pin == static_cast<int>(pin); });
      if (is_inside) continue;
      text += fmt::format("  n{0}_{1} [label = {2}, shape = plaintext];\n", i, pin,
                          quoted(node.pins[pin]));
      text += fmt::format("  n{0}_{1} -> n{0} [headlabel = {2}, style = dashed];\n", i, pin,
                          quoted(pin_label(node, pin)));
    }
  }
  for (const SchematicEdge& edge : schematic.edges) {
    text +=
        fmt::format("  n{} -> n{} [headlabel = {}{}];\n", edge.from, edge.to,
                    quoted(pin_label(schematic.nodes[edge.to], static_cast<std::size_t>(edge.pin))),
                    edge.is_forced ? ", color = \"#d62728\", penwidth = 2.5" : "");
  }
  return text + "}\n";
}

}  // namespace faultwave::netlist
