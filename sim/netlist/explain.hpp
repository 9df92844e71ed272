// Everything about one fault site: what it is connected to and what its faults do.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "netlist/collapse.hpp"
#include "netlist/fault_site.hpp"
#include "netlist/netlist.hpp"

namespace faultwave::netlist {

/// What reads a net: pin `pin` of gate `gate`, or (gate < 0) output bit `output_bit`.
struct Reader {
  int32_t gate = -1;
  int pin = -1;
  int output_bit = -1;
};

/// What one fault of the site does.
struct ExplainedFault {
  NetFault fault;
  bool is_undetectable = false;  ///< the product table is the golden one
  FaultEffect effect;
  /// The other stuck-at faults of the netlist with the same product table.
  std::vector<NetFault> equivalents;
  /// Operand codes with the largest |faulty - golden|, the first such pair, and both products.
  int worst_a = 0;
  int worst_b = 0;
  int32_t golden_product = 0;
  int32_t faulty_product = 0;
};

/// What a site is connected to and what its faults do.
struct SiteExplanation {
  Site site;
  int32_t driver = -1;        ///< gate that drives the net, -1 for an operand bit
  std::string expression;     ///< "a & b" with net names; "" for an operand bit
  int level = 0;              ///< longest path from the operands, in gates
  int levels_to_output = -1;  ///< longest path from the site to the product; -1 when there is none
  int depth = 0;              ///< of the netlist
  double one_percent = 0;     ///< share of operand pairs for which the net is 1, healthy
  std::vector<NetId> fan_in;  ///< inputs of the driver; of a branch its stem
  std::vector<Reader> fan_out;       ///< of a branch the one pin
  std::size_t num_gates_before = 0;  ///< gates that the net depends on, its driver included
  std::size_t num_gates_behind = 0;  ///< gates that depend on the site
  std::vector<NetId> operand_bits;   ///< ports that the net depends on by structure
  uint16_t reachable_outputs = 0;    ///< output bits behind the site by structure
  std::vector<ExplainedFault> faults;
};

/// Explains `site` with its faults of `kinds`.
SiteExplanation explain_site(const Netlist& netlist, const Site& site,
                             const std::vector<FaultKind>& kinds);

}  // namespace faultwave::netlist
