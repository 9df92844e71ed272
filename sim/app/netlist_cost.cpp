// `faultwave netlist cost`: area, energy and delay of circuits under one model.
#include <filesystem>

#include "app/commands.hpp"
#include "app/options.hpp"
#include "base/error.hpp"
#include "base/progress.hpp"
#include "evolve/report.hpp"
#include "netlist/energy.hpp"
#include "netlist/evaluate.hpp"
#include "netlist/front_end.hpp"
#include "netlist/mapped_cost.hpp"
#include "netlist/metrics.hpp"

namespace faultwave::app {

namespace po = boost::program_options;

CommandLine describe_netlist_cost() {
  po::options_description options;
  // clang-format off
  options.add_options()
      ("netlist", po::value<std::vector<std::string>>()->value_name("MULTIPLIER")->required(),
       "multipliers: files or known names; repeatable")
      ("cells", po::value<std::string>()->value_name("FILE"),
       "Liberty file (default: rtl/cells/faultwave45.lib)")
      ("faults", "also the expected MAE under a random stuck-at fault")
      ("out", po::value<std::string>()->value_name("FILE")->default_value("-"), "CSV file to write");
  // clang-format on
  return {"netlist cost MULTIPLIER... [options]",
          "Area, energy and delay of circuits mapped to one cell library, as CSV.",
          {{"options", options}},
          {"netlist"}};
}

int run_netlist_cost(const Arguments& arguments) {
  po::variables_map values;
  if (!parse_options(describe_netlist_cost(), arguments, values)) return 0;
  const bool with_faults = values.count("faults") != 0;
  std::filesystem::path cells = netlist::default_cell_library();
  if (values.count("cells") != 0) cells = values["cells"].as<std::string>();
  const auto library = netlist::load_cell_library(cells);
  std::string csv =
      "name,signed,gates,mae,wce,area_um2_mapped,energy_pj_mapped,delay_ns_mapped,"
      "energy_pj_estimated";
  csv += with_faults ? ",fault_mae\n" : "\n";
  const Activity activity("cost");
  for (const auto& name : values["netlist"].as<std::vector<std::string>>()) {
    const auto circuit = netlist::load_netlist(netlist::find_netlist(name));
    const auto metrics = netlist::error_metrics(netlist::product_table(circuit));
    const auto cost = netlist::mapped_cost(circuit, library);
    csv += fmt::format("{},{},{},{:.6f},{},{:.4f},{:.6f},{:.6f},{:.6f}", circuit.name,
                       circuit.is_signed ? 1 : 0, circuit.num_gates(), metrics.mae, metrics.wce,
                       cost.area_um2, cost.energy_pj, cost.delay_ns,
                       netlist::estimated_energy_pj(circuit));
    csv += with_faults ? fmt::format(",{:.6f}\n", evolve::expected_fault_mae(circuit)) : "\n";
  }
  write_output(values["out"].as<std::string>(), csv);
  return 0;
}

}  // namespace faultwave::app
