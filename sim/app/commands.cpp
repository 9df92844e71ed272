#include "app/commands.hpp"

namespace faultwave::app {
namespace {

const std::vector<Command>& netlist_actions() {
  static const std::vector<Command> actions = {
      {"info", "gates, errors and estimates of a multiplier", describe_netlist_info,
       run_netlist_info},
      {"emit", "a multiplier as Verilog with many lanes per net", describe_netlist_emit,
       run_netlist_emit},
      {"generate", "multipliers of families from the literature", describe_netlist_generate,
       run_netlist_generate},
      {"cost", "area, energy and delay under one cell library", describe_netlist_cost,
       run_netlist_cost},
  };
  return actions;
}

const std::vector<Command>& docs_actions() {
  static const std::vector<Command> actions = {
      {"man", "manual pages of all commands", describe_docs_man, run_docs_man},
      {"completion", "completion for bash or zsh", describe_docs_completion, run_docs_completion},
      {"cli-reference", "all commands and options as Markdown", describe_docs_cli_reference,
       run_docs_cli_reference},
      {"schema", "JSON Schema of configurations", describe_docs_schema, run_docs_schema},
      {"config-keys", "the keys of configurations as Markdown tables", describe_docs_config_keys,
       run_docs_config_keys},
  };
  return actions;
}

}  // namespace

const std::string& program_summary() {
  static const std::string text =
      "what a hardware fault does to a neural network on approximate arithmetic";
  return text;
}

const std::vector<Command>& commands() {
  static const std::vector<Command> list = {
      {"run", "run a network on an accelerator: golden, faulty, mitigated", describe_run,
       run_run_command},
      {"init", "write a commented configuration to start from", describe_init, run_init_command},
      {"list", "multipliers, models, data sets, accelerators, mitigations, configurations",
       describe_list, run_list_command},
      {"gemm", "one matrix product on an accelerator: cycles by cause", describe_gemm,
       run_gemm_command},
      {"mma", "latency and throughput of a GPU's tensor cores", describe_mma, run_mma_command},
      {"campaign", "thousands of faults on the table engine, with stated confidence",
       describe_campaign, run_campaign_command},
      {"trace", "waveforms of a run, faulty beside golden, nets of PEs included", describe_trace,
       run_trace_command},
      {"merge", "join the results files of a campaign's shards", describe_merge, run_merge_command},
      {"query", "accuracy and outcomes in a results file by fault, bit, PE, mitigation, ...",
       describe_query, run_query_command},
      {"report", "one HTML page about campaigns and runs, to open anywhere", describe_report,
       run_report_command},
      {"sites", "fault sites of a multiplier: classes, undetectable faults, errors", describe_sites,
       run_sites_command},
      {"netlist", "inspect, emit, generate and cost multiplier netlists", nullptr, nullptr,
       netlist_actions()},
      {"evolve", "approximate multipliers by genetic programming", describe_evolve,
       run_evolve_command},
      {"docs", "manual pages, shell completion, references", nullptr, nullptr, docs_actions()},
      {"version", "version and revision", describe_version, run_version_command},
  };
  return list;
}

}  // namespace faultwave::app
