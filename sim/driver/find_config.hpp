// Finds a configuration by path or by the name of one that ships with Faultwave.
#pragma once

#include <filesystem>
#include <string>

namespace faultwave::driver {

/// A file as it is; else one of the installation: as `faultwave list configs` spells it
/// ("configs/quickstart.yaml"), or by name ("quickstart", "paper/2_nets"). InputError for a word
/// that is neither a file nor near enough to be one; a path that is not there stays as it is, for
/// its reader to report.
std::filesystem::path find_config(const std::string& name_or_path);

}  // namespace faultwave::driver
