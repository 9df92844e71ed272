#include <fmt/format.h>

#include <iostream>

#include "app/commands.hpp"
#include "base/version.hpp"

namespace faultwave::app {

int run_version_command(const Arguments&) {
  std::cout << fmt::format("faultwave {} ({})\n", version(), git_revision());
  return 0;
}

}  // namespace faultwave::app
