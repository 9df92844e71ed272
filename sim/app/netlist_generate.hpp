// `faultwave netlist generate` and `faultwave netlist cost`.
#pragma once

#include "app/commands.hpp"

namespace faultwave::app {

int run_netlist_generate(const Arguments& arguments);
int run_netlist_cost(const Arguments& arguments);

}  // namespace faultwave::app
