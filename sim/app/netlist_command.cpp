// `faultwave netlist info` and `faultwave netlist emit`.

#include <iostream>
#include <map>
#include <nlohmann/json.hpp>

#include "app/commands.hpp"
#include "app/netlist_options.hpp"
#include "app/options.hpp"
#include "base/error.hpp"
#include "netlist/energy.hpp"
#include "netlist/evaluate.hpp"
#include "netlist/fault_site.hpp"
#include "netlist/metrics.hpp"
#include "netlist/verilog_writer.hpp"

namespace faultwave::app {
namespace {

namespace po = boost::program_options;
using netlist::GateKind;
using netlist::Netlist;

/// Gates by name; constants are no gates.
std::map<std::string, int> gates_by_kind(const Netlist& netlist) {
  std::map<std::string, int> counts;
  for (const auto& gate : netlist.gates) {
    if (num_inputs(gate.kind) > 0) ++counts[std::string(gate_name(gate.kind))];
  }
  return counts;
}

nlohmann::ordered_json describe(const LoadedNetlist& loaded) {
  const Netlist& netlist = loaded.netlist;
  const auto table = product_table(netlist);
  const auto metrics = error_metrics(table);
  const auto kinds = gates_by_kind(netlist);
  nlohmann::ordered_json root;
  root["name"] = netlist.name;
  root["file"] = loaded.path.string();
  root["signed"] = netlist.is_signed;
  root["ports"] = {
      {"A", netlist.port_a.size()}, {"B", netlist.port_b.size()}, {"O", netlist.port_o.size()}};
  root["gates"] = netlist.num_gates();
  root["gates_by_kind"] = kinds;
  root["nets"] = netlist.nets.size();
  root["depth"] = netlist.depth();
  for (const auto net : netlist.port_o)
    root["outputs"].push_back(site_name(netlist, {net, -1, -1}));
  root["sites"] = enumerate_sites(netlist).size();
  root["mae"] = metrics.mae;
  root["wce"] = metrics.wce;
  root["ep_percent"] = metrics.ep_percent;
  root["mse"] = metrics.mse;
  root["mre_percent"] = metrics.mre_percent;
  root["mean_error"] = metrics.mean_error;
  root["area_nand2_estimated"] = estimated_area_nand2(netlist);
  root["energy_pj_estimated"] = estimated_energy_pj(netlist);
  root["delay_ns_estimated"] = estimated_delay_ns(netlist);
  root["table_sha256"] = table.sha256();
  return root;
}

std::string info_text(const nlohmann::ordered_json& info) {
  std::string kinds;
  for (const auto& [kind, count] : info["gates_by_kind"].items()) {
    kinds += fmt::format("{}{} {}", kinds.empty() ? "" : ", ", count.get<int>(), kind);
  }
  std::string text = fmt::format(
      "{} ({})\n  ports         A[7:0], B[7:0] -> O[15:0], {}\n  gates         {} ({})\n",
      info["name"].get<std::string>(), info["file"].get<std::string>(),
      info["signed"].get<bool>() ? "signed" : "unsigned", info["gates"].get<int>(), kinds);
  text += fmt::format("  nets          {}\n  depth         {} gates\n  fault sites   {}\n",
                      info["nets"].get<int>(), info["depth"].get<int>(), info["sites"].get<int>());
  text += fmt::format(
      "error against A * B over all 65,536 operand pairs\n"
      "  mae           {:.6g}\n  wce           {}\n  ep_percent    {:.4f}\n"
      "  mse           {:.6g}\n  mre_percent   {:.4f}\n  mean_error    {:.6g}\n",
      info["mae"].get<double>(), info["wce"].get<int64_t>(), info["ep_percent"].get<double>(),
      info["mse"].get<double>(), info["mre_percent"].get<double>(),
      info["mean_error"].get<double>());
  text += fmt::format(
      "estimates (45 nm, relative figures; docs/netlists.md)\n"
      "  area          {:.1f} NAND2\n  energy        {:.4f} pJ\n  delay         {:.3f} ns\n"
      "table_sha256    {}\n",
      info["area_nand2_estimated"].get<double>(), info["energy_pj_estimated"].get<double>(),
      info["delay_ns_estimated"].get<double>(), info["table_sha256"].get<std::string>());
  return text;
}

}  // namespace

CommandLine describe_netlist_info() {
  po::options_description options;
  add_netlist_options(options);
  options.add_options()("json", po::value<std::string>()->value_name("FILE"),
                        "write the figures as JSON ('-': stdout, no table)");
  return {"netlist info MULTIPLIER [options]",
          "Gates, nets, depth, error over all operands, and estimates of area, energy and delay.",
          {{"options", options}},
          {"netlist"}};
}

int run_netlist_info(const Arguments& arguments) {
  po::variables_map values;
  if (!parse_options(describe_netlist_info(), arguments, values)) return 0;
  const auto info = describe(load_named_netlist(values));
  const std::string json_path = values.count("json") != 0 ? values["json"].as<std::string>() : "";
  if (!json_path.empty()) write_output(json_path, info.dump(1) + "\n");
  if (json_path != "-") std::cout << info_text(info);
  return 0;
}

CommandLine describe_netlist_emit() {
  po::options_description options;
  add_netlist_options(options);
  // clang-format off
  options.add_options()
      ("lanes", po::value<int>()->value_name("N")->default_value(64),
       "lanes per net, 1 to 64; 0: the plain scalar module")
      ("faultable", "put keep and flip masks on every fault site")
      ("out", po::value<std::string>()->value_name("FILE")->default_value("-"), "file to write");
  // clang-format on
  return {"netlist emit MULTIPLIER [options]",
          "The netlist as Verilog, every net a bundle of lanes, as PE models are built from.",
          {{"options", options}},
          {"netlist"}};
}

int run_netlist_emit(const Arguments& arguments) {
  po::variables_map values;
  if (!parse_options(describe_netlist_emit(), arguments, values)) return 0;
  const int lanes = values["lanes"].as<int>();
  const bool is_faultable = values.count("faultable") != 0;
  if (lanes < 0 || lanes > 64) {
    throw UsageError(fmt::format("--lanes {}: 1 to 64 lanes, or 0 for the scalar module", lanes));
  }
  if (lanes == 0 && is_faultable) throw UsageError("--faultable needs --lanes of at least 1");
  const auto loaded = load_named_netlist(values);
  const std::string verilog = lanes == 0
                                  ? write_scalar_verilog(loaded.netlist)
                                  : write_lane_verilog(loaded.netlist, {lanes, is_faultable});
  write_output(values["out"].as<std::string>(), verilog);
  return 0;
}

}  // namespace faultwave::app
