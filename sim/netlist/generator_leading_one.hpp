// Leading-one detection and shifting for the generators that work on normalised operands.
#pragma once

#include <string>
#include <vector>

#include "netlist/netlist_builder.hpp"

namespace faultwave::netlist {

/// Gates on bits that may be known zeros (kNoNet): a zero costs no gate.
class ZeroAwareGates {
 public:
  explicit ZeroAwareGates(NetlistBuilder& builder) : builder_(builder) {}

  NetId op_and(NetId x, NetId y, const std::string& name);
  /// OR of any number of bits, a chain of gates "<name>_<k>", the last one "<name>".
  NetId any(std::vector<NetId> bits, const std::string& name);
  /// OR over k of select[k] & value[k].
  NetId select_one(const std::vector<NetId>& select, const std::vector<NetId>& value,
                   const std::string& name);
  /// `value` shifted left by the binary number `amount` (bit 0 first), one stage per bit of it.
  /// Bits that leave `width` are dropped.
  std::vector<NetId> shift_left(std::vector<NetId> value, const std::vector<NetId>& amount,
                                std::size_t width, const std::string& name);
  /// Carry-ripple sum of two numbers, one bit longer than the longer one.
  std::vector<NetId> sum(const std::vector<NetId>& x, const std::vector<NetId>& y,
                         const std::string& name);
  /// Binary number whose value is the index of the one-hot bit.
  std::vector<NetId> encode(const std::vector<NetId>& one_hot, const std::string& name);

 private:
  NetlistBuilder& builder_;
};

/// Outputs of a leading-one detector.
struct LeadingOne {
  /// Bit t is one when t is the position of the leading one; kNoNet below `lowest`.
  std::vector<NetId> one_hot;
  /// One when there is a one at `lowest` or above.
  NetId exists = kNoNet;
};

/// Finds the leading one among bits `lowest` and above of `operand`; nets "<name>_l<t>",
/// "<name>_above<t>".
LeadingOne leading_one(NetlistBuilder& builder, const std::vector<NetId>& operand,
                       std::size_t lowest, const std::string& name);

}  // namespace faultwave::netlist
