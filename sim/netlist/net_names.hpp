// Names of nets from what an elaborator knows: the author's names, aliases, and readable names for
// the nets that have none.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "netlist/netlist.hpp"

namespace faultwave::netlist {

/// One name of one net, as Yosys writes it.
struct RawNetName {
  NetId net = kNoNet;
  std::string name;     ///< of the whole wire: "N", "n1048.YC", "$flatten\u_1.$and$mult.v:7$12_Y"
  int64_t bit = -1;     ///< index in a vector, -1 for a scalar wire
  bool hidden = false;  ///< made up by the tool

  /// "N[148]", "sig_112".
  std::string full_name() const;
};

/// The best name of each net becomes its name, the others of the author its aliases: input ports
/// first, then plain wires, then output ports, then pins of instances. A net that only the tool
/// named is called after its instance and operator ("n100.and0", "_xor3"), else "_n7". Nets that
/// have a name keep it.
void name_nets(Netlist& netlist, const std::vector<RawNetName>& raw_names);

}  // namespace faultwave::netlist
