// Faulty product tables made without any netlist, and a small layer bound to them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mitigation/arriving_rows.hpp"
#include "mitigation/mitigation.hpp"

namespace faultwave::mitigation {

struct NamedTable {
  std::string name;
  netlist::ProductTable table;
};

/// The exact table of the format's signedness, and 14 faulty ones of it: output bits, operand bits
/// and partial products stuck or inverted, two faults at once, a constant and noise.
netlist::ProductTable exact_products(netlist::NumberFormat format);
std::vector<NamedTable> faulty_tables(netlist::NumberFormat format);

/// Sum of squares of deviations of errors[first..last) from the mean of errors[0..num_fitted).
double squares_around_mean(const std::vector<int64_t>& errors, int64_t num_fitted, int64_t first,
                           int64_t last);

/// Counts 0 to 1000, a third of them 0.
std::vector<double> random_histogram(uint64_t seed);

inline constexpr netlist::NumberFormat kFormats[] = {netlist::NumberFormat::kAffineU8,
                                                     netlist::NumberFormat::kSignMagnitude,
                                                     netlist::NumberFormat::kInt8};

/// A layer of K = 9, N = 6 with random weights, whose PEs are healthy (table 0) or show one of the
/// faulty tables, and 40 calibration rows. Not copyable: the context points into it.
class BoundLayer {
 public:
  BoundLayer(netlist::NumberFormat format, uint64_t seed);
  BoundLayer(const BoundLayer&) = delete;
  BoundLayer& operator=(const BoundLayer&) = delete;

  LayerContext context;
  nn::Layer layer;

  ArrivingRows arriving;
  /// Table of product (row, k, n) of the arriving rows.
  uint16_t table_of(int64_t row, int64_t k, int64_t n) const;
  /// Errors of output n on the arriving rows with what is loaded, bias included, one product at a
  /// time.
  std::vector<int64_t> arriving_errors(const LoadedLayer& loaded, int64_t n) const;

  /// Gives every weight up to three more tables with counts 1 to 5, as on a GPU.
  void spread_over_lanes(uint64_t seed);
  /// Whether the weight at k * N + n meets another table than 0.
  bool is_faulty(size_t place) const;

  /// Mean over the calibration rows of the error of output n with what is loaded, biases included,
  /// over the products that `counts_healthy` admits; computed row by row.
  double mean_error(const LoadedLayer& loaded, int64_t n, bool counts_healthy) const;

 private:
  std::vector<NamedTable> tables_;
  netlist::ProductTable exact_;
  std::vector<uint8_t> rows_;  ///< calibration activations [row][k]
  LayerCalibration calibration_;
  std::vector<std::vector<uint32_t>> list_of_row_;

  /// Makes arriving rows whose PEs are those of the mixtures.
  void arrive(uint64_t seed);
  int32_t product(const netlist::ProductTable& table, int activation, int weight) const;
};

}  // namespace faultwave::mitigation
