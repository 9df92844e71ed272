// Dadda multipliers with approximate 4:2 compressors.
#include "netlist/generator_columns.hpp"
#include "netlist/generator_families.hpp"

namespace faultwave::netlist {
namespace {

/// The reduction to four and then two rows. In every stage each column, from the least significant
/// one, takes its bits in order, the ripple carries (cout) of the column below last. While these
/// and the sums and carries that already belong to the next stage exceed the height, it spends four
/// bits on a compressor when at least two too many are there, three on a full adder, or two on a
/// half adder. A compressor with a carry-in takes the last ripple carry that is left.
class CompressorTree {
 public:
  CompressorTree(NetlistBuilder& builder, int design, int num_approximate)
      : builder_(builder), adder_(builder), design_(design), num_approximate_(num_approximate) {}

  void reduce_to(Columns& columns, std::size_t height, int stage) {
    Column below;
    for (int c = 0; c < kProductBits; ++c) {
      auto& bits = columns[static_cast<std::size_t>(c)];
      below = reduce_column(bits, below, height, stage, c);
    }
  }

 private:
  /// What a column passes to the next one: carries for the next stage, ripple carries for this one.
  struct Column {
    std::vector<NetId> carries;
    std::vector<NetId> ripples;
  };

  Column reduce_column(std::vector<NetId>& bits, Column below, std::size_t height, int stage,
                       int c) {
    Column above;
    std::vector<NetId> sums;
    std::vector<NetId> pool = bits;
    pool.insert(pool.end(), below.ripples.begin(), below.ripples.end());
    std::size_t num_ripples = below.ripples.size();
    std::size_t next = 0;
    int unit = 0;
    const auto left = [&] { return pool.size() - next; };
    const auto excess = [&] {
      const std::size_t total = left() + sums.size() + below.carries.size();
      return total > height ? total - height : 0;
    };
    const auto take = [&](std::size_t count) {
      const auto begin = pool.begin() + static_cast<std::ptrdiff_t>(next);
      next += count;
      return std::vector<NetId>(begin, begin + static_cast<std::ptrdiff_t>(count));
    };
    while (excess() > 0 && left() >= 2) {
      const std::string name = fmt::format("s{}_{}_{}", stage, c, unit++);
      if (left() < 4 || excess() < 2) {
        const auto result = adder_.add(take(left() >= 3 && excess() >= 2 ? 3 : 2), name);
        sums.push_back(result.sum);
        above.carries.push_back(result.carry);
        continue;
      }
      const auto bits_in = take(4);
      NetId carry_in = kNoNet;
      if (has_carry_in(c) && num_ripples > 0 && left() > 0) {
        carry_in = pool.back();
        pool.pop_back();
        --num_ripples;
      }
      sums.push_back(is_approximate(c) ? compress(bits_in, carry_in, above, name)
                                       : compress_exactly(bits_in, carry_in, above, name));
    }
    sums.insert(sums.begin(), pool.begin() + static_cast<std::ptrdiff_t>(next), pool.end());
    sums.insert(sums.end(), below.carries.begin(), below.carries.end());
    bits = std::move(sums);
    return above;
  }

  bool is_approximate(int column) const { return column < num_approximate_; }
  bool has_carry_in(int column) const { return !is_approximate(column) || design_ == 1; }

  /// One approximate compressor. Returns the sum.
  NetId compress(const std::vector<NetId>& x, NetId carry_in, Column& above,
                 const std::string& name) {
    const NetId equal_low = xnor(x[0], x[1], name + "_e0");
    const NetId equal_high = xnor(x[2], x[3], name + "_e1");
    const NetId any_low = builder_.op_or(x[0], x[1], name + "_o0");
    const NetId any_high = builder_.op_or(x[2], x[3], name + "_o1");
    const NetId both = builder_.op_and(any_low, any_high, name + "_c");
    const NetId sum = builder_.op_or(equal_low, equal_high, name + "_s");
    if (design_ == 2) {
      above.carries.push_back(both);
      return sum;
    }
    above.ripples.push_back(both);
    if (carry_in == kNoNet) return sum;
    above.carries.push_back(carry_in);
    return builder_.op_and(builder_.op_not(carry_in, name + "_n"), sum, name + "_z");
  }

  /// Two full adders in a row.
  NetId compress_exactly(const std::vector<NetId>& x, NetId carry_in, Column& above,
                         const std::string& name) {
    const auto first = adder_.add({x[0], x[1], x[2]}, name + "_x");
    above.ripples.push_back(first.carry);
    std::vector<NetId> rest = {first.sum, x[3]};
    if (carry_in != kNoNet) rest.push_back(carry_in);
    const auto second = adder_.add(rest, name + "_y");
    above.carries.push_back(second.carry);
    return second.sum;
  }

  NetId xnor(NetId x, NetId y, const std::string& name) {
    return builder_.op_not(builder_.op_xor(x, y, name + "_x"), name);
  }

  NetlistBuilder& builder_;
  ColumnAdder adder_;
  int design_;
  int num_approximate_;
};

Netlist build(const std::string& name, const GeneratorValues& values) {
  NetlistBuilder builder(name);
  Columns columns = partial_products(builder, false, [](int, int) { return true; });
  CompressorTree tree(builder, values.at("design"), values.at("columns"));
  tree.reduce_to(columns, 4, 1);
  tree.reduce_to(columns, 2, 2);
  const auto product = ColumnAdder(builder).merge(columns);
  return builder.finish(product, false);
}

}  // namespace

GeneratorFamily compressor_family() {
  GeneratorFamily family;
  family.name = "compressor";
  family.summary = "unsigned Dadda tree with approximate 4:2 compressors";
  family.paper =
      "A. Momeni, J. Han, P. Montuschi and F. Lombardi, \"Design and Analysis of Approximate "
      "Compressors for Multiplication\", IEEE Transactions on Computers, vol. 64, no. 4, 2015";
  family.nets =
      "pp_<i>_<j> = A[i] & B[j]; s<t>_<c>_<k>_* compressor or adder k of tree stage t in column c "
      "(exact compressors: adders _x and _y); f_<c>_* final adder";
  family.parameters = {
      {"design", "the paper's design: 1 with carry-in and carry-out, 2 without", 1, 2, 2},
      {"columns", "compressors in columns below this are approximate, the others exact", 1, 16, 8}};
  family.circuit_name = [](const GeneratorValues& values) {
    return fmt::format("fw8u_ac42_d{}_{}", values.at("design"), values.at("columns"));
  };
  family.build = build;
  return family;
}

}  // namespace faultwave::netlist
