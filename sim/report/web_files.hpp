// Styles and scripts of sim/report/web, part of the program (cmake/FaultwaveEmbed.cmake writes the
// definitions).
#pragma once

#include <string>
#include <vector>

namespace faultwave::report {

std::string web_style();
/// In the order in which they are loaded.
std::vector<std::string> web_scripts();

}  // namespace faultwave::report
