#include "mitigation/fault_aware_order.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numeric>

#include "mitigation/layer_context.hpp"
#include "mitigation/retuning_map.hpp"

namespace faultwave::mitigation {
namespace {

constexpr int kMaxRounds = 4;
constexpr int kMaxSweeps = 20;

/// Error left by weight w, entry w + 128.
using ErrorOfWeight = std::array<double, 256>;

/// Mean and mean square of the activations of a histogram.
struct Activity {
  double mean = 0;
  double square = 0;
  double variance() const { return std::max(0.0, square - mean * mean); }
};

template <typename Count>
Activity activity_of(const Count& counts) {
  double total = 0;
  Activity result;
  for (size_t a = 0; a < 256; ++a) {
    const auto times = static_cast<double>(counts[a]);
    total += times;
    result.mean += times * static_cast<double>(a);
    result.square += times * static_cast<double>(a * a);
  }
  if (total == 0) return result;
  result.mean /= total;
  result.square /= total;
  return result;
}

/// Moments of P_f(a, loaded) - wanted over the histogram and the PEs of a mixture.
Activity error_moments(const LayerContext& context, const Mixture& mixture, int weight,
                       int loaded) {
  const auto own = netlist::encode_weight(context.format, weight);
  const auto code = netlist::encode_weight(context.format, loaded);
  const PeProducts products(context.tables[0], context.format, context.weight_on_port_a);
  double total = 0;
  Activity result;
  for (int a = 0; a < 256; ++a) {
    const double times = context.calibration->histogram[static_cast<size_t>(a)];
    if (times == 0) continue;
    const uint8_t activation = netlist::encode_activation(context.format, a);
    const int32_t wanted = context.retune_healthy
                               ? netlist::intended_product(context.format, a, weight)
                               : products.product(*context.tables[0], activation, own);
    for (const auto& [table, count] : mixture) {
      const double error = products.product(*context.tables[table], activation, code) - wanted;
      total += times * count;
      result.mean += times * count * error;
      result.square += times * count * error * error;
    }
  }
  result.mean /= total;
  result.square /= total;
  return result;
}

/// The share of a mixture's products that faulty PEs compute.
double faulty_share(const Mixture& mixture) {
  double faulty = 0;
  double total = 0;
  for (const auto& [table, count] : mixture) {
    total += count;
    if (table != 0) faulty += count;
  }
  return faulty / total;
}

ErrorOfWeight errors_of(const LayerContext& context, const Mixture& mixture, LeftError left_error,
                        const Activity& all) {
  ErrorOfWeight errors{};
  const double share = faulty_share(mixture);
  if (share == 0 && !context.retune_healthy) return errors;
  RetuningMap map;
  if (left_error == LeftError::kLeastSpread) {
    std::vector<PeProducts::Part> parts;
    for (const auto& [table, count] : mixture) parts.push_back({context.tables[table], count});
    map = centred_error_map({std::move(parts), context.format, context.weight_on_port_a},
                            context.calibration->histogram);
  }
  for (int weight = -128; weight <= 127; ++weight) {
    const auto place = static_cast<size_t>(weight + 128);
    switch (left_error) {
      case LeftError::kProduct:
        errors[place] = share * weight * weight * all.square;
        break;
      case LeftError::kError:
        errors[place] = error_moments(context, mixture, weight, weight).square;
        break;
      case LeftError::kSpread:
        errors[place] = error_moments(context, mixture, weight, weight).variance();
        break;
      case LeftError::kLeastSpread:
        errors[place] = error_moments(context, mixture, weight, map[place]).variance();
        break;
    }
  }
  return errors;
}

/// How active input k is, 1 on average, in the sense in which errors scale with it.
std::vector<double> activity_factors(const LayerContext& context, LeftError left_error,
                                     const Activity& all) {
  std::vector<double> factors;
  for (const auto& counts : context.calibration->input_counts) {
    const Activity own = activity_of(counts);
    switch (left_error) {
      case LeftError::kProduct:
        factors.push_back(all.square > 0 ? own.square / all.square : 1);
        break;
      case LeftError::kError:
        factors.push_back(1);
        break;
      case LeftError::kSpread:
      case LeftError::kLeastSpread:
        factors.push_back(all.variance() > 0 ? own.variance() / all.variance() : 1);
        break;
    }
  }
  return factors;
}

/// Positions that meet the same mixtures all along the other axis are one class.
struct Classes {
  std::vector<uint32_t> of_position;
  std::vector<int64_t> first;  ///< position of every class
};

template <typename KeyOf>
Classes classes_of(int64_t num_positions, KeyOf key_of) {
  Classes classes;
  std::map<std::vector<uint32_t>, uint32_t> known;
  for (int64_t p = 0; p < num_positions; ++p) {
    const auto [entry, is_new] = known.emplace(key_of(p), static_cast<uint32_t>(known.size()));
    if (is_new) classes.first.push_back(p);
    classes.of_position.push_back(entry->second);
  }
  return classes;
}

/// Exchanges classes of pairs of items as long as that lowers the sum of costs[item][class].
void exchange(const std::vector<double>& costs, size_t num_classes,
              std::vector<uint32_t>& of_item) {
  const size_t count = of_item.size();
  const auto cost = [&](size_t item, uint32_t place) { return costs[item * num_classes + place]; };
  for (int sweep = 0; sweep < kMaxSweeps; ++sweep) {
    bool is_better = false;
    for (size_t i = 0; i < count; ++i) {
      for (size_t j = i + 1; j < count; ++j) {
        if (of_item[i] == of_item[j]) continue;
        const double now = cost(i, of_item[i]) + cost(j, of_item[j]);
        const double then = cost(i, of_item[j]) + cost(j, of_item[i]);
        if (then >= now * (1 - 1e-12)) continue;
        std::swap(of_item[i], of_item[j]);
        is_better = true;
      }
    }
    if (!is_better) return;
  }
}

/// Items of a class at the positions of the class, both ascending.
std::vector<int32_t> order_of(const std::vector<uint32_t>& class_of_item, const Classes& classes) {
  if (class_of_item == classes.of_position) return {};
  std::vector<std::vector<int32_t>> items(classes.first.size());
  for (size_t i = 0; i < class_of_item.size(); ++i) {
    items[class_of_item[i]].push_back(static_cast<int32_t>(i));
  }
  std::vector<size_t> next(items.size());
  std::vector<int32_t> order;
  for (const uint32_t place : classes.of_position) order.push_back(items[place][next[place]++]);
  return order;
}

/// The search for one layer.
class Arrangement {
 public:
  Arrangement(const LayerContext& context, LeftError left_error)
      : context_(context),
        layer_(*context.layer),
        all_(activity_of(context.calibration->histogram)),
        factors_(activity_factors(context, left_error, all_)) {
    for (const Mixture& mixture : context.mixtures) {
      errors_.push_back(errors_of(context, mixture, left_error, all_));
      const auto is_positive = [](double error) { return error > 0; };
      harms_.push_back(std::ranges::any_of(errors_.back(), is_positive));
    }
    rows_ = classes_of(layer_.num_inputs, [&](int64_t p) {
      const auto begin = context.mixture_of.begin() + p * layer_.num_outputs;
      return std::vector<uint32_t>(begin, begin + layer_.num_outputs);
    });
    columns_ = classes_of(layer_.num_outputs, [&](int64_t q) {
      std::vector<uint32_t> key;
      for (const int64_t p : rows_.first) key.push_back(mixture(p, q));
      return key;
    });
  }

  /// The better one of two searches: inputs first, outputs first.
  LayerOrder search() {
    const LayerOrder by_inputs = search_from(true);
    const LayerOrder by_outputs = search_from(false);
    return error_of(by_outputs) < error_of(by_inputs) ? by_outputs : by_inputs;
  }

  double error_of(const LayerOrder& order) const {
    double sum = 0;
    for (int64_t p = 0; p < layer_.num_inputs; ++p) {
      for (int64_t q = 0; q < layer_.num_outputs; ++q) {
        sum += error(order.input_at(p), order.output_at(q), mixture(p, q));
      }
    }
    return sum;
  }

 private:
  LayerOrder search_from(bool is_inputs_turn) {
    row_of_input_ = rows_.of_position;
    column_of_output_ = columns_.of_position;
    int num_idle = 0;
    for (int turn = 0; turn < 2 * kMaxRounds && num_idle < 2; ++turn) {
      auto& classes = is_inputs_turn ? row_of_input_ : column_of_output_;
      const auto before = classes;
      if (is_inputs_turn) {
        exchange(input_costs(), rows_.first.size(), row_of_input_);
      } else {
        exchange(output_costs(), columns_.first.size(), column_of_output_);
      }
      num_idle = classes == before ? num_idle + 1 : 0;
      is_inputs_turn = !is_inputs_turn;
    }
    return {order_of(row_of_input_, rows_), order_of(column_of_output_, columns_)};
  }

  uint32_t mixture(int64_t p, int64_t q) const {
    return context_.mixture_of[static_cast<size_t>(p * layer_.num_outputs + q)];
  }
  double error(int64_t k, int64_t n, uint32_t mixture) const {
    return factors_[static_cast<size_t>(k)] *
           errors_[mixture][static_cast<size_t>(own_weight(layer_, k, n) + 128)];
  }

  /// [K][row class], outputs where they are now.
  std::vector<double> input_costs() const {
    const size_t num_classes = rows_.first.size();
    std::vector<double> costs(static_cast<size_t>(layer_.num_inputs) * num_classes);
    for (size_t row = 0; row < num_classes; ++row) {
      for (int64_t n = 0; n < layer_.num_outputs; ++n) {
        const uint32_t column = column_of_output_[static_cast<size_t>(n)];
        const uint32_t met = mixture(rows_.first[row], columns_.first[column]);
        if (!harms_[met]) continue;
        for (int64_t k = 0; k < layer_.num_inputs; ++k) {
          costs[static_cast<size_t>(k) * num_classes + row] += error(k, n, met);
        }
      }
    }
    return costs;
  }

  /// [N][column class], inputs where they are now.
  std::vector<double> output_costs() const {
    const size_t num_classes = columns_.first.size();
    std::vector<double> costs(static_cast<size_t>(layer_.num_outputs) * num_classes);
    for (size_t column = 0; column < num_classes; ++column) {
      for (int64_t k = 0; k < layer_.num_inputs; ++k) {
        const uint32_t row = row_of_input_[static_cast<size_t>(k)];
        const uint32_t met = mixture(rows_.first[row], columns_.first[column]);
        if (!harms_[met]) continue;
        for (int64_t n = 0; n < layer_.num_outputs; ++n) {
          costs[static_cast<size_t>(n) * num_classes + column] += error(k, n, met);
        }
      }
    }
    return costs;
  }

  const LayerContext& context_;
  const nn::Layer& layer_;
  Activity all_;
  std::vector<double> factors_;        ///< [K]
  std::vector<ErrorOfWeight> errors_;  ///< by mixture
  std::vector<bool> harms_;            ///< by mixture
  Classes rows_;
  Classes columns_;
  std::vector<uint32_t> row_of_input_;
  std::vector<uint32_t> column_of_output_;
};

}  // namespace

LayerOrder fault_aware_order(const LayerContext& context, LeftError left_error) {
  check_context(context);
  require_calibration(context);
  return Arrangement(context, left_error).search();
}

double error_of_order(const LayerContext& context, LeftError left_error, const LayerOrder& order) {
  return Arrangement(context, left_error).error_of(order);
}

}  // namespace faultwave::mitigation
