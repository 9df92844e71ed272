// The subcommands of `faultwave`, one file each. Arguments are what follows the subcommand's name;
// the result is the exit status (0 ok, 1 a check failed; errors are thrown).
#pragma once

#include <string>
#include <vector>

namespace faultwave::app {

using Arguments = std::vector<std::string>;

struct Command {
  std::string name;
  std::string summary;
  int (*run)(const Arguments&);
};

/// All subcommands in the order of `faultwave --help`.
const std::vector<Command>& commands();

int run_sites_command(const Arguments& arguments);
int run_netlist_command(const Arguments& arguments);
int run_evolve_command(const Arguments& arguments);
int run_gemm_command(const Arguments& arguments);
int run_mma_command(const Arguments& arguments);
int run_run_command(const Arguments& arguments);
int run_campaign_command(const Arguments& arguments);
int run_trace_command(const Arguments& arguments);
int run_merge_command(const Arguments& arguments);
int run_query_command(const Arguments& arguments);
int run_report_command(const Arguments& arguments);
int run_version_command(const Arguments& arguments);

}  // namespace faultwave::app
