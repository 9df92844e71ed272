// Product tables of faulty multipliers for many trials: fault simulation that keeps the golden
// planes.
#pragma once

#include <map>
#include <span>
#include <tuple>
#include <vector>

#include "driver/locus_tables.hpp"
#include "driver/multiplier.hpp"
#include "fault/fault.hpp"
#include "netlist/fault_simulator.hpp"

namespace faultwave::campaign {

/// One object per thread.
class FaultTables {
 public:
  /// `multiplier` must outlive the object. Keeps up to `max_kept` tables of 128 KiB.
  FaultTables(const driver::Multiplier& multiplier, bool weight_on_port_a, std::size_t max_kept);

  /// driver::build_locus_tables for the faults of one trial.
  driver::LocusTables build(const std::vector<fault::Fault>& faults, const fault::PeSpace& space);

 private:
  netlist::ProductTable table_of(std::span<const fault::Fault> faults);

  const driver::Multiplier& multiplier_;
  bool weight_on_port_a_;
  std::size_t max_kept_;
  netlist::FaultSimulator simulator_;
  /// Of single faults in the multiplier.
  std::map<std::tuple<netlist::NetId, int32_t, int, int>, netlist::ProductTable> kept_;
};

}  // namespace faultwave::campaign
