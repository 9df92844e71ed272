// The fault universe of a multiplier: exact functional classes and what each class does.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "netlist/fault_site.hpp"
#include "netlist/netlist.hpp"

namespace faultwave::netlist {

/// What a fault does to the product, against the golden table of the same netlist, over all 65,536
/// operand pairs.
struct FaultEffect {
  double mae = 0;                ///< mean |faulty - golden|
  int64_t wce = 0;               ///< max |faulty - golden|
  double ep_percent = 0;         ///< share of pairs with another product, percent
  double mean_error = 0;         ///< mean of faulty - golden, signed
  uint16_t changed_outputs = 0;  ///< bit i: output bit i differs for some pair
};

/// Faults with one and the same product table.
struct FaultClass {
  FaultEffect effect;
  /// Indices into FaultUniverse::faults, ascending; the first one represents the class. Stems come
  /// before branches, so that a class is represented by a stem wherever it has one.
  std::vector<uint32_t> members;
};

/// All faults of a netlist in classes of equal product tables.
struct FaultUniverse {
  std::vector<NetFault> faults;
  /// Per fault its index in `classes`, or kUndetectable.
  std::vector<int32_t> class_of;
  /// In the order of their representatives.
  std::vector<FaultClass> classes;

  static constexpr int32_t kUndetectable = -1;
  /// Number of faults whose table is the golden one: no operands show them.
  std::size_t num_undetectable() const;
};

/// Simulates every fault alone over all operand pairs and groups equal product tables. Equality is
/// exact: tables with the same hash are compared bit by bit.
FaultUniverse collapse_faults(const Netlist& netlist, std::vector<NetFault> faults);

/// The universe of enumerate_stuck_at_faults.
FaultUniverse collapse_stuck_at_faults(const Netlist& netlist);

}  // namespace faultwave::netlist
