// The page around a report's data.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "report/json.hpp"

namespace faultwave::report {

/// The charting library, Observable Plot with D3, as script text. Looked for in $FAULTWAVE_CHARTS,
/// then as folder `charts` upward from the program, then in the installation; each with the layout
/// that npm makes. EnvironmentError that says how to install it.
std::string charting_library();

/// A complete HTML document with `data` (what sim/report/web draws), styles and scripts in it.
std::string html_page(const Json& data, const std::string& library);

}  // namespace faultwave::report
