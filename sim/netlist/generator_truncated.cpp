// Multipliers that leave out cells of the partial-product array: truncated and broken-array ones.
#include "netlist/generator_columns.hpp"
#include "netlist/generator_families.hpp"

namespace faultwave::netlist {
namespace {

constexpr const char* kTruncationPaper =
    "M. J. Schulte and E. E. Swartzlander Jr., \"Truncated Multiplication with Correction "
    "Constant\", VLSI Signal Processing VI, 1993; without the constant: S. S. Kidambi, "
    "F. El-Guibaly and A. Antoniou, \"Area-Efficient Multipliers for Digital Signal Processing "
    "Applications\", IEEE Transactions on Circuits and Systems II, vol. 43, no. 2, 1996";
constexpr const char* kBrokenArrayPaper =
    "H. R. Mahdiani, A. Ahmadi, S. M. Fakhraie and C. Lucas, \"Bio-Inspired Imprecise "
    "Computational Blocks for Efficient VLSI Implementation of Soft-Computing Applications\", "
    "IEEE Transactions on Circuits and Systems I, vol. 57, no. 4, 2010";

/// Mean of what the dropped columns would add over uniform operands (each product bit is one in a
/// quarter of the pairs), rounded to a multiple of 2^k. Sign cells have negative weight.
int correction_constant(int k, bool is_signed) {
  int sum = 0;
  for (int i = 0; i < 8; ++i) {
    for (int j = 0; j < 8; ++j) {
      if (i + j >= k) continue;
      sum += (is_signed && (i == 7) != (j == 7) ? -1 : 1) * (1 << (i + j));
    }
  }
  const int unit = 1 << k;
  const int quarter_units = 4 * unit;
  // floor(sum / 4 / unit + 1 / 2)
  const int numerator = sum + quarter_units / 2;
  const int floored = numerator >= 0 ? numerator / quarter_units
                                     : -((-numerator + quarter_units - 1) / quarter_units);
  return floored * unit;
}

Netlist build_truncated(const std::string& name, const GeneratorValues& values, bool is_signed) {
  const int k = values.at("columns");
  NetlistBuilder builder(name);
  ColumnAdder adder(builder);
  Columns columns = partial_products(builder, is_signed, [k](int i, int j) { return i + j >= k; });
  if (values.at("correction") != 0) {
    // Constants add up before they become ones of columns.
    unsigned constant = static_cast<unsigned>(correction_constant(k, is_signed));
    for (int c = 0; c < kProductBits; ++c) {
      auto& bits = columns[static_cast<std::size_t>(c)];
      constant += static_cast<unsigned>(std::erase(bits, kOne)) << c;
    }
    add_constant(columns, constant);
  }
  adder.reduce(columns);
  const auto product = adder.merge(columns);
  return builder.finish(product, is_signed);
}

std::string truncated_name(const char* prefix, const GeneratorValues& values) {
  return fmt::format("{}_trunc{}{}", prefix, values.at("columns"),
                     values.at("correction") != 0 ? "c" : "");
}

Netlist build_broken_array(const std::string& name, const GeneratorValues& values, bool is_signed) {
  const int h = values.at("h");
  const int v = values.at("v");
  NetlistBuilder builder(name);
  const auto product =
      array_product(builder, is_signed, [h, v](int i, int j) { return j >= h && i + j >= v; });
  return builder.finish(product, is_signed);
}

std::string broken_array_name(const char* prefix, const GeneratorValues& values) {
  return fmt::format("{}_bam_h{}_v{}", prefix, values.at("h"), values.at("v"));
}

std::vector<GeneratorParameter> truncated_parameters() {
  return {{"columns", "least significant columns that have no cells", 1, 12, 8},
          {"correction", "1: add the rounded mean of the missing columns", 0, 1, 0}};
}

std::vector<GeneratorParameter> broken_array_parameters() {
  return {{"h", "horizontal break level: rows B[j], j < h, have no cells", 0, 7, 2},
          {"v", "vertical break level: columns i + j < v have no cells", 0, 12, 6}};
}

constexpr const char* kTreeNets =
    "pp_<i>_<j> = A[i] & B[j] (pp_<i>_<j>_n its inverse); s<t>_<c>_<k>_* adder k of tree stage t "
    "in column c; f_<c>_* final adder";
constexpr const char* kArrayNets =
    "pp_<i>_<j> = A[i] & B[j] (pp_<i>_<j>_n its inverse); r<j>_<c>_* adder of row j in column c; "
    "s<t>_<c>_<k>_* adder of constants; f_<c>_* final adder";

}  // namespace

GeneratorFamily truncated_family() {
  GeneratorFamily family;
  family.name = "truncated";
  family.summary = "unsigned Dadda tree without its least significant columns";
  family.paper = kTruncationPaper;
  family.nets = kTreeNets;
  family.parameters = truncated_parameters();
  family.circuit_name = [](const GeneratorValues& values) {
    return truncated_name("fw8u", values);
  };
  family.build = [](const std::string& name, const GeneratorValues& values) {
    return build_truncated(name, values, false);
  };
  return family;
}

GeneratorFamily signed_truncated_family() {
  GeneratorFamily family;
  family.name = "signed_truncated";
  family.summary = "signed Baugh-Wooley tree without its least significant columns";
  family.paper = kTruncationPaper;
  family.nets = kTreeNets;
  family.parameters = truncated_parameters();
  family.circuit_name = [](const GeneratorValues& values) {
    return truncated_name("fw8s", values);
  };
  family.build = [](const std::string& name, const GeneratorValues& values) {
    return build_truncated(name, values, true);
  };
  return family;
}

GeneratorFamily broken_array_family() {
  GeneratorFamily family;
  family.name = "broken_array";
  family.summary = "unsigned carry-save array without the cells beyond two break levels";
  family.paper = kBrokenArrayPaper;
  family.nets = kArrayNets;
  family.parameters = broken_array_parameters();
  family.circuit_name = [](const GeneratorValues& values) {
    return broken_array_name("fw8u", values);
  };
  family.build = [](const std::string& name, const GeneratorValues& values) {
    return build_broken_array(name, values, false);
  };
  return family;
}

GeneratorFamily signed_broken_array_family() {
  GeneratorFamily family;
  family.name = "signed_broken_array";
  family.summary = "signed Baugh-Wooley array without the cells beyond two break levels";
  family.paper = fmt::format("{} (there for unsigned operands)", kBrokenArrayPaper);
  family.nets = kArrayNets;
  family.parameters = broken_array_parameters();
  family.circuit_name = [](const GeneratorValues& values) {
    return broken_array_name("fw8s", values);
  };
  family.build = [](const std::string& name, const GeneratorValues& values) {
    return build_broken_array(name, values, true);
  };
  return family;
}

}  // namespace faultwave::netlist
