// Shared command-line plumbing on top of Boost.Program_options.
#pragma once

#include <boost/program_options.hpp>
#include <string>
#include <vector>

#include "app/commands.hpp"

namespace faultwave::app {

/// Parses `arguments`; prints help and returns false for --help. `positional` names options that
/// take the positional arguments in order (the last one repeats). UsageError on anything unknown.
bool parse_options(const std::string& usage,
                   const boost::program_options::options_description& options,
                   const std::vector<std::string>& positional, const Arguments& arguments,
                   boost::program_options::variables_map& values);

/// EnvironmentError when `path` is a folder or lies in none: a result is not computed for nothing.
void check_output(const std::string& path);

/// Writes to `path` by rename, or to stdout when `path` is "-".
void write_output(const std::string& path, const std::string& content);

}  // namespace faultwave::app
