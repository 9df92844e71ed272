// Column arithmetic of the generators: partial products by weight, reduced to rows and added.
#pragma once

#include <array>
#include <functional>
#include <string>
#include <vector>

#include "netlist/netlist_builder.hpp"

namespace faultwave::netlist {

/// The weight of a column is two to the power of its index; what leaves column 15 is dropped.
inline constexpr int kProductBits = 16;

/// A constant one among the bits of a column: adders fold it, no gate holds it.
inline constexpr NetId kOne = kNoNet - 1;

using Columns = std::array<std::vector<NetId>, kProductBits>;

/// Adders on the bits of a column. Carries are kNoNet when they are always zero.
class ColumnAdder {
 public:
  using SumCarry = NetlistBuilder::SumCarry;

  explicit ColumnAdder(NetlistBuilder& builder) : builder_(builder) {}

  /// Sum of one to three bits, nets named "<name>_s", "<name>_c" and the inner ones.
  SumCarry add(const std::vector<NetId>& bits, const std::string& name);

  /// Dadda's reduction: as few adders as bring every column to at most 6, 4, 3 and 2 bits.
  /// Adders are named "s<stage>_<column>_<index>".
  void reduce(Columns& columns);

  /// Carry-ripple addition of columns of at most two bits; adders are named "f_<column>". The low
  /// `num_or_columns` columns take the OR of their bits instead, and the carry into the rest is the
  /// AND of the highest of them (the lower-part-OR adder). Returns the 16 product bits.
  std::vector<NetId> merge(const Columns& columns, int num_or_columns = 0);

 private:
  void reduce_to(Columns& columns, std::size_t height, int stage);
  NetId output(NetId bit);

  NetlistBuilder& builder_;
};

/// AND of A[i] and B[j], named "pp_<i>_<j>".
NetId partial_product(NetlistBuilder& builder, int i, int j);

/// Which cells (i, j) of the partial-product array exist.
using KeepCell = std::function<bool(int i, int j)>;

/// Partial products A[i] & B[j] of the kept cells in column i + j, rows (j) in ascending order.
/// Signed (Baugh and Wooley): products with exactly one sign bit are inverted ("pp_<i>_<j>_n"), and
/// constants make up for the inversion of those that are kept.
Columns partial_products(NetlistBuilder& builder, bool is_signed, const KeepCell& keep);

/// Adds the constant `value` (modulo 2^16) as ones in the columns.
void add_constant(Columns& columns, unsigned value);

/// Carry-save array of rows of the kept cells with a ripple adder below it: one row of adders per
/// bit of B, named "r<j>_<column>"; the constants of the signed form enter the last row.
std::vector<NetId> array_product(NetlistBuilder& builder, bool is_signed, const KeepCell& keep);

/// The netlist without the gates that reach no output.
Netlist without_dead_gates(const Netlist& netlist);

}  // namespace faultwave::netlist
