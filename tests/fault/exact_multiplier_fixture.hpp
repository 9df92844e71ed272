// An exact 8x8 array multiplier with known net names, for tests.
#pragma once

#include <fmt/format.h>

#include <vector>

#include "netlist/netlist_builder.hpp"

namespace faultwave::fault {

/// Unsigned; partial product (i, j) is net "pp_i_j", adders are "add_i_j".
inline netlist::Netlist exact_multiplier() {
  netlist::NetlistBuilder builder("exact");
  std::vector<netlist::NetId> sum(16, netlist::kNoNet);
  for (int j = 0; j < 8; ++j) {
    netlist::NetId carry = netlist::kNoNet;
    for (int i = 0; i <= 8; ++i) {
      netlist::NetId& place = sum[static_cast<size_t>(i + j)];
      if (i == 8) {
        if (carry != netlist::kNoNet) place = carry;
        break;
      }
      const auto partial =
          builder.op_and(builder.a(i), builder.b(j), fmt::format("pp_{}_{}", i, j));
      const std::string name = fmt::format("add_{}_{}", i, j);
      netlist::NetlistBuilder::SumCarry added{partial, carry};
      if (place != netlist::kNoNet && carry != netlist::kNoNet) {
        added = builder.full_adder(place, partial, carry, name);
      } else if (place != netlist::kNoNet) {
        added = builder.half_adder(place, partial, name);
      } else if (carry != netlist::kNoNet) {
        added = builder.half_adder(partial, carry, name);
      }
      place = added.sum;
      carry = added.carry;
    }
  }
  for (auto& net : sum) {
    if (net == netlist::kNoNet) net = builder.constant(false);
  }
  return builder.finish(sum, false);
}

}  // namespace faultwave::fault
