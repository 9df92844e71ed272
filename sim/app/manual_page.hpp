// Manual pages and docs/cli.md, from the description of the command line.
#pragma once

#include <string>
#include <vector>

namespace faultwave::app {

/// A manual page, ready to be written.
struct ManualPage {
  std::string file;  ///< "faultwave-netlist-info.1"
  std::string text;  ///< roff with the man macros
};

/// faultwave(1), and one page for every command and action.
std::vector<ManualPage> manual_pages();

/// docs/cli.md.
std::string cli_reference();

}  // namespace faultwave::app
