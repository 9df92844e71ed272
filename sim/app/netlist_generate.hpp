// `faultwave netlist generate`.
#pragma once

#include "app/commands.hpp"

namespace faultwave::app {

int run_netlist_generate(const Arguments& arguments);

}  // namespace faultwave::app
