// What the commands share around their outputs.
#pragma once

#include <string>

#include "app/command_line.hpp"

namespace faultwave::app {

/// EnvironmentError when `path` is a folder or lies in none: a result is not computed for nothing.
void check_output(const std::string& path);

/// Writes to `path` by rename, or to stdout when `path` is "-".
void write_output(const std::string& path, const std::string& content);

}  // namespace faultwave::app
