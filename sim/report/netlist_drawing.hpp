// A whole netlist as a layered drawing: inputs on the left, gates by depth, outputs on the right.
#pragma once

#include <string>
#include <vector>

#include "netlist/netlist.hpp"

namespace faultwave::report {

/// A gate or port in the picture of a netlist.
struct DrawnNode {
  std::string net;       ///< what the gate or input drives, or the output shows
  std::string function;  ///< "AND", "input", "output"
  int level = 0;         ///< logic level of the net
  int column = 0;
  double y = 0;  ///< 0 (top) to 1
};

/// A connection between two nodes, by their indices.
struct DrawnWire {
  int from = 0;
  int to = 0;
  std::string pin;  ///< "A", "B", "S" of a gate; "" of an output
};

/// The picture of a whole netlist, in columns of logic levels.
struct NetlistDrawing {
  int num_columns = 0;
  int max_rows = 0;  ///< nodes of the fullest column
  std::vector<DrawnNode> nodes;
  std::vector<DrawnWire> wires;
};

/// Each gate stands one column behind the last of its sources; nodes of a column are ordered by the
/// mean place of their neighbours (Sugiyama, Tagawa and Toda, IEEE Trans. SMC 1981), in sweeps of
/// which the one with the fewest crossings is kept.
NetlistDrawing draw_netlist(const netlist::Netlist& netlist);

}  // namespace faultwave::report
