// The gates around a fault site as a graph, and as DOT and SVG text.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "netlist/fault_site.hpp"
#include "netlist/netlist.hpp"

namespace faultwave::netlist {

/// A gate or a port of a schematic.
struct SchematicNode {
  enum class Kind : uint8_t { kGate, kInput, kOutput };
  Kind kind = Kind::kGate;
  int32_t gate = -1;     ///< of a gate
  NetId net = kNoNet;    ///< what the gate or input drives, or the output shows
  std::string function;  ///< "AND", "input", "output"
  std::string label;     ///< "sig_112", "A[3]", "O[7]"
  int level = 0;         ///< logic level of `net`
  /// Names of the nets at the input pins, [num_inputs]; an output has one pin.
  std::vector<std::string> pins;
};

/// A net from its driver to one pin, both within the schematic.
struct SchematicEdge {
  std::size_t from = 0;
  std::size_t to = 0;
  int pin = 0;
  bool is_forced = false;  ///< the fault acts on this piece of wire
};

/// Gates around a site, to be drawn.
struct Schematic {
  std::string title;
  std::vector<SchematicNode> nodes;
  std::vector<SchematicEdge> edges;
};

/// The site's driver, its readers (of a branch the one gate), and what feeds and reads those:
/// `num_levels` of gates and ports in both directions, 1 being the neighbours themselves. Wires
/// from outside are names at pins, not edges.
Schematic draw_neighbourhood(const Netlist& netlist, const Site& site, int num_levels = 2);

/// Graphviz text, left to right, the forced wire in colour.
std::string schematic_dot(const Schematic& schematic);
/// A complete SVG document: columns from inputs to outputs, the forced wire in colour.
std::string schematic_svg(const Schematic& schematic);

}  // namespace faultwave::netlist
