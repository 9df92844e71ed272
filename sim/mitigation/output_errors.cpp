#include "mitigation/output_errors.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "base/error.hpp"
#include "mitigation/layer_context.hpp"

namespace faultwave::mitigation {
namespace {

constexpr size_t kNumCodes = 256;
/// A candidate has to save more than this share of the squared error to be truly better.
constexpr double kTolerance = 1e-9;
/// Shifts of the bias that are tried first.
constexpr size_t kNumQuantiles = 16;

using netlist::NumberFormat;

/// A run of weight codes of one sign, all of which may be loaded.
struct Candidates {
  int first_weight;
  int step;  ///< from code to code
  size_t first_code;
  size_t num_codes;
  bool negative;
  size_t first_candidate = 0;  ///< counted from first_code
};

/// In ascending order of weights, as far as one sign goes.
std::vector<Candidates> candidates_of(NumberFormat format) {
  switch (format) {
    case NumberFormat::kAffineU8:
      return {{-128, 1, 0, 256, false}};
    case NumberFormat::kSignMagnitude:
      return {{0, -1, 0, 128, true, 1}, {0, 1, 0, 128, false}};  // zero has no sign
    case NumberFormat::kInt8:
      return {{-128, 1, 128, 128, false}, {0, 1, 0, 128, false}};
  }
  throw InternalError("number format out of range");
}

}  // namespace

ProductRows::ProductRows(const LayerContext& context)
    : tables_(context.tables),
      transposed_(context.weight_on_port_a ? 0 : context.tables.size()),
      weight_on_port_a_(context.weight_on_port_a),
      is_signed_(context.tables.at(0)->is_signed) {
  for (size_t a = 0; a < kNumCodes; ++a) {
    code_of_[a] = netlist::encode_activation(context.format, static_cast<int>(a));
  }
}

const std::vector<uint16_t>& ProductRows::transposed(uint16_t table) {
  auto& result = transposed_[table];
  if (!result.empty()) return result;
  const uint16_t* raw = tables_[table]->raw.data();
  result.resize(kNumCodes * kNumCodes);
  for (size_t w = 0; w < kNumCodes; ++w) {
    for (size_t a = 0; a < kNumCodes; ++a) result[w + kNumCodes * a] = raw[a + kNumCodes * w];
  }
  return result;
}

OutputErrors::OutputErrors(const LayerContext& context, ProductRows& products, int64_t n)
    : context_(context),
      rows_(*context.arriving),
      products_(products),
      n_(n),
      errors_(rows_.errors_of(n), rows_.errors_of(n) + rows_.num_rows),
      is_loaded_(static_cast<size_t>(context.layer->num_inputs)) {
  for (int64_t k = 0; k < context.layer->num_inputs; ++k) {
    weights_.push_back(static_cast<int16_t>(own_weight(*context.layer, k, n)));
  }
}

void OutputErrors::group_rows(int64_t k) {
  const auto list_of_row = rows_.list_of_row[static_cast<size_t>(n_)];
  const uint16_t* list = rows_.lists.data() + rows_.phase[static_cast<size_t>(k)];
  slot_of_row_.clear();
  if (list_of_row.size() == 1) {
    tables_ = {list[list_of_row[0] * rows_.period]};
    return;
  }
  tables_.clear();
  std::vector<int> slot_of_table(context_.tables.size(), -1);
  slot_of_row_.resize(list_of_row.size());
  for (size_t row = 0; row < list_of_row.size(); ++row) {
    const uint16_t table = list[list_of_row[row] * rows_.period];
    int& slot = slot_of_table[table];
    if (slot < 0) {
      slot = static_cast<int>(tables_.size());
      tables_.push_back(table);
    }
    slot_of_row_[row] = static_cast<uint16_t>(slot);
  }
}

void OutputErrors::load(int64_t k, int weight) {
  const auto place = static_cast<size_t>(k);
  const auto before = netlist::encode_weight(context_.format, weights_[place]);
  const auto now = netlist::encode_weight(context_.format, weight);
  group_rows(k);
  changes_.resize(tables_.size() * kNumCodes);
  for (size_t slot = 0; slot < tables_.size(); ++slot) {
    for (size_t a = 0; a < kNumCodes; ++a) {
      const uint16_t* row = products_.row(tables_[slot], a);
      const uint16_t* row_before = is_loaded_[place] ? row : products_.row(0, a);
      changes_[slot * kNumCodes + a] = products_.value(row[now.code], now.negative) -
                                       products_.value(row_before[before.code], before.negative);
    }
  }
  const uint8_t* column = rows_.column(k);
  for (int64_t row = 0; row < rows_.num_rows; ++row) {
    errors_[static_cast<size_t>(row)] += changes_[slot_of(row) * kNumCodes + column[row]];
  }
  weights_[place] = static_cast<int16_t>(weight);
  is_loaded_[place] = true;
}

int OutputErrors::best_weight(int64_t k) {
  const auto place = static_cast<size_t>(k);
  FAULTWAVE_CHECK(is_loaded_[place], "input {}", k);
  group_rows(k);
  sums_.assign(tables_.size() * kNumCodes, 0);
  counts_.assign(tables_.size() * kNumCodes, 0);
  const uint8_t* column = rows_.column(k);
  int64_t total = 0;
  double squares = 0;
  for (int64_t row = 0; row < rows_.num_fitted; ++row) {
    const size_t group = slot_of(row) * kNumCodes + column[row];
    const int64_t error = errors_[static_cast<size_t>(row)];
    sums_[group] += error;
    total += error;
    squares += static_cast<double>(error) * static_cast<double>(error);
    ++counts_[group];
  }
  const auto own = netlist::encode_weight(context_.format, weights_[place]);
  terms_.clear();
  for (size_t group = 0; group < counts_.size(); ++group) {
    if (counts_[group] == 0) continue;
    const uint16_t* row = products_.row(tables_[group / kNumCodes], group % kNumCodes);
    terms_.push_back({row, static_cast<double>(products_.value(row[own.code], own.negative)),
                      2.0 * static_cast<double>(sums_[group]),
                      static_cast<double>(counts_[group])});
  }
  const auto num_rows = static_cast<double>(rows_.num_fitted);
  const auto sum = static_cast<double>(total);
  int best = weights_[place];
  double least = -kTolerance * (1 + squares - sum * sum / num_rows);
  std::array<double, kNumCodes> costs;
  std::array<double, kNumCodes> shifts;
  for (const Candidates& some : candidates_of(context_.format)) {
    auto shown = terms_;
    for (auto& term : shown) term.row += some.first_code;
    bits::quadratic_costs(shown, {products_.is_signed(), some.negative}, some.num_codes,
                          costs.data(), shifts.data());
    for (size_t c = some.first_candidate; c < some.num_codes; ++c) {
      // The squares around the mean, less those of the weight in use.
      const double cost = costs[c] - shifts[c] * (2 * sum + shifts[c]) / num_rows;
      if (cost >= least) continue;
      least = cost;
      best = some.first_weight + some.step * static_cast<int>(c);
    }
  }
  return best;
}

double OutputErrors::fitted_spread() const {
  const auto count = static_cast<size_t>(rows_.num_fitted);
  int64_t total = 0;
  double squares = 0;
  for (size_t row = 0; row < count; ++row) {
    total += errors_[row];
    squares += static_cast<double>(errors_[row]) * static_cast<double>(errors_[row]);
  }
  const auto sum = static_cast<double>(total);
  return squares - sum * sum / static_cast<double>(count);
}

double OutputErrors::clamped_squares(int64_t shift, int64_t first, int64_t last) const {
  const int64_t* wanted = rows_.wanted.data() + n_ * rows_.num_rows;
  const double lowest = rows_.lowest[static_cast<size_t>(n_)];
  const double highest = rows_.highest[static_cast<size_t>(n_)];
  const auto clamped = [&](int64_t sum) {
    return std::min(std::max(static_cast<double>(sum), lowest), highest);
  };
  double squares = 0;
  for (int64_t row = first; row < last; ++row) {
    const double error =
        clamped(wanted[row] + errors_[static_cast<size_t>(row)] + shift) - clamped(wanted[row]);
    squares += error * error;
  }
  return squares;
}

int64_t OutputErrors::best_shift(int64_t num_rows) const {
  const auto end = errors_.begin() + num_rows;
  const double total = static_cast<double>(std::accumulate(errors_.begin(), end, int64_t{0}));
  const int64_t mean = std::llround(-total / static_cast<double>(num_rows));
  if (std::isinf(rows_.lowest[static_cast<size_t>(n_)]) &&
      std::isinf(rows_.highest[static_cast<size_t>(n_)])) {
    return mean;
  }
  // Behind a clamp the sum of squares may have several minima: the best of quantiles of the error,
  // its mean and no shift, then smaller and smaller steps from there.
  std::vector<int64_t> sorted(errors_.begin(), end);
  std::sort(sorted.begin(), sorted.end());
  int64_t best = 0;
  double least = clamped_squares(0, 0, num_rows);
  const auto offer = [&](int64_t shift) {
    const double squares = clamped_squares(shift, 0, num_rows);
    if (squares >= least) return false;
    least = squares;
    best = shift;
    return true;
  };
  offer(mean);
  for (size_t i = 0; i <= kNumQuantiles; ++i) {
    offer(-sorted[i * (sorted.size() - 1) / kNumQuantiles]);
  }
  for (int64_t step = (sorted.back() - sorted.front()) / 16; step > 0; step /= 2) {
    if (!offer(best + step)) offer(best - step);
  }
  return best;
}

double OutputErrors::held_out_squares() const {
  const int64_t first = rows_.num_fitted == rows_.num_rows ? 0 : rows_.num_fitted;
  return clamped_squares(best_shift(rows_.num_fitted), first, rows_.num_rows);
}

}  // namespace faultwave::mitigation
