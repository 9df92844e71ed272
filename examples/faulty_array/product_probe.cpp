#include "product_probe.hpp"

#include <algorithm>
#include <cstdint>

using faultwave::accel::ArrayInputs;
using faultwave::accel::SystolicArray;
using faultwave::netlist::ProductTable;

namespace {

/// An array, the clock, and what is read at the bottom.
class Bench {
 public:
  explicit Bench(SystolicArray& array)
      : array_(array), inputs_(array.config()), sums_(inputs_.weight.size()) {}

  /// Puts `weight` into every PE: it moves down row by row, control moves right column by column.
  void load_weight(uint8_t weight) {
    std::fill(inputs_.weight.begin(), inputs_.weight.end(), weight);
    hold(inputs_.shift);
    hold(inputs_.swap);
  }

  /// Streams all activations through `row`; calls `see(col, activation, product bits)`.
  template <typename See>
  void stream(int row, See see) {
    const int rows = array_.config().rows;
    const int cols = array_.config().cols;
    const auto at = static_cast<std::size_t>(row);
    for (int time = 0; time < 256 + rows + cols; ++time) {
      inputs_.valid[at] = time < 256;
      inputs_.activation[at] = static_cast<uint8_t>(time);
      step();
      for (int col = 0; col < cols; ++col) {
        // One edge into the PE's register, `col` to get there, the rest down to the bottom.
        const int activation = time - 1 - col - (rows - 1 - row);
        if (activation < 0 || activation > 255) continue;
        see(col, activation, static_cast<uint16_t>(sums_[static_cast<std::size_t>(col)]));
      }
    }
  }

 private:
  /// Raises `control` in all rows for as long as weights take to the last PE.
  void hold(std::vector<uint8_t>& control) {
    std::fill(control.begin(), control.end(), uint8_t{1});
    for (int i = 0; i < array_.config().rows + array_.config().cols; ++i) step();
    std::fill(control.begin(), control.end(), uint8_t{0});
    for (int i = 0; i < array_.config().cols; ++i) step();  // until the last column has seen it
  }

  void step() {
    array_.step(cycle_++, inputs_);
    array_.bottom_psums(sums_.data());
  }

  SystolicArray& array_;
  ArrayInputs inputs_;
  std::vector<int32_t> sums_;
  uint64_t cycle_ = 0;
};

}  // namespace

std::vector<ProductTable> measure_products(SystolicArray& array) {
  const auto& config = array.config();
  const auto cols = static_cast<std::size_t>(config.cols);
  std::vector<ProductTable> tables(static_cast<std::size_t>(config.rows) * cols);
  for (auto& table : tables) table.is_signed = config.product_is_signed;
  Bench bench(array);
  for (std::size_t weight = 0; weight < 256; ++weight) {
    bench.load_weight(static_cast<uint8_t>(weight));
    for (int row = 0; row < config.rows; ++row) {
      bench.stream(row, [&](int col, int activation, uint16_t product) {
        auto& table = tables[static_cast<std::size_t>(row) * cols + static_cast<std::size_t>(col)];
        // The weight is on port A (ArrayConfig::weight_on_port_a).
        table.raw[weight + 256 * static_cast<std::size_t>(activation)] = product;
      });
    }
  }
  return tables;
}
