#include <fmt/format.h>

#include <iostream>

#include "app/commands.hpp"
#include "base/version.hpp"

namespace faultwave::app {

CommandLine describe_version() {
  return {"version", "The version and the revision of the sources that it was built from.", {}};
}

int run_version_command(const Arguments& arguments) {
  boost::program_options::variables_map values;
  if (!parse_options(describe_version(), arguments, values)) return 0;
  std::cout << fmt::format("faultwave {} ({})\n", version(), git_revision());
  return 0;
}

}  // namespace faultwave::app
