#include "campaign/fault_tables.hpp"

#include "fault/locus_table.hpp"

namespace faultwave::campaign {

FaultTables::FaultTables(const driver::Multiplier& multiplier, bool weight_on_port_a,
                         std::size_t max_kept)
    : multiplier_(multiplier),
      weight_on_port_a_(weight_on_port_a),
      max_kept_(max_kept),
      simulator_(multiplier.netlist) {}

driver::LocusTables FaultTables::build(const std::vector<fault::Fault>& faults,
                                       const fault::PeSpace& space) {
  return driver::build_locus_tables(
      faults, space, [this](std::span<const fault::Fault> of_pe) { return table_of(of_pe); });
}

netlist::ProductTable FaultTables::table_of(std::span<const fault::Fault> faults) {
  if (faults.empty()) return multiplier_.table;
  if (faults.size() > 1 || faults[0].unit != fault::Unit::kMultiplier) {
    return fault::locus_table(multiplier_.netlist, faults, weight_on_port_a_).table;
  }
  const netlist::NetFault fault{faults[0].site, faults[0].kind};
  const std::tuple key(fault.site.net, fault.site.gate, int{fault.site.pin},
                       static_cast<int>(fault.kind));
  const auto known = kept_.find(key);
  if (known != kept_.end()) return known->second;
  simulator_.simulate({&fault, 1});
  auto table = simulator_.table();
  if (kept_.size() < max_kept_) kept_.emplace(key, table);
  return table;
}

}  // namespace faultwave::campaign
