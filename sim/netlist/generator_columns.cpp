#include "netlist/generator_columns.hpp"

#include <algorithm>

namespace faultwave::netlist {
namespace {

std::size_t index(int column) { return static_cast<std::size_t>(column); }

/// A sign bit of exactly one operand takes part.
bool is_negative_cell(int i, int j) { return (i == 7) != (j == 7); }

NetId inverted_product(NetlistBuilder& builder, int i, int j) {
  return builder.op_not(partial_product(builder, i, j), fmt::format("pp_{}_{}_n", i, j));
}

NetId cell(NetlistBuilder& builder, bool is_signed, int i, int j) {
  return is_signed && is_negative_cell(i, j) ? inverted_product(builder, i, j)
                                             : partial_product(builder, i, j);
}

/// An inverted cell adds 1 - x where -x is wanted: minus the weights of the kept ones.
unsigned inversion_constant(bool is_signed, const KeepCell& keep) {
  unsigned value = 0;
  for (int i = 0; is_signed && i < 8; ++i) {
    for (int j = 0; j < 8; ++j) {
      if (is_negative_cell(i, j) && keep(i, j)) value -= 1u << (i + j);
    }
  }
  return value & 0xFFFFu;
}

void push_carry(Columns& columns, int column, NetId carry) {
  if (carry != kNoNet && column < kProductBits) columns[index(column)].push_back(carry);
}

}  // namespace

ColumnAdder::SumCarry ColumnAdder::add(const std::vector<NetId>& bits, const std::string& name) {
  FAULTWAVE_CHECK(!bits.empty() && bits.size() <= 3, "{} bits in {}", bits.size(), name);
  std::vector<NetId> nets;
  std::copy_if(bits.begin(), bits.end(), std::back_inserter(nets),
               [](NetId bit) { return bit != kOne; });
  const std::size_t num_ones = bits.size() - nets.size();
  const NetId no_sum = num_ones % 2 == 1 ? kOne : kNoNet;
  const NetId ones_carry = num_ones >= 2 ? kOne : kNoNet;
  if (nets.empty()) return {no_sum, ones_carry};
  if (nets.size() == 1) {
    if (num_ones == 0) return {nets[0], kNoNet};
    if (num_ones == 2) return {nets[0], kOne};
    const NetId inverse = builder_.inverse_of(nets[0]);
    return {inverse == kNoNet ? builder_.op_not(nets[0], name + "_s") : inverse, nets[0]};
  }
  if (nets.size() == 3) return builder_.full_adder(nets[0], nets[1], nets[2], name);
  if (num_ones == 0) return builder_.half_adder(nets[0], nets[1], name);
  const NetId half = builder_.op_xor(nets[0], nets[1], name + "_p");
  return {builder_.op_not(half, name + "_s"), builder_.op_or(nets[0], nets[1], name + "_c")};
}

void ColumnAdder::reduce_to(Columns& columns, std::size_t height, int stage) {
  // Carries of this stage count in their column's height but are added in the next one.
  std::vector<NetId> carries_in;
  for (int c = 0; c < kProductBits; ++c) {
    std::vector<NetId>& bits = columns[index(c)];
    std::vector<NetId> carries_out;
    std::vector<NetId> done;
    std::size_t next = 0;
    int adder = 0;
    const auto total = [&] { return bits.size() - next + done.size() + carries_in.size(); };
    while (total() > height && bits.size() - next >= 2) {
      const std::size_t size = total() > height + 1 && bits.size() - next >= 3 ? 3 : 2;
      const auto begin = bits.begin() + static_cast<std::ptrdiff_t>(next);
      const auto result = add({begin, begin + static_cast<std::ptrdiff_t>(size)},
                              fmt::format("s{}_{}_{}", stage, c, adder++));
      next += size;
      if (result.sum != kNoNet) done.push_back(result.sum);
      if (result.carry != kNoNet) carries_out.push_back(result.carry);
    }
    done.insert(done.begin(), bits.begin() + static_cast<std::ptrdiff_t>(next), bits.end());
    done.insert(done.end(), carries_in.begin(), carries_in.end());
    bits = std::move(done);
    carries_in = std::move(carries_out);
  }
}

void ColumnAdder::reduce(Columns& columns) {
  int stage = 1;
  for (const std::size_t height :
       {std::size_t{6}, std::size_t{4}, std::size_t{3}, std::size_t{2}}) {
    const bool is_needed = std::any_of(columns.begin(), columns.end(),
                                       [height](const auto& bits) { return bits.size() > height; });
    if (is_needed) reduce_to(columns, height, stage++);
  }
}

NetId ColumnAdder::output(NetId bit) {
  if (bit == kNoNet) return builder_.constant(false);
  return bit == kOne ? builder_.constant(true) : bit;
}

std::vector<NetId> ColumnAdder::merge(const Columns& columns, int num_or_columns) {
  std::vector<NetId> product;
  NetId carry = kNoNet;
  for (int c = 0; c < kProductBits; ++c) {
    std::vector<NetId> bits = columns[index(c)];
    FAULTWAVE_CHECK(bits.size() <= 2, "column {} has {} bits", c, bits.size());
    if (c < num_or_columns && bits.size() == 2) {
      product.push_back(builder_.op_or(bits[0], bits[1], fmt::format("or_{}", c)));
      if (c == num_or_columns - 1) carry = builder_.op_and(bits[0], bits[1], "or_carry");
      continue;
    }
    if (carry != kNoNet) bits.push_back(carry);
    carry = kNoNet;
    if (bits.empty()) {
      product.push_back(output(kNoNet));
      continue;
    }
    const auto result = add(bits, fmt::format("f_{}", c));
    product.push_back(output(result.sum));
    carry = result.carry;
  }
  return product;
}

NetId partial_product(NetlistBuilder& builder, int i, int j) {
  return builder.op_and(builder.a(i), builder.b(j), fmt::format("pp_{}_{}", i, j));
}

Columns partial_products(NetlistBuilder& builder, bool is_signed, const KeepCell& keep) {
  Columns columns;
  for (int j = 0; j < 8; ++j) {
    for (int i = 0; i < 8; ++i) {
      if (keep(i, j)) columns[index(i + j)].push_back(cell(builder, is_signed, i, j));
    }
  }
  add_constant(columns, inversion_constant(is_signed, keep));
  return columns;
}

void add_constant(Columns& columns, unsigned value) {
  for (int c = 0; c < kProductBits; ++c) {
    if (((value >> c) & 1u) != 0) columns[index(c)].push_back(kOne);
  }
}

std::vector<NetId> array_product(NetlistBuilder& builder, bool is_signed, const KeepCell& keep) {
  ColumnAdder adder(builder);
  Columns rows;  // what the rows so far leave: at most a sum and a carry per column
  for (int j = 0; j < 8; ++j) {
    Columns next;
    for (int c = 0; c < kProductBits; ++c) {
      std::vector<NetId> bits = rows[index(c)];
      const int i = c - j;
      if (i >= 0 && i < 8 && keep(i, j)) bits.push_back(cell(builder, is_signed, i, j));
      if (bits.size() < 2) {
        next[index(c)].insert(next[index(c)].begin(), bits.begin(), bits.end());
        continue;
      }
      const auto result = adder.add(bits, fmt::format("r{}_{}", j, c));
      next[index(c)].insert(next[index(c)].begin(), result.sum);
      push_carry(next, c + 1, result.carry);
    }
    rows = std::move(next);
  }
  add_constant(rows, inversion_constant(is_signed, keep));
  adder.reduce(rows);
  return adder.merge(rows);
}

Netlist without_dead_gates(const Netlist& netlist) {
  std::vector<char> is_live(netlist.nets.size(), 0);
  for (const auto* port : {&netlist.port_a, &netlist.port_b, &netlist.port_o}) {
    for (const NetId net : *port) is_live[net] = 1;
  }
  for (auto gate = netlist.gates.rbegin(); gate != netlist.gates.rend(); ++gate) {
    if (is_live[gate->out] == 0) continue;
    for (const NetId net : gate->in) {
      if (net != kNoNet) is_live[net] = 1;
    }
  }
  Netlist result = netlist;
  result.nets.clear();
  result.gates.clear();
  std::vector<NetId> renumbered(netlist.nets.size(), kNoNet);
  for (NetId net = 0; net < netlist.nets.size(); ++net) {
    if (is_live[net] == 0) continue;
    renumbered[net] = static_cast<NetId>(result.nets.size());
    result.nets.push_back(netlist.nets[net]);
  }
  for (Gate gate : netlist.gates) {
    if (is_live[gate.out] == 0) continue;
    for (NetId& net : gate.in) net = net == kNoNet ? kNoNet : renumbered[net];
    gate.out = renumbered[gate.out];
    result.gates.push_back(gate);
  }
  for (auto* port : {&result.port_a, &result.port_b, &result.port_o}) {
    for (NetId& net : *port) net = renumbered[net];
  }
  result.validate();
  return result;
}

}  // namespace faultwave::netlist
