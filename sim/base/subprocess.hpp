// Runs another program without a shell.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace faultwave {

/// How a child process ended, and what it said.
struct ProcessResult {
  int exit_code = 0;   ///< 128 + signal when it was killed
  std::string output;  ///< stdout and stderr together, at most 1 MiB kept
};

/// Runs `command[0]` (looked up in PATH) with standard input empty and waits for it.
/// EnvironmentError "cannot run 'X' ... fix: install `package_hint`" when it cannot be started.
ProcessResult run_process(const std::vector<std::string>& command,
                          const std::string& package_hint = {},
                          const std::filesystem::path& working_directory = {});

}  // namespace faultwave
