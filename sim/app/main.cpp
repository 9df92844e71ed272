// Entry point: picks the subcommand and turns every exception into a message and an exit status.

#include <csignal>
#include <exception>
#include <iostream>

#include "app/commands.hpp"
#include "base/error.hpp"
#include "base/suggest.hpp"

namespace faultwave::app {
namespace {

enum ExitStatus { kOk = 0, kCheckFailed = 1, kUsage = 2, kBadInput = 3, kInternal = 4 };

void print_help(std::ostream& out) {
  out << "faultwave: what a hardware fault does to a neural network on approximate arithmetic\n\n"
         "usage: faultwave COMMAND [options]\n\ncommands\n";
  for (const Command& command : commands()) {
    out << fmt::format("  {:<9} {}\n", command.name, command.summary);
  }
  out << "\n'faultwave COMMAND --help' shows the options of a command.\n"
         "exit status: 0 ok, 1 a check failed, 2 usage, 3 bad input, 4 internal error\n";
}

int dispatch(const Arguments& arguments) {
  if (arguments.empty()) {
    print_help(std::cerr);
    return kUsage;
  }
  const std::string& name = arguments.front();
  if (name == "--help" || name == "-h" || name == "help") {
    print_help(std::cout);
    return kOk;
  }
  const Arguments rest(arguments.begin() + 1, arguments.end());
  if (name == "--version") return run_version_command(rest);
  std::vector<std::string> names;
  for (const Command& command : commands()) {
    if (command.name == name) return command.run(rest);
    names.push_back(command.name);
  }
  throw UsageError(fmt::format("unknown command '{}'\n  fix: {}", name, suggestion(name, names)));
}

int report(const char* kind, const std::exception& error, int status) {
  std::cout.flush();
  std::cerr << "faultwave: " << kind << error.what() << std::endl;
  return status;
}

int guarded_main(const Arguments& arguments) {
  try {
    return dispatch(arguments);
  } catch (const CheckError& error) {
    return report("check failed: ", error, kCheckFailed);
  } catch (const UsageError& error) {
    return report("", error, kUsage);
  } catch (const Error& error) {
    return report("", error, kBadInput);
  } catch (const std::bad_alloc&) {
    std::cerr << "faultwave: out of memory\n  fix: use fewer images (--limit) or a smaller array\n";
    return kBadInput;
  } catch (const std::exception& error) {
    return report("internal error: ", error, kInternal);
  }
}

}  // namespace

const std::vector<Command>& commands() {
  static const std::vector<Command> list = {
      {"run", "run a network on an accelerator: golden, faulty, mitigated", run_run_command},
      {"gemm", "one matrix product on an accelerator: cycles by cause", run_gemm_command},
      {"mma", "latency and throughput of a GPU's tensor cores", run_mma_command},
      {"campaign", "thousands of faults on the table engine, with stated confidence",
       run_campaign_command},
      {"trace", "waveforms of a run, faulty beside golden, nets of PEs included",
       run_trace_command},
      {"merge", "join the results files of a campaign's shards", run_merge_command},
      {"query", "accuracy and outcomes in a results file by fault, bit, PE, mitigation, ...",
       run_query_command},
      {"report", "one HTML page about campaigns and runs, to open anywhere", run_report_command},
      {"sites", "fault sites of a multiplier: classes, undetectable faults, errors",
       run_sites_command},
      {"netlist", "inspect, emit, generate and cost multiplier netlists", run_netlist_command},
      {"evolve", "approximate multipliers by genetic programming", run_evolve_command},
      {"version", "version and revision", run_version_command},
  };
  return list;
}

}  // namespace faultwave::app

int main(int argc, char** argv) {
  // A limit on file sizes (ulimit -f) is an error to report, no reason to die.
  std::signal(SIGXFSZ, SIG_IGN);
  const faultwave::app::Arguments arguments(argv + 1, argv + argc);
  const int status = faultwave::app::guarded_main(arguments);
  std::cout.flush();
  if (status == 0 && !std::cout) {
    std::cerr << "faultwave: cannot write to standard output\n";
    return faultwave::app::kBadInput;
  }
  return status;
}
