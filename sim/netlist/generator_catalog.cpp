// The multipliers that ship in rtl/multipliers, and their catalog.

#include "netlist/energy.hpp"
#include "netlist/evaluate.hpp"
#include "netlist/generator.hpp"
#include "netlist/metrics.hpp"

namespace faultwave::netlist {

const std::vector<GeneratorRequest>& shipped_multipliers() {
  static const std::vector<GeneratorRequest> kShipped = {
      {"array", {}, {}},
      {"dadda", {}, {}},
      {"baugh_wooley", {}, {}},
      {"truncated", {{"columns", 4}}, {}},
      {"truncated", {{"columns", 6}}, {}},
      {"truncated", {{"columns", 8}}, {}},
      {"truncated", {{"columns", 8}, {"correction", 1}}, {}},
      {"broken_array", {{"h", 2}, {"v", 6}}, {}},
      {"broken_array", {{"h", 3}, {"v", 8}}, {}},
      {"broken_array", {{"h", 4}, {"v", 9}}, {}},
      {"underdesigned", {{"columns", 8}}, {}},
      {"underdesigned", {{"columns", 16}}, {}},
      {"compressor", {{"design", 1}, {"columns", 8}}, {}},
      {"compressor", {{"design", 2}, {"columns", 8}}, {}},
      {"compressor", {{"design", 2}, {"columns", 12}}, {}},
      {"compressor", {{"design", 2}, {"columns", 16}}, {}},
      {"lower_or", {{"bits", 8}}, {}},
      {"lower_or", {{"bits", 10}}, {}},
      {"drum", {{"k", 4}}, {}},
      {"drum", {{"k", 6}}, {}},
      {"mitchell", {}, {}},
      {"signed_truncated", {{"columns", 6}}, {}},
      {"signed_truncated", {{"columns", 8}, {"correction", 1}}, {}},
      {"signed_broken_array", {{"h", 2}, {"v", 6}}, {}},
  };
  return kShipped;
}

std::string generator_catalog(std::span<const GeneratedMultiplier> multipliers) {
  std::string csv =
      "name,family,parameters,signed,gates,depth,mae,wce,ep_percent,mse,mre_percent,"
      "energy_pj_estimated,delay_ns_estimated,table_sha256\n";
  for (const auto& multiplier : multipliers) {
    const Netlist& netlist = multiplier.netlist;
    const auto table = product_table(netlist);
    const auto metrics = error_metrics(table);
    csv += fmt::format("{},{},{},{},{},{},{:.6f},{},{:.6f},{:.6f},{:.6f},{:.6f},{:.6f},{}\n",
                       netlist.name, multiplier.family, values_text(multiplier.values),
                       netlist.is_signed ? 1 : 0, netlist.num_gates(), netlist.depth(), metrics.mae,
                       metrics.wce, metrics.ep_percent, metrics.mse, metrics.mre_percent,
                       estimated_energy_pj(netlist), estimated_delay_ns(netlist), table.sha256());
  }
  return csv;
}

}  // namespace faultwave::netlist
