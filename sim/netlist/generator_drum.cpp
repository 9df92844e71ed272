// DRUM: multiplies the k bits from the leading one of each operand.
#include "netlist/generator_columns.hpp"
#include "netlist/generator_families.hpp"
#include "netlist/generator_leading_one.hpp"

namespace faultwave::netlist {
namespace {

struct Segment {
  std::vector<NetId> bits;   ///< k bits
  std::vector<NetId> shift;  ///< binary: how many bits below the segment were left out
};

/// The k bits from the leading one; the lowest is a one when bits below it were left out, which
/// makes the error unbiased. Small operands stay as they are.
Segment segment(NetlistBuilder& builder, const std::vector<NetId>& operand, std::size_t k,
                const std::string& name) {
  ZeroAwareGates gates(builder);
  const LeadingOne leading = leading_one(builder, operand, k, name);
  // take[s]: the segment starts at bit s.
  std::vector<NetId> take = {builder.op_not(leading.exists, name + "_small")};
  take.insert(take.end(), leading.one_hot.begin() + static_cast<std::ptrdiff_t>(k),
              leading.one_hot.end());
  Segment result;
  const NetId low = builder.op_and(take[0], operand[0], name + "_low");
  result.bits.push_back(builder.op_or(low, leading.exists, name + "_seg_0"));
  for (std::size_t bit = 1; bit + 1 < k; ++bit) {
    std::vector<NetId> values;
    for (std::size_t s = 0; s < take.size(); ++s) values.push_back(operand[bit + s]);
    result.bits.push_back(gates.select_one(take, values, fmt::format("{}_seg_{}", name, bit)));
  }
  // At the top of the segment is the leading one.
  result.bits.push_back(
      builder.op_or(leading.exists, operand[k - 1], fmt::format("{}_seg_{}", name, k - 1)));
  result.shift = gates.encode(take, name + "_shift");
  return result;
}

Netlist build(const std::string& name, const GeneratorValues& values) {
  const auto k = static_cast<std::size_t>(values.at("k"));
  NetlistBuilder builder(name);
  std::vector<NetId> a;
  std::vector<NetId> b;
  for (int bit = 0; bit < 8; ++bit) {
    a.push_back(builder.a(bit));
    b.push_back(builder.b(bit));
  }
  const Segment a_segment = segment(builder, a, k, "a");
  const Segment b_segment = segment(builder, b, k, "b");
  Columns columns;
  for (std::size_t j = 0; j < k; ++j) {
    for (std::size_t i = 0; i < k; ++i) {
      columns[i + j].push_back(
          builder.op_and(a_segment.bits[i], b_segment.bits[j], fmt::format("pp_{}_{}", i, j)));
    }
  }
  ColumnAdder adder(builder);
  adder.reduce(columns);
  std::vector<NetId> product = adder.merge(columns);
  product.resize(2 * k);
  ZeroAwareGates gates(builder);
  auto amount = gates.sum(a_segment.shift, b_segment.shift, "shift");
  std::erase(amount, kNoNet);
  auto shifted = gates.shift_left(product, amount, kProductBits, "x");
  for (NetId& bit : shifted) bit = bit == kNoNet ? builder.constant(false) : bit;
  return builder.finish(shifted, false);
}

}  // namespace

GeneratorFamily drum_family() {
  GeneratorFamily family;
  family.name = "drum";
  family.summary = "k bits from each operand's leading one, multiplied exactly and shifted back";
  family.paper =
      "S. Hashemi, R. I. Bahar and S. Reda, \"DRUM: A Dynamic Range Unbiased Multiplier for "
      "Approximate Applications\", IEEE/ACM International Conference on Computer-Aided Design, "
      "2015";
  family.nets =
      "a_l<t>, b_l<t> leading one at bit t; a_seg_<k>, b_seg_<k> segments; pp_<i>_<j> their "
      "partial "
      "products; s<t>_<c>_<k>_* adder k of tree stage t in column c; f_<c>_* final adder; "
      "shift_<k>_* sum of the shifts; x<s>_<c> stage s of the shifter";
  family.parameters = {{"k", "bits of a segment", 3, 7, 4}};
  family.circuit_name = [](const GeneratorValues& values) {
    return fmt::format("fw8u_drum{}", values.at("k"));
  };
  family.build = build;
  return family;
}

}  // namespace faultwave::netlist
