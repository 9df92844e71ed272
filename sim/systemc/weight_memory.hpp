// Weight memory (DRAM), the weight FIFO in front of the array, and the skew of the weight columns.
#pragma once

#include <cstdint>
#include <deque>
#include <systemc>
#include <vector>

#include "systemc/signals.hpp"

namespace faultwave::systemc {

class WeightMemoryPort : public virtual sc_core::sc_interface {
 public:
  /// Queues the transfer of a tile, in the order of use.
  virtual void fetch(int64_t tile) = 0;
  /// Tiles that were fetched and have not been taken by the array.
  virtual int num_outstanding() const = 0;
  /// Whether the next tile lies in the FIFO.
  virtual bool is_ready() const = 0;
  /// The next tile leaves the FIFO to be shifted from this cycle on.
  virtual void take() = 0;
};

SC_MODULE(WeightMemory), public WeightMemoryPort {
 public:
  sc_core::sc_in<uint64_t> cycle{"cycle"};
  sc_core::sc_in<bool> busy{"busy"};
  sc_core::sc_in<bool> shift_valid{"shift_valid"};
  sc_core::sc_in<int> shift_step{"shift_step"};

  /// Drives weight and weight_flags of `edge`. `bytes_per_cycle` 0: tiles arrive at once.
  WeightMemory(sc_core::sc_module_name name, const ProgramSlot& slot,
               const accel::ArrayConfig& array, double bytes_per_cycle, int fifo_tiles,
               accel::ArrayInputs& edge);

  void fetch(int64_t tile) override { queue_.push_back(tile); }
  int num_outstanding() const override { return static_cast<int>(queue_.size()); }
  bool is_ready() const override;
  void take() override;

 private:
  struct WeightRow {
    std::vector<uint8_t> codes;
    std::vector<uint8_t> flags;
  };
  void on_cycle();
  void transfer();
  void shift();
  void read_row(int64_t tile, int row, WeightRow& out) const;

  const ProgramSlot& slot_;
  const int rows_;
  const int cols_;
  const double bytes_per_cycle_;
  const int fifo_tiles_;
  accel::ArrayInputs& edge_;

  std::deque<int64_t> queue_;  ///< the first num_arrived_ of them lie in the FIFO
  int num_arrived_ = 0;
  double bytes_ = 0;  ///< of the tile on its way

  int64_t tile_ = 0;               ///< being shifted
  std::vector<WeightRow> skew_;    ///< rows of the last cols cycles, a ring
  std::size_t skew_position_ = 0;  ///< of the newest row
  int skew_left_ = 0;              ///< cycles until the last column has had its last weight
};

}  // namespace faultwave::systemc
