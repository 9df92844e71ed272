// What PEs add to their partial sums, in the operand domain of the number format.
#pragma once

#include <vector>

#include "base/error.hpp"
#include "netlist/number_format.hpp"
#include "netlist/product_table.hpp"

namespace faultwave::mitigation {

/// The product tables that one weight meets, behind a number format and an operand order. A view:
/// the tables must outlive it.
struct PeProducts {
  /// One of the tables that a weight meets: on a GPU several lanes multiply it.
  struct Part {
    const netlist::ProductTable* table = nullptr;
    double count = 1;  ///< how often, relative to the other parts
  };

  PeProducts(const netlist::ProductTable* table, netlist::NumberFormat number_format,
             bool weight_is_on_port_a)
      : PeProducts(std::vector<Part>{{table, 1}}, number_format, weight_is_on_port_a) {}
  PeProducts(std::vector<Part> table_parts, netlist::NumberFormat number_format,
             bool weight_is_on_port_a)
      : parts(std::move(table_parts)),
        format(number_format),
        weight_on_port_a(weight_is_on_port_a) {}

  std::vector<Part> parts;
  netlist::NumberFormat format;
  bool weight_on_port_a;

  /// What a PE with `table` adds for an activation (0..255) and the weight loaded into it: the
  /// table's product of their codes, negated where the code says so.
  int32_t product(const netlist::ProductTable& table, int activation, int weight) const {
    return product(table, netlist::encode_activation(format, activation),
                   netlist::encode_weight(format, weight));
  }
  int32_t product(const netlist::ProductTable& table, uint8_t activation_code,
                  netlist::WeightCode weight) const {
    const int32_t value = weight_on_port_a ? table.at(weight.code, activation_code)
                                           : table.at(activation_code, weight.code);
    return weight.negative ? -value : value;
  }
};

}  // namespace faultwave::mitigation
