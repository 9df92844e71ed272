// The subcommands of `faultwave`, one file each. `describe_X` says what a command takes, `run_X`
// runs it with the arguments behind its name; the result is the exit status (0 ok, 1 a check
// failed; errors are thrown).
#pragma once

#include <string>
#include <vector>

#include "app/command_line.hpp"

namespace faultwave::app {

/// All subcommands in the order of `faultwave --help`.
const std::vector<Command>& commands();
/// What the program is, in one line.
const std::string& program_summary();

CommandLine describe_run();
CommandLine describe_init();
CommandLine describe_list();
CommandLine describe_gemm();
CommandLine describe_mma();
CommandLine describe_campaign();
CommandLine describe_trace();
CommandLine describe_merge();
CommandLine describe_query();
CommandLine describe_report();
CommandLine describe_sites();
CommandLine describe_netlist_info();
CommandLine describe_netlist_emit();
CommandLine describe_netlist_generate();
CommandLine describe_netlist_cost();
CommandLine describe_evolve();
CommandLine describe_docs_man();
CommandLine describe_docs_completion();
CommandLine describe_docs_cli_reference();
CommandLine describe_docs_schema();
CommandLine describe_docs_config_keys();
CommandLine describe_version();

int run_run_command(const Arguments& arguments);
int run_init_command(const Arguments& arguments);
int run_list_command(const Arguments& arguments);
int run_gemm_command(const Arguments& arguments);
int run_mma_command(const Arguments& arguments);
int run_campaign_command(const Arguments& arguments);
int run_trace_command(const Arguments& arguments);
int run_merge_command(const Arguments& arguments);
int run_query_command(const Arguments& arguments);
int run_report_command(const Arguments& arguments);
int run_sites_command(const Arguments& arguments);
int run_netlist_info(const Arguments& arguments);
int run_netlist_emit(const Arguments& arguments);
int run_netlist_generate(const Arguments& arguments);
int run_netlist_cost(const Arguments& arguments);
int run_evolve_command(const Arguments& arguments);
int run_docs_man(const Arguments& arguments);
int run_docs_completion(const Arguments& arguments);
int run_docs_cli_reference(const Arguments& arguments);
int run_docs_schema(const Arguments& arguments);
int run_docs_config_keys(const Arguments& arguments);
int run_version_command(const Arguments& arguments);

}  // namespace faultwave::app
