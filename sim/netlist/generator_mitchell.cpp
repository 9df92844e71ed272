// Mitchell's multiplier: adds binary logarithms whose fractions are the operands' own bits.
#include "netlist/generator_columns.hpp"
#include "netlist/generator_families.hpp"
#include "netlist/generator_leading_one.hpp"

namespace faultwave::netlist {
namespace {

constexpr std::size_t kFractionBits = 7;

struct Logarithm {
  /// Fraction (7 bits), then the characteristic (3 bits).
  std::vector<NetId> bits;
  NetId is_nonzero = kNoNet;
};

/// log2 of 2^t * (1 + f) is taken as t + f.
Logarithm logarithm(NetlistBuilder& builder, const std::vector<NetId>& operand,
                    const std::string& name) {
  ZeroAwareGates gates(builder);
  const LeadingOne leading = leading_one(builder, operand, 0, name);
  Logarithm result;
  for (std::size_t bit = 0; bit < kFractionBits; ++bit) {
    std::vector<NetId> values;
    for (std::size_t t = 0; t < operand.size(); ++t) {
      // Bit `bit` of the fraction is worth 2^(bit - 7) of the leading one at t.
      values.push_back(bit + t >= kFractionBits ? operand[bit + t - kFractionBits] : kNoNet);
    }
    result.bits.push_back(
        gates.select_one(leading.one_hot, values, fmt::format("{}_f{}", name, bit)));
  }
  const auto characteristic = gates.encode(leading.one_hot, name + "_k");
  result.bits.insert(result.bits.end(), characteristic.begin(), characteristic.end());
  result.is_nonzero = leading.exists;
  return result;
}

Netlist build(const std::string& name, const GeneratorValues&) {
  NetlistBuilder builder(name);
  ZeroAwareGates gates(builder);
  std::vector<NetId> a;
  std::vector<NetId> b;
  for (int bit = 0; bit < 8; ++bit) {
    a.push_back(builder.a(bit));
    b.push_back(builder.b(bit));
  }
  const Logarithm a_log = logarithm(builder, a, "a");
  const Logarithm b_log = logarithm(builder, b, "b");
  const auto log = gates.sum(a_log.bits, b_log.bits, "log");
  const auto point = log.begin() + static_cast<std::ptrdiff_t>(kFractionBits);
  // Antilogarithm: 1.f times two to the power of the characteristic; zero when an operand is zero.
  std::vector<NetId> mantissa(log.begin(), point);
  mantissa.push_back(builder.op_and(a_log.is_nonzero, b_log.is_nonzero, "is_nonzero"));
  for (std::size_t bit = 0; bit < kFractionBits; ++bit) {
    mantissa[bit] = builder.op_and(mantissa[bit], mantissa.back(), fmt::format("m_{}", bit));
  }
  const auto shifted =
      gates.shift_left(mantissa, {point, log.end()}, kProductBits + kFractionBits, "x");
  const std::vector<NetId> product(shifted.begin() + kFractionBits, shifted.end());
  return builder.finish(product, false);
}

}  // namespace

GeneratorFamily mitchell_family() {
  GeneratorFamily family;
  family.name = "mitchell";
  family.summary = "logarithmic multiplier with piecewise linear logarithm and antilogarithm";
  family.paper =
      "J. N. Mitchell, \"Computer Multiplication and Division Using Binary Logarithms\", IRE "
      "Transactions on Electronic Computers, vol. EC-11, no. 4, 1962";
  family.nets =
      "a_l<t>, b_l<t> leading one at bit t; a_f<k>, b_f<k> fractions; a_k_<k>, b_k_<k> "
      "characteristics; log_<k>_* their sum; m_<k> mantissa; x<s>_<c> stage s of the shifter";
  family.circuit_name = [](const GeneratorValues&) { return std::string("fw8u_mitchell"); };
  family.build = build;
  return family;
}

}  // namespace faultwave::netlist
