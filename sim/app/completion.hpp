// Completion of commands, options and values in bash and zsh, from the description of the command
// line.
#pragma once

#include <string>

namespace faultwave::app {

/// For `complete -F`; needs nothing but bash.
std::string bash_completion();
/// A `#compdef` file.
std::string zsh_completion();

}  // namespace faultwave::app
