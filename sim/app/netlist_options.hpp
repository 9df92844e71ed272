// How every command names and loads a netlist.
#pragma once

#include <boost/program_options.hpp>
#include <filesystem>

#include "netlist/netlist.hpp"

namespace faultwave::app {

/// Adds `netlist` (required), --top, --cells, --signed, --unsigned and --any-function.
void add_netlist_options(boost::program_options::options_description& options);

/// The multiplier that a command line names.
struct LoadedNetlist {
  std::filesystem::path path;
  netlist::Netlist netlist;
};
/// Finds and loads what add_netlist_options' options name.
LoadedNetlist load_named_netlist(const boost::program_options::variables_map& values);

}  // namespace faultwave::app
