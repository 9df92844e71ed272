#include "mitigation/layer_fixture.hpp"

#include <cmath>
#include <functional>

#include "base/rng.hpp"

namespace faultwave::mitigation {
namespace {

using netlist::NumberFormat;

/// Raw bits of a table from `bits(a_code, b_code)`.
netlist::ProductTable make_table(bool is_signed,
                                 const std::function<unsigned(unsigned, unsigned)>& bits) {
  netlist::ProductTable table;
  table.is_signed = is_signed;
  for (unsigned b = 0; b < 256; ++b) {
    for (unsigned a = 0; a < 256; ++a) {
      table.raw[a + 256 * b] = static_cast<uint16_t>(bits(a, b));
    }
  }
  return table;
}

int extend(unsigned code, bool is_signed) {
  return is_signed ? static_cast<int8_t>(code) : static_cast<int>(code);
}

unsigned exact_bits(unsigned a, unsigned b, bool is_signed) {
  return static_cast<unsigned>(extend(a, is_signed) * extend(b, is_signed));
}

/// The bits with partial product (i, j) of value 2^(i + j) stuck.
unsigned with_stuck_partial(unsigned bits, unsigned a, unsigned b, unsigned i, unsigned j,
                            unsigned value) {
  const unsigned healthy = (a >> i) & (b >> j) & 1u;
  return bits + ((value - healthy) << (i + j));
}

}  // namespace

netlist::ProductTable exact_products(NumberFormat format) {
  const bool is_signed = format == NumberFormat::kInt8;
  return make_table(is_signed, [=](unsigned a, unsigned b) { return exact_bits(a, b, is_signed); });
}

std::vector<NamedTable> faulty_tables(NumberFormat format) {
  const bool is_signed = format == NumberFormat::kInt8;
  std::vector<NamedTable> tables;
  const auto add = [&](const std::string& name, const auto& bits) {
    tables.push_back({name, make_table(is_signed, bits)});
  };
  const auto exact = [is_signed](unsigned a, unsigned b) { return exact_bits(a, b, is_signed); };
  for (const unsigned bit : {0u, 7u, 11u, 15u}) {
    const unsigned mask = 1u << bit;
    add("output " + std::to_string(bit) + " stuck at 1",
        [&](unsigned a, unsigned b) { return exact(a, b) | mask; });
  }
  add("output 14 stuck at 0", [&](unsigned a, unsigned b) { return exact(a, b) & ~(1u << 14); });
  add("output 9 inverted", [&](unsigned a, unsigned b) { return exact(a, b) ^ (1u << 9); });
  add("A[6] stuck at 0", [&](unsigned a, unsigned b) { return exact(a & ~64u, b); });
  add("A[7] inverted", [&](unsigned a, unsigned b) { return exact(a ^ 128u, b); });
  add("B[5] stuck at 1", [&](unsigned a, unsigned b) { return exact(a, b | 32u); });
  add("partial product 7,6 stuck at 1",
      [&](unsigned a, unsigned b) { return with_stuck_partial(exact(a, b), a, b, 7, 6, 1); });
  add("partial product 5,5 stuck at 0",
      [&](unsigned a, unsigned b) { return with_stuck_partial(exact(a, b), a, b, 5, 5, 0); });
  add("A[4] and output 12 stuck at 1",
      [&](unsigned a, unsigned b) { return exact(a | 16u, b) | (1u << 12); });
  add("all outputs 0", [](unsigned, unsigned) { return 0u; });
  add("noise", [](unsigned a, unsigned b) {
    return static_cast<unsigned>(CounterRng(99).at(a + 256 * b) & 0xFFFF);
  });
  return tables;
}

std::vector<double> random_histogram(uint64_t seed) {
  CounterRng rng(seed, 1);
  std::vector<double> histogram(256, 0.0);
  for (double& count : histogram) {
    if (rng.below(3) != 0) count = static_cast<double>(rng.below(1001));
  }
  return histogram;
}

BoundLayer::BoundLayer(NumberFormat format, uint64_t seed)
    : tables_(faulty_tables(format)), exact_(exact_products(format)) {
  constexpr int64_t kInputs = 9;
  constexpr int64_t kOutputs = 6;
  constexpr int64_t kRows = 40;
  CounterRng rng(seed);
  layer.name = "bound";
  layer.num_inputs = kInputs;
  layer.num_outputs = kOutputs;
  for (int64_t i = 0; i < kInputs * kOutputs; ++i) {
    layer.weights.push_back(static_cast<int8_t>(static_cast<int>(rng.below(255)) - 127));
  }
  for (int64_t n = 0; n < kOutputs; ++n) {
    layer.bias.push_back(static_cast<int32_t>(rng.below(20001)) - 10000);
  }
  for (int64_t i = 0; i < kRows * kInputs; ++i) {
    rows_.push_back(static_cast<uint8_t>(rng.below(2) == 0 ? 0 : rng.below(256)));
  }
  context.layer = &layer;
  context.format = format;
  context.weight_on_port_a = rng.below(2) == 0;
  context.tables.push_back(&exact_);
  for (const auto& named : tables_) context.tables.push_back(&named.table);
  for (int64_t i = 0; i < kInputs * kOutputs; ++i) {
    const uint64_t faulty = 1 + rng.below(tables_.size());
    const auto table = static_cast<uint16_t>(rng.below(2) == 0 ? 0 : faulty);
    context.mixture_of.push_back(static_cast<uint32_t>(context.mixtures.size()));
    context.mixtures.push_back({{table, 1}});
  }
  calibration_.num_rows = kRows;
  calibration_.input_counts.resize(kInputs);
  calibration_.histogram.assign(256, 0.0);
  for (size_t i = 0; i < rows_.size(); ++i) {
    ++calibration_.input_counts[i % kInputs][rows_[i]];
    calibration_.histogram[rows_[i]] += 1.0;
  }
  context.calibration = &calibration_;
  arrive(seed);
}

void BoundLayer::spread_over_lanes(uint64_t seed) {
  CounterRng rng(seed);
  for (Mixture& mixture : context.mixtures) {
    for (uint64_t i = rng.below(4); i > 0; --i) {
      const auto table = static_cast<uint16_t>(rng.below(context.tables.size()));
      mixture.push_back({table, static_cast<double>(1 + rng.below(5))});
    }
  }
  arrive(seed);
}

void BoundLayer::arrive(uint64_t seed) {
  constexpr int64_t kRows = 60;
  constexpr int64_t kListsPerOutput = 4;
  CounterRng rng(seed, 2);
  arriving = {};
  arriving.num_rows = kRows;
  arriving.num_fitted = 45;
  for (int64_t i = 0; i < layer.num_inputs * kRows; ++i) {
    arriving.activations.push_back(static_cast<uint8_t>(rng.below(3) == 0 ? 0 : rng.below(256)));
  }
  for (int64_t i = 0; i < layer.num_outputs * kRows; ++i) {
    arriving.errors.push_back(static_cast<int64_t>(rng.below(4001)) - 1500);
    arriving.wanted.push_back(static_cast<int64_t>(rng.below(100'001)) - 50'000);
  }
  arriving.lowest.assign(static_cast<size_t>(layer.num_outputs), -INFINITY);
  arriving.highest.assign(static_cast<size_t>(layer.num_outputs), INFINITY);
  // Inputs go over the PEs in reverse; list l of an output shows entry l of every mixture.
  arriving.period = layer.num_inputs;
  for (int64_t k = 0; k < layer.num_inputs; ++k) {
    arriving.phase.push_back(static_cast<uint32_t>(layer.num_inputs - 1 - k));
  }
  bool is_spread = false;
  list_of_row_.assign(static_cast<size_t>(layer.num_outputs), {});
  for (int64_t n = 0; n < layer.num_outputs; ++n) {
    for (int64_t list = 0; list < kListsPerOutput; ++list) {
      for (int64_t p = 0; p < layer.num_inputs; ++p) {
        const auto k = layer.num_inputs - 1 - p;
        const Mixture& mixture =
            context.mixtures[context.mixture_of[static_cast<size_t>(k * layer.num_outputs + n)]];
        is_spread = is_spread || mixture.size() > 1;
        arriving.lists.push_back(mixture[static_cast<size_t>(list) % mixture.size()].table);
      }
    }
  }
  for (int64_t n = 0; n < layer.num_outputs; ++n) {
    auto& lists = list_of_row_[static_cast<size_t>(n)];
    for (int64_t row = 0; row < (is_spread ? kRows : 1); ++row) {
      lists.push_back(static_cast<uint32_t>(n * kListsPerOutput) +
                      static_cast<uint32_t>(is_spread ? rng.below(kListsPerOutput) : 0));
    }
    arriving.list_of_row.push_back(lists);
  }
  context.arriving = &arriving;
}

uint16_t BoundLayer::table_of(int64_t row, int64_t k, int64_t n) const {
  const auto& lists = list_of_row_[static_cast<size_t>(n)];
  const uint32_t list = lists.size() == 1 ? lists[0] : lists[static_cast<size_t>(row)];
  return arriving
      .lists[static_cast<size_t>(list * arriving.period) + arriving.phase[static_cast<size_t>(k)]];
}

int32_t BoundLayer::product(const netlist::ProductTable& table, int activation, int weight) const {
  const auto code = netlist::encode_weight(context.format, weight);
  const int activation_code = netlist::encode_activation(context.format, activation);
  const int32_t bits = context.weight_on_port_a ? table.at(code.code, activation_code)
                                                : table.at(activation_code, code.code);
  return code.negative ? -bits : bits;
}

std::vector<int64_t> BoundLayer::arriving_errors(const LoadedLayer& loaded, int64_t n) const {
  std::vector<int64_t> errors;
  for (int64_t row = 0; row < arriving.num_rows; ++row) {
    int64_t error = arriving.errors_of(n)[row];
    error += loaded.bias[static_cast<size_t>(n)] - layer.bias[static_cast<size_t>(n)];
    for (int64_t k = 0; k < layer.num_inputs; ++k) {
      const auto place = static_cast<size_t>(k * layer.num_outputs + n);
      const int activation = arriving.column(k)[row];
      error += product(*context.tables[table_of(row, k, n)], activation, loaded.weights[place]) -
               product(*context.tables[0], activation,
                       layer.weights[static_cast<size_t>(n * layer.num_inputs + k)]);
    }
    errors.push_back(error);
  }
  return errors;
}

double squares_around_mean(const std::vector<int64_t>& errors, int64_t num_fitted, int64_t first,
                           int64_t last) {
  double mean = 0;
  for (int64_t row = 0; row < num_fitted; ++row) {
    mean += static_cast<double>(errors[static_cast<size_t>(row)]) / static_cast<double>(num_fitted);
  }
  double squares = 0;
  for (int64_t row = first; row < last; ++row) {
    const double deviation = static_cast<double>(errors[static_cast<size_t>(row)]) - mean;
    squares += deviation * deviation;
  }
  return squares;
}

bool BoundLayer::is_faulty(size_t place) const {
  for (const auto& share : context.mixtures[context.mixture_of[place]]) {
    if (share.table != 0) return true;
  }
  return false;
}

double BoundLayer::mean_error(const LoadedLayer& loaded, int64_t n, bool counts_healthy) const {
  double total = 0;
  for (int64_t row = 0; row < calibration_.num_rows; ++row) {
    total += loaded.bias[static_cast<size_t>(n)] - layer.bias[static_cast<size_t>(n)];
    for (int64_t k = 0; k < layer.num_inputs; ++k) {
      const auto place = static_cast<size_t>(k * layer.num_outputs + n);
      const int activation = rows_[static_cast<size_t>(row * layer.num_inputs + k)];
      const int own = layer.weights[static_cast<size_t>(n * layer.num_inputs + k)];
      double sum = 0;
      double count = 0;
      for (const auto& share : context.mixtures[context.mixture_of[place]]) {
        const auto& table = *context.tables[share.table];
        const int32_t wanted = share.table == 0 && !counts_healthy
                                   ? product(table, activation, own)
                                   : netlist::intended_product(context.format, activation, own);
        sum += share.count * (product(table, activation, loaded.weights[place]) - wanted);
        count += share.count;
      }
      total += sum / count;
    }
  }
  return total / static_cast<double>(calibration_.num_rows);
}

}  // namespace faultwave::mitigation
