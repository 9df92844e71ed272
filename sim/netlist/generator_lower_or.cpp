// A Dadda multiplier whose final adder ORs its low part.
#include "netlist/generator_columns.hpp"
#include "netlist/generator_families.hpp"

namespace faultwave::netlist {
namespace {

Netlist build(const std::string& name, const GeneratorValues& values) {
  NetlistBuilder builder(name);
  ColumnAdder adder(builder);
  Columns columns = partial_products(builder, false, [](int, int) { return true; });
  adder.reduce(columns);
  const auto product = adder.merge(columns, values.at("bits"));
  return builder.finish(product, false);
}

}  // namespace

GeneratorFamily lower_or_family() {
  GeneratorFamily family;
  family.name = "lower_or";
  family.summary = "unsigned Dadda tree with a lower-part-OR adder (LOA) for its last two rows";
  family.paper =
      "H. R. Mahdiani, A. Ahmadi, S. M. Fakhraie and C. Lucas, \"Bio-Inspired Imprecise "
      "Computational Blocks for Efficient VLSI Implementation of Soft-Computing Applications\", "
      "IEEE Transactions on Circuits and Systems I, vol. 57, no. 4, 2010";
  family.nets =
      "pp_<i>_<j> = A[i] & B[j]; s<t>_<c>_<k>_* adder k of tree stage t in column c; or_<c> lower "
      "part, or_carry the carry out of it; f_<c>_* upper part of the final adder";
  family.parameters = {{"bits", "low bits of the final adder that are ORs", 1, 15, 8}};
  family.circuit_name = [](const GeneratorValues& values) {
    return fmt::format("fw8u_loa{}", values.at("bits"));
  };
  family.build = build;
  return family;
}

}  // namespace faultwave::netlist
