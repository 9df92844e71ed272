// The 2x2-block multiplier whose block says 3 * 3 = 7.
#include "netlist/generator_columns.hpp"
#include "netlist/generator_families.hpp"

namespace faultwave::netlist {
namespace {

/// Product of A[2p+1:2p] and B[2q+1:2q] into the columns. Approximate: three bits, 3 * 3 = 7.
void add_block(NetlistBuilder& builder, int p, int q, bool is_exact, Columns& columns) {
  const std::string name = fmt::format("b_{}_{}", p, q);
  const auto cell = [&](int i, int j) { return partial_product(builder, 2 * p + i, 2 * q + j); };
  const NetId low = cell(0, 0);
  const NetId cross_a = cell(1, 0);
  const NetId cross_b = cell(0, 1);
  const NetId high = cell(1, 1);
  const auto column = [&](int bit) -> std::vector<NetId>& {
    return columns[static_cast<std::size_t>(2 * (p + q) + bit)];
  };
  column(0).push_back(low);
  if (!is_exact) {
    column(1).push_back(builder.op_or(cross_a, cross_b, name + "_1"));
    column(2).push_back(high);
    return;
  }
  const NetId carry = builder.op_and(cross_a, cross_b, name + "_c");
  column(1).push_back(builder.op_xor(cross_a, cross_b, name + "_1"));
  column(2).push_back(builder.op_xor(high, carry, name + "_2"));
  column(3).push_back(carry);  // both cross products are ones only when the high one is, too
}

Netlist build(const std::string& name, const GeneratorValues& values) {
  const int limit = values.at("columns");
  NetlistBuilder builder(name);
  Columns columns;
  for (int q = 0; q < 4; ++q) {
    for (int p = 0; p < 4; ++p) add_block(builder, p, q, 2 * (p + q) >= limit, columns);
  }
  ColumnAdder adder(builder);
  adder.reduce(columns);
  const auto product = adder.merge(columns);
  return builder.finish(product, false);
}

}  // namespace

GeneratorFamily underdesigned_family() {
  GeneratorFamily family;
  family.name = "underdesigned";
  family.summary = "sixteen 2x2-bit blocks with 3 * 3 = 7, added exactly";
  family.paper =
      "P. Kulkarni, P. Gupta and M. Ercegovac, \"Trading Accuracy for Power with an Underdesigned "
      "Multiplier Architecture\", International Conference on VLSI Design, 2011";
  family.nets =
      "pp_<i>_<j> = A[i] & B[j]; b_<p>_<q>_<bit> block of digits A[2p+1:2p] and B[2q+1:2q]; "
      "s<t>_<c>_<k>_* adder k of tree stage t in column c; f_<c>_* final adder";
  family.parameters = {
      {"columns", "blocks whose lowest bit is in a column below this are approximate", 1, 16, 16}};
  family.circuit_name = [](const GeneratorValues& values) {
    const int columns = values.at("columns");
    return columns == 16 ? std::string("fw8u_udm") : fmt::format("fw8u_udm{}", columns);
  };
  family.build = build;
  return family;
}

}  // namespace faultwave::netlist
