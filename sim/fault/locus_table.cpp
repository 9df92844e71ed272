#include "fault/locus_table.hpp"

#include <vector>

#include "base/error.hpp"
#include "fault/force_bits.hpp"
#include "netlist/evaluate.hpp"

namespace faultwave::fault {
namespace {

/// Forced bits of one 8-bit operand register: code -> (code & keep) ^ flip.
struct OperandMask {
  uint8_t keep = 0xFF;
  uint8_t flip = 0;

  void force(int bit, netlist::FaultKind kind) {
    force_bits(keep, flip, static_cast<uint8_t>(1u << static_cast<unsigned>(bit)), kind);
  }
  unsigned apply(unsigned code) const { return (code & keep) ^ flip; }
  bool is_identity() const { return keep == 0xFF && flip == 0; }
};

netlist::ProductTable with_forced_operands(const netlist::ProductTable& table,
                                           const OperandMask& port_a, const OperandMask& port_b) {
  netlist::ProductTable forced;
  forced.is_signed = table.is_signed;
  for (unsigned b = 0; b < 256; ++b) {
    for (unsigned a = 0; a < 256; ++a) {
      forced.raw[a + 256 * b] = table.raw[port_a.apply(a) + 256 * port_b.apply(b)];
    }
  }
  return forced;
}

}  // namespace

LocusTable locus_table(const netlist::Netlist& multiplier, std::span<const Fault> faults_of_one_pe,
                       bool weight_on_port_a) {
  LocusTable result;
  OperandMask weight;
  OperandMask activation;
  std::vector<netlist::NetFault> net_faults;
  for (const auto& fault : faults_of_one_pe) {
    FAULTWAVE_CHECK(fault.window.is_permanent(), "a product table needs permanent faults");
    switch (fault.unit) {
      case Unit::kMultiplier:
        net_faults.push_back({fault.site, fault.kind});
        break;
      case Unit::kWeight:
        weight.force(fault.bit, fault.kind);
        break;
      case Unit::kActivation:
        activation.force(fault.bit, fault.kind);
        break;
      case Unit::kPartialSum:
        result.omits_partial_sum_faults = true;
        break;
    }
  }
  result.table = netlist::product_table(multiplier, net_faults);
  if (!weight.is_identity() || !activation.is_identity()) {
    result.table = with_forced_operands(result.table, weight_on_port_a ? weight : activation,
                                        weight_on_port_a ? activation : weight);
  }
  return result;
}

}  // namespace faultwave::fault
