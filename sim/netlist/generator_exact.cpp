// Exact multipliers: carry-save array, Dadda tree, and Baugh-Wooley for two's complement.
#include "netlist/generator_columns.hpp"
#include "netlist/generator_families.hpp"

namespace faultwave::netlist {
namespace {

bool keep_all(int, int) { return true; }

Netlist build_array(const std::string& name, const GeneratorValues&) {
  NetlistBuilder builder(name);
  const auto product = array_product(builder, false, keep_all);
  return builder.finish(product, false);
}

Netlist build_tree(const std::string& name, bool is_signed) {
  NetlistBuilder builder(name);
  ColumnAdder adder(builder);
  Columns columns = partial_products(builder, is_signed, keep_all);
  adder.reduce(columns);
  const auto product = adder.merge(columns);
  return builder.finish(product, is_signed);
}

}  // namespace

GeneratorFamily array_family() {
  GeneratorFamily family;
  family.name = "array";
  family.summary = "exact unsigned multiplier, carry-save array with a ripple adder below it";
  family.paper =
      "E. L. Braun, \"Digital Computer Design: Logic, Circuitry, and Synthesis\", Academic Press, "
      "1963";
  family.nets =
      "pp_<i>_<j> = A[i] & B[j]; r<j>_<c>_* adder of row j in column c; f_<c>_* final adder";
  family.circuit_name = [](const GeneratorValues&) { return std::string("fw8u_array"); };
  family.build = build_array;
  return family;
}

GeneratorFamily dadda_family() {
  GeneratorFamily family;
  family.name = "dadda";
  family.summary = "exact unsigned multiplier, Dadda tree";
  family.paper =
      "L. Dadda, \"Some Schemes for Parallel Multipliers\", Alta Frequenza, vol. 34, 1965";
  family.nets =
      "pp_<i>_<j> = A[i] & B[j]; s<t>_<c>_<k>_* adder k of tree stage t in column c; f_<c>_* final "
      "adder";
  family.circuit_name = [](const GeneratorValues&) { return std::string("fw8u_dadda"); };
  family.build = [](const std::string& name, const GeneratorValues&) {
    return build_tree(name, false);
  };
  return family;
}

GeneratorFamily baugh_wooley_family() {
  GeneratorFamily family;
  family.name = "baugh_wooley";
  family.summary = "exact signed multiplier, Baugh-Wooley partial products in a Dadda tree";
  family.paper =
      "C. R. Baugh and B. A. Wooley, \"A Two's Complement Parallel Array Multiplication "
      "Algorithm\", IEEE Transactions on Computers, vol. C-22, no. 12, 1973";
  family.nets =
      "pp_<i>_<j> = A[i] & B[j], pp_<i>_<j>_n its inverse; s<t>_<c>_<k>_* adder k of tree stage t "
      "in column c; f_<c>_* final adder";
  family.circuit_name = [](const GeneratorValues&) { return std::string("fw8s_bw"); };
  family.build = [](const std::string& name, const GeneratorValues&) {
    return build_tree(name, true);
  };
  return family;
}

}  // namespace faultwave::netlist
