#include "netlist/generator_models_fixture.hpp"

#include <bit>
#include <cmath>
#include <functional>
#include <stdexcept>

namespace faultwave::netlist {
namespace {

ProductTable from_function(bool is_signed, const std::function<int(int, int)>& product) {
  ProductTable table;
  table.is_signed = is_signed;
  for (int b = 0; b < 256; ++b) {
    for (int a = 0; a < 256; ++a) {
      table.raw[static_cast<std::size_t>(a + 256 * b)] = static_cast<uint16_t>(product(a, b));
    }
  }
  return table;
}

int bit(int value, int index) { return (value >> index) & 1; }

/// Value of bit `index` of an operand: the sign bit counts negative.
int weight(int index, bool is_signed) { return is_signed && index == 7 ? -(1 << 7) : 1 << index; }

/// The cells (i, j) for which `keep` says no add nothing.
ProductTable kept_cells(bool is_signed, const std::function<bool(int, int)>& keep) {
  return from_function(is_signed, [&](int a, int b) {
    int sum = 0;
    for (int i = 0; i < 8; ++i) {
      for (int j = 0; j < 8; ++j) {
        if (!keep(i, j)) continue;
        sum += bit(a, i) * bit(b, j) * weight(i, is_signed) * weight(j, is_signed);
      }
    }
    return sum;
  });
}

ProductTable truncated(const GeneratorValues& values, bool is_signed) {
  const int k = values.at("columns");
  auto table = kept_cells(is_signed, [k](int i, int j) { return i + j >= k; });
  if (values.at("correction") == 0) return table;
  double missing = 0;
  for (int b = 0; b < 256; ++b) {
    for (int a = 0; a < 256; ++a) missing += exact_product(a, b, is_signed) - table.at(a, b);
  }
  const double unit = std::ldexp(1.0, k);
  const int constant = static_cast<int>(std::floor(missing / 65536 / unit + 0.5) * unit);
  for (auto& entry : table.raw) entry = static_cast<uint16_t>(entry + constant);
  return table;
}

ProductTable underdesigned(int columns) {
  return from_function(false, [columns](int a, int b) {
    int sum = 0;
    for (int p = 0; p < 4; ++p) {
      for (int q = 0; q < 4; ++q) {
        const int x = (a >> (2 * p)) & 3;
        const int y = (b >> (2 * q)) & 3;
        const int block = x == 3 && y == 3 && 2 * (p + q) < columns ? 7 : x * y;
        sum += block << (2 * (p + q));
      }
    }
    return sum;
  });
}

int drum(int a, int b, int k) {
  const auto segment = [k](int x, int& shift) {
    const int length = std::bit_width(static_cast<unsigned>(x));
    shift = length > k ? length - k : 0;
    return shift > 0 ? (x >> shift) | 1 : x;
  };
  int a_shift = 0;
  int b_shift = 0;
  const int product = segment(a, a_shift) * segment(b, b_shift);
  return product << (a_shift + b_shift);
}

int mitchell(int a, int b) {
  if (a == 0 || b == 0) return 0;
  // log2(x) in 1/128: characteristic, then the bits behind the leading one.
  const auto logarithm = [](int x) {
    const int characteristic = std::bit_width(static_cast<unsigned>(x)) - 1;
    return characteristic * 128 + ((x << (7 - characteristic)) & 127);
  };
  const int sum = logarithm(a) + logarithm(b);
  return ((128 + sum % 128) << (sum / 128)) >> 7;
}

/// 64 operand pairs at once: bits of a column are words of one bit per pair.
using Word = uint64_t;
using WordColumns = std::vector<std::vector<Word>>;

WordColumns cells(int first_pair) {
  WordColumns columns(16);
  for (int j = 0; j < 8; ++j) {
    for (int i = 0; i < 8; ++i) {
      Word word = 0;
      for (int lane = 0; lane < 64; ++lane) {
        const int pair = first_pair + lane;
        word |= static_cast<Word>(bit(pair, i) & bit(pair >> 8, j)) << lane;
      }
      columns[static_cast<std::size_t>(i + j)].push_back(word);
    }
  }
  return columns;
}

/// Bit `index` of `value` of the ones' positions among `bits`, pair by pair.
Word lookup(const std::vector<Word>& bits, int index, const std::function<int(unsigned)>& value) {
  Word result = 0;
  for (unsigned pattern = 0; pattern < (1u << bits.size()); ++pattern) {
    if (bit(value(pattern), index) == 0) continue;
    Word term = ~Word{0};
    for (std::size_t k = 0; k < bits.size(); ++k)
      term &= bit(static_cast<int>(pattern), static_cast<int>(k)) != 0 ? bits[k] : ~bits[k];
    result |= term;
  }
  return result;
}

int count_ones(unsigned pattern) { return std::popcount(pattern); }

std::vector<Word> take(std::vector<Word>& bits, std::size_t count) {
  const auto end = bits.begin() + static_cast<std::ptrdiff_t>(count);
  std::vector<Word> taken(bits.begin(), end);
  bits.erase(bits.begin(), end);
  return taken;
}

/// One Dadda stage: full and half adders on the first bits of each column; then come the bits that
/// are left, the sums, and the carries from below.
void dadda_stage(WordColumns& columns, std::size_t height) {
  std::vector<Word> carries_in;
  for (auto& column : columns) {
    std::vector<Word> sums;
    std::vector<Word> carries_out;
    while (column.size() + sums.size() + carries_in.size() > height && column.size() > 1) {
      const auto total = column.size() + sums.size() + carries_in.size();
      const auto taken = take(column, total - height >= 2 && column.size() >= 3 ? 3 : 2);
      sums.push_back(lookup(taken, 0, count_ones));
      carries_out.push_back(lookup(taken, 1, count_ones));
    }
    column.insert(column.end(), sums.begin(), sums.end());
    column.insert(column.end(), carries_in.begin(), carries_in.end());
    carries_in = carries_out;
  }
}

/// Table 1 of the paper: the value 2 * carry + sum of design 2 by the number of ones, but for four
/// patterns of (x1 x2 x3 x4).
int design_2(unsigned pattern) {
  switch (pattern) {
    case 0b0000:
    case 0b0011:
    case 0b1100:
      return 1;
    case 0b1111:
      return 3;
    default:
      return count_ones(pattern);
  }
}

/// Bits cout, carry, sum of design 1; bit 4 of the pattern is the carry-in. Without carry-in it is
/// design 2 with cout for carry; with it the sum is zero and the carry one.
int design_1(unsigned pattern) {
  const int without = design_2(pattern & 15u);
  const int cout = without >> 1;
  const int carry_in = static_cast<int>(pattern >> 4);
  return cout << 2 | carry_in << 1 | (carry_in == 0 ? without & 1 : 0);
}

/// Bits cout, carry, sum of two full adders in a row.
int exact_compressor(unsigned pattern) {
  const int first = count_ones(pattern & 7u);
  const int second =
      (first & 1) + bit(static_cast<int>(pattern), 3) + bit(static_cast<int>(pattern), 4);
  return (first >> 1) << 2 | second;
}

void compressor_stage(WordColumns& columns, std::size_t height, int design, int num_approximate) {
  std::vector<Word> carries_in;
  std::vector<Word> ripples;
  for (int c = 0; c < 16; ++c) {
    auto& column = columns[static_cast<std::size_t>(c)];
    column.insert(column.end(), ripples.begin(), ripples.end());
    std::size_t num_ripples = ripples.size();
    ripples.clear();
    std::vector<Word> sums;
    std::vector<Word> carries_out;
    const bool is_approximate = c < num_approximate;
    for (;;) {
      const auto total = column.size() + sums.size() + carries_in.size();
      if (total <= height || column.size() < 2) break;
      if (total - height < 2 || column.size() < 4) {
        const auto taken = take(column, total - height >= 2 && column.size() >= 3 ? 3 : 2);
        sums.push_back(lookup(taken, 0, count_ones));
        carries_out.push_back(lookup(taken, 1, count_ones));
        continue;
      }
      auto taken = take(column, 4);
      if (is_approximate && design == 2) {
        sums.push_back(lookup(taken, 0, design_2));
        carries_out.push_back(lookup(taken, 1, design_2));
        continue;
      }
      taken.push_back(0);
      const bool has_carry_in = num_ripples > 0 && !column.empty();
      if (has_carry_in) {
        taken.back() = column.back();
        column.pop_back();
        --num_ripples;
      }
      const auto value = is_approximate ? design_1 : exact_compressor;
      sums.push_back(lookup(taken, 0, value));
      // Without carry-in the approximate one has no carry.
      if (has_carry_in || !is_approximate) carries_out.push_back(lookup(taken, 1, value));
      ripples.push_back(lookup(taken, 2, value));
    }
    column.insert(column.end(), sums.begin(), sums.end());
    column.insert(column.end(), carries_in.begin(), carries_in.end());
    carries_in = carries_out;
  }
}

/// Adds the two rows that are left; the low `num_or_columns` bits are their OR, and the AND of the
/// highest of these bits is the carry into the rest.
int add_rows(const WordColumns& columns, int lane, int num_or_columns) {
  int rows[2] = {0, 0};
  for (std::size_t c = 0; c < 16; ++c) {
    for (std::size_t r = 0; r < columns[c].size(); ++r) {
      rows[r] |= static_cast<int>((columns[c].at(r) >> lane) & 1) << c;
    }
  }
  if (num_or_columns == 0) return rows[0] + rows[1];
  const int low_mask = (1 << num_or_columns) - 1;
  const int carry = bit(rows[0] & rows[1], num_or_columns - 1);
  return ((rows[0] | rows[1]) & low_mask) +
         (((rows[0] >> num_or_columns) + (rows[1] >> num_or_columns) + carry) << num_or_columns);
}

ProductTable from_tree(const std::function<void(WordColumns&)>& reduce, int num_or_columns) {
  ProductTable table;
  for (int first_pair = 0; first_pair < 65536; first_pair += 64) {
    auto columns = cells(first_pair);
    reduce(columns);
    for (int lane = 0; lane < 64; ++lane) {
      table.raw[static_cast<std::size_t>(first_pair + lane)] =
          static_cast<uint16_t>(add_rows(columns, lane, num_or_columns));
    }
  }
  return table;
}

}  // namespace

ProductTable family_model(const std::string& family, const GeneratorValues& values) {
  if (family == "array" || family == "dadda") return exact_table(false);
  if (family == "baugh_wooley") return exact_table(true);
  if (family == "truncated") return truncated(values, false);
  if (family == "signed_truncated") return truncated(values, true);
  if (family == "broken_array" || family == "signed_broken_array") {
    const int h = values.at("h");
    const int v = values.at("v");
    return kept_cells(family == "signed_broken_array",
                      [h, v](int i, int j) { return j >= h && i + j >= v; });
  }
  if (family == "underdesigned") return underdesigned(values.at("columns"));
  if (family == "drum") {
    const int k = values.at("k");
    return from_function(false, [k](int a, int b) { return drum(a, b, k); });
  }
  if (family == "mitchell") return from_function(false, mitchell);
  if (family == "lower_or") {
    const auto reduce = [](WordColumns& columns) {
      for (const std::size_t height : {6u, 4u, 3u, 2u}) dadda_stage(columns, height);
    };
    return from_tree(reduce, values.at("bits"));
  }
  if (family == "compressor") {
    const int design = values.at("design");
    const int num_approximate = values.at("columns");
    const auto reduce = [=](WordColumns& columns) {
      compressor_stage(columns, 4, design, num_approximate);
      compressor_stage(columns, 2, design, num_approximate);
    };
    return from_tree(reduce, 0);
  }
  throw std::invalid_argument("no model of family " + family);
}

}  // namespace faultwave::netlist
