// The faults that a campaign tries in one cell, collapsed to classes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "campaign/campaign_config.hpp"
#include "campaign/results_records.hpp"
#include "fault/fault.hpp"
#include "fault/pe_space.hpp"
#include "netlist/netlist.hpp"

namespace faultwave::campaign {

/// Faults with equal product tables, or a single one.
struct TriedClass {
  fault::Fault representative;    ///< `pe` is set where `has_pe`
  bool has_pe = false;            ///< a fault file named the PE
  bool is_undetectable = false;   ///< no operands show it: nothing to simulate
  FaultRow row;                   ///< without the ids
  std::vector<uint32_t> members;  ///< indices of faults
};

/// All faults, and the classes that stand for them.
struct TriedFaults {
  std::vector<TriedClass> classes;
  std::vector<uint32_t> class_of;  ///< per fault of the universe
  uint64_t size() const { return class_of.size(); }
};

/// ConfigError when a fault file has a bad line. `gate_level`: partial sums belong to the
/// registers.
TriedFaults tried_faults(const CampaignConfig& config, const netlist::Netlist& multiplier,
                         const fault::PeSpace& space, bool weight_on_port_a, bool gate_level);

/// "7" (highest output bit that the class reaches), "12" (level) or "".
std::string stratum_of(const TriedClass& tried, Strata strata);

}  // namespace faultwave::campaign
