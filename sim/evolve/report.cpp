#include "evolve/report.hpp"

#include <cmath>

#include "evolve/pair_chunks.hpp"
#include "netlist/energy.hpp"
#include "netlist/evaluate.hpp"
#include "netlist/mapped_cost.hpp"
#include "netlist/metrics.hpp"
#include "netlist/verilog_writer.hpp"

namespace faultwave::evolve {
namespace {

using netlist::GateKind;

std::string limit_text(const Target& target) {
  const bool is_percent = target.metric == Metric::kMre || target.metric == Metric::kEp;
  return fmt::format("{} <= {}{}", to_string(target.metric), target.limit, is_percent ? " %" : "");
}

std::string objective_text(const Target& target) {
  switch (target.objective) {
    case Objective::kArea:
      return "smallest area of its gates";
    case Objective::kPower:
      return "smallest switched area of its gates";
    case Objective::kFault:
      return "smallest expected error under a random stuck-at fault" +
             (target.area_limit == 0 ? std::string()
                                     : fmt::format(", area of its gates <= {:.4f} um^2",
                                                   static_cast<double>(target.area_limit) * 1e-4));
  }
  return {};
}

}  // namespace

GateCosts gate_costs(const netlist::CellLibrary& library) {
  GateCosts costs{};
  for (std::size_t kind = 0; kind < costs.size(); ++kind) {
    costs[kind] = static_cast<uint32_t>(
        std::llround(library.gate_area_um2(static_cast<GateKind>(kind)) * 1e4));
  }
  return costs;
}

double expected_fault_mae(const netlist::Netlist& netlist) {
  Decoder decoder({});
  const auto pairs = make_pair_chunks(shuffled_order(), netlist.is_signed, false);
  FaultErrorEvaluator evaluator(pairs);
  return evaluator.evaluate(decoder.decode(to_genome(netlist, 0)), pairs.num_chunks).mean();
}

std::string regenerate_command(const EvolvedMultiplier& multiplier) {
  const SearchSettings& settings = multiplier.settings;
  const Target& target = settings.target;
  std::string command =
      fmt::format("faultwave evolve --width 8{} --metric {} --limit {}",
                  target.is_signed ? " --signed" : "", to_string(target.metric), target.limit);
  command += fmt::format(" --objective {}", to_string(target.objective));
  if (target.area_limit > 0) {
    command += fmt::format(" --area-limit {}", static_cast<double>(target.area_limit) * 1e-4);
  }
  command += fmt::format(" --seed-netlist {} --seed {} --islands {} --offspring {}",
                         multiplier.seed_netlist, settings.seed, settings.num_islands,
                         settings.num_offspring);
  command += fmt::format(" --generations {} --out {}.v", multiplier.result.generations,
                         multiplier.result.netlist.name);
  return command;
}

std::string evolved_verilog(const EvolvedMultiplier& multiplier,
                            const netlist::CellLibrary& library) {
  const netlist::Netlist& netlist = multiplier.result.netlist;
  const Target& target = multiplier.settings.target;
  const auto metrics = netlist::error_metrics(netlist::product_table(netlist));
  const auto cost = netlist::mapped_cost(netlist, library);
  std::string text = fmt::format("{}: evolved, {}, {}\n", netlist.name, limit_text(target),
                                 objective_text(target));
  text += fmt::format("8x8 bits, {} operands and product\n\n",
                      netlist.is_signed ? "two's complement" : "unsigned");
  text += fmt::format(
      "Error over all 65,536 operand pairs: MAE {:.3f}, WCE {}, EP {:.3f} %, MRE {:.3f} %,\n"
      "  mean {:.3f}\n",
      metrics.mae, metrics.wce, metrics.ep_percent, metrics.mre_percent, metrics.mean_error);
  text += fmt::format(
      "Mapped to {}: {:.1f} um^2, {:.4f} pJ per multiplication, {:.2f} ns\n"
      "Expected MAE under a random stuck-at fault of this netlist: {:.1f}\n",
      library.path.filename().string(), cost.area_um2, cost.energy_pj, cost.delay_ns,
      expected_fault_mae(netlist));
  text += fmt::format(
      "Nets: pp_<i>_<j> = A[i] & B[j]; <gate>_<l>_<n> gate n of its kind at level l\n"
      "Method: Cartesian genetic programming, J. F. Miller and P. Thomson, EuroGP 2000\n\n");
  text += fmt::format("Generated in {:.0f} s, do not edit:\n  {}\n", multiplier.result.seconds,
                      regenerate_command(multiplier));
  return netlist::write_scalar_verilog(netlist, text);
}

std::string evolved_catalog_header() {
  return "name,family,parameters,signed,gates,depth,mae,wce,ep_percent,mse,mre_percent,"
         "energy_pj_estimated,delay_ns_estimated,table_sha256,area_um2_mapped,energy_pj_mapped,"
         "delay_ns_mapped,fault_mae\n";
}

std::string evolved_catalog_row(const EvolvedMultiplier& multiplier,
                                const netlist::CellLibrary& library) {
  const netlist::Netlist& netlist = multiplier.result.netlist;
  const Target& target = multiplier.settings.target;
  const auto table = netlist::product_table(netlist);
  const auto metrics = netlist::error_metrics(table);
  const auto cost = netlist::mapped_cost(netlist, library);
  const std::string parameters =
      fmt::format("metric={};limit={};objective={};seed={}", to_string(target.metric), target.limit,
                  to_string(target.objective), multiplier.settings.seed);
  return fmt::format(
      "{},evolved,{},{},{},{},{:.6f},{},{:.6f},{:.6f},{:.6f},{:.6f},{:.6f},{},{:.4f},{:.6f},{:.6f},"
      "{:.6f}\n",
      netlist.name, parameters, netlist.is_signed ? 1 : 0, netlist.num_gates(), netlist.depth(),
      metrics.mae, metrics.wce, metrics.ep_percent, metrics.mse, metrics.mre_percent,
      netlist::estimated_energy_pj(netlist), netlist::estimated_delay_ns(netlist), table.sha256(),
      cost.area_um2, cost.energy_pj, cost.delay_ns, expected_fault_mae(netlist));
}

}  // namespace faultwave::evolve
