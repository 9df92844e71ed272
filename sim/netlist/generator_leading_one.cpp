#include "netlist/generator_leading_one.hpp"

#include <algorithm>
#include <bit>

#include "netlist/generator_columns.hpp"

namespace faultwave::netlist {

NetId ZeroAwareGates::op_and(NetId x, NetId y, const std::string& name) {
  return x == kNoNet || y == kNoNet ? kNoNet : builder_.op_and(x, y, name);
}

NetId ZeroAwareGates::any(std::vector<NetId> bits, const std::string& name) {
  std::erase(bits, kNoNet);
  if (bits.empty()) return kNoNet;
  NetId result = bits.front();
  for (std::size_t k = 1; k < bits.size(); ++k) {
    const bool is_last = k + 1 == bits.size();
    result = builder_.op_or(result, bits[k], is_last ? name : fmt::format("{}_{}", name, k));
  }
  return result;
}

NetId ZeroAwareGates::select_one(const std::vector<NetId>& select, const std::vector<NetId>& value,
                                 const std::string& name) {
  std::vector<NetId> terms;
  for (std::size_t k = 0; k < select.size(); ++k) {
    terms.push_back(op_and(select[k], value[k], fmt::format("{}_t{}", name, k)));
  }
  return any(std::move(terms), name);
}

std::vector<NetId> ZeroAwareGates::shift_left(std::vector<NetId> value,
                                              const std::vector<NetId>& amount, std::size_t width,
                                              const std::string& name) {
  value.resize(width, kNoNet);
  for (std::size_t stage = 0; stage < amount.size(); ++stage) {
    const std::size_t distance = std::size_t{1} << stage;
    const NetId stay = builder_.op_not(amount[stage], fmt::format("{}{}_stay", name, stage));
    std::vector<NetId> shifted(width, kNoNet);
    for (std::size_t bit = 0; bit < width; ++bit) {
      const NetId from = bit >= distance ? value[bit - distance] : kNoNet;
      shifted[bit] = select_one({stay, amount[stage]}, {value[bit], from},
                                fmt::format("{}{}_{}", name, stage, bit));
    }
    value = std::move(shifted);
  }
  return value;
}

std::vector<NetId> ZeroAwareGates::sum(const std::vector<NetId>& x, const std::vector<NetId>& y,
                                       const std::string& name) {
  ColumnAdder adder(builder_);
  std::vector<NetId> result;
  NetId carry = kNoNet;
  for (std::size_t bit = 0; bit < std::max(x.size(), y.size()); ++bit) {
    std::vector<NetId> bits = {bit < x.size() ? x[bit] : kNoNet, bit < y.size() ? y[bit] : kNoNet,
                               carry};
    std::erase(bits, kNoNet);
    carry = kNoNet;
    if (bits.empty()) {
      result.push_back(kNoNet);
      continue;
    }
    const auto added = adder.add(bits, fmt::format("{}_{}", name, bit));
    result.push_back(added.sum);
    carry = added.carry;
  }
  result.push_back(carry);
  return result;
}

std::vector<NetId> ZeroAwareGates::encode(const std::vector<NetId>& one_hot,
                                          const std::string& name) {
  std::vector<NetId> number;
  for (std::size_t bit = 0; (std::size_t{1} << bit) < one_hot.size(); ++bit) {
    std::vector<NetId> terms;
    for (std::size_t k = 0; k < one_hot.size(); ++k) {
      if (((k >> bit) & 1u) != 0) terms.push_back(one_hot[k]);
    }
    number.push_back(any(std::move(terms), fmt::format("{}_{}", name, bit)));
  }
  return number;
}

LeadingOne leading_one(NetlistBuilder& builder, const std::vector<NetId>& operand,
                       std::size_t lowest, const std::string& name) {
  LeadingOne result;
  result.one_hot.assign(operand.size(), kNoNet);
  NetId above = operand.back();
  result.one_hot.back() = above;
  for (std::size_t t = operand.size() - 1; t-- > lowest;) {
    const NetId none = builder.op_not(above, fmt::format("{}_none{}", name, t));
    result.one_hot[t] = builder.op_and(operand[t], none, fmt::format("{}_l{}", name, t));
    above = builder.op_or(above, operand[t], fmt::format("{}_any{}", name, t));
  }
  result.exists = above;
  return result;
}

}  // namespace faultwave::netlist
