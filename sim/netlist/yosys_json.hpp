// Yosys JSON of 1-bit cells <-> Netlist.
#pragma once

#include <string>

#include "netlist/netlist.hpp"

namespace faultwave::netlist {

/// What the JSON says beyond the graph.
struct ParsedModule {
  Netlist netlist;
  bool has_signed_port = false;
};

/// Reads module `top` (empty: the module that no other instantiates) from Yosys JSON `text`.
/// `file` names the source in errors; cells' `src` attributes, where present, are named instead.
/// InputError for anything that is not a combinational circuit of 1-bit cells with ports A, B, O.
ParsedModule parse_yosys_json(const std::string& text, const std::string& file,
                              const std::string& top);

}  // namespace faultwave::netlist
