// Small multipliers for tests, built gate by gate.
#pragma once

#include <vector>

#include "netlist/netlist_builder.hpp"

namespace faultwave::test_support {

/// Carry-save array of AND partial products; exact. Signed: Baugh-Wooley.
inline netlist::Netlist array_multiplier(bool is_signed = false) {
  using netlist::NetId;
  netlist::NetlistBuilder builder(is_signed ? "test_array_signed" : "test_array");
  std::vector<std::vector<NetId>> columns(16);
  for (int i = 0; i < 8; ++i) {
    for (int j = 0; j < 8; ++j) {
      const bool complement = is_signed && (i == 7) != (j == 7);
      columns[static_cast<std::size_t>(i + j)].push_back(
          builder.gate(complement ? netlist::GateKind::kNand : netlist::GateKind::kAnd,
                       {builder.a(i), builder.b(j)}, fmt::format("pp_{}_{}", i, j)));
    }
  }
  if (is_signed) {
    columns[8].push_back(builder.constant(true));
    columns[15].push_back(builder.constant(true));
  }
  std::vector<NetId> outputs;
  int count = 0;
  for (std::size_t c = 0; c < 16; ++c) {
    while (columns[c].size() > 1) {
      const bool full = columns[c].size() > 2;
      const NetId x = columns[c][0];
      const NetId y = columns[c][1];
      const std::string name = fmt::format("add{}", count++);
      const auto result =
          full ? builder.full_adder(x, y, columns[c][2], name) : builder.half_adder(x, y, name);
      columns[c].erase(columns[c].begin(), columns[c].begin() + (full ? 3 : 2));
      columns[c].push_back(result.sum);
      if (c + 1 < 16) columns[c + 1].push_back(result.carry);
    }
    outputs.push_back(columns[c].empty() ? builder.constant(false) : columns[c].front());
  }
  return builder.finish(outputs, is_signed);
}

}  // namespace faultwave::test_support
