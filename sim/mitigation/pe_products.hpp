// What a PE adds to its partial sum, in the operand domain of the number format.
#pragma once

#include "netlist/number_format.hpp"
#include "netlist/product_table.hpp"

namespace faultwave::mitigation {

/// A product table behind a number format and an operand order. A view: `table` must outlive it.
struct PeProducts {
  const netlist::ProductTable* table = nullptr;
  netlist::NumberFormat format = netlist::NumberFormat::kAffineU8;
  bool weight_on_port_a = true;

  /// What the PE adds for an activation (0..255) and the weight loaded into it: the table's product
  /// of their codes, negated where the code says so.
  int32_t product(int activation, int weight) const {
    return product(netlist::encode_activation(format, activation),
                   netlist::encode_weight(format, weight));
  }
  int32_t product(uint8_t activation_code, netlist::WeightCode weight) const {
    const int32_t value = weight_on_port_a ? table->at(weight.code, activation_code)
                                           : table->at(activation_code, weight.code);
    return weight.negative ? -value : value;
  }
};

}  // namespace faultwave::mitigation
