// The slow, obvious systolic array: one struct of integer registers per PE, products from tables.
#pragma once

#include <cstdint>
#include <vector>

#include "accel/gemm_job.hpp"
#include "accel/systolic_array.hpp"
#include "netlist/evaluate.hpp"

namespace faultwave::accel {

class ScalarArray {
 public:
  ScalarArray(const ArrayConfig& config, const netlist::Netlist& multiplier,
              std::vector<fault::Fault> faults)
      : config_(config), multiplier_(multiplier), faults_(std::move(faults)), pes_(num_pes()) {
    golden_ = netlist::product_table(multiplier_);
    for (int row = 0; row < config_.rows; ++row) {
      for (int col = 0; col < config_.cols; ++col) {
        Pe& pe = pes_[index(row, col)];
        pe.activation = forced(row, col, fault::Unit::kActivation, 0, pe.activation);
        pe.psum = forced(row, col, fault::Unit::kPartialSum, 0, pe.psum);
      }
    }
  }

  void step(uint64_t cycle, const ArrayInputs& edge) {
    std::vector<Pe> next = pes_;
    for (int row = 0; row < config_.rows; ++row) {
      for (int col = 0; col < config_.cols; ++col) {
        const auto r = static_cast<std::size_t>(row);
        const auto c = static_cast<std::size_t>(col);
        const Pe& now = at(row, col);
        Pe& then = next[index(row, col)];
        const bool left_edge = col == 0;
        then.activation = left_edge ? edge.activation[r] : at(row, col - 1).activation;
        then.activation = forced(row, col, fault::Unit::kActivation, cycle + 1, then.activation);
        then.valid = left_edge ? edge.valid[r] != 0 : at(row, col - 1).valid;
        const bool swap = left_edge ? edge.swap[r] != 0 : at(row, col - 1).swap;
        const bool shift = left_edge ? edge.shift[r] != 0 : at(row, col - 1).shift;
        then.swap = swap;
        then.shift = shift;
        if (shift) {
          then.next_weight = row == 0 ? edge.weight[c] : at(row - 1, col).next_weight;
          then.next_flags = row == 0 ? edge.weight_flags[c] : at(row - 1, col).next_flags;
        }
        if (swap) {
          then.weight = then.next_weight;
          then.flags = then.next_flags;
        }
        uint32_t sum = row == 0 ? 0 : at(row - 1, col).psum;
        if (now.valid && (now.flags & kBypass) == 0) {
          const auto product = static_cast<uint32_t>(multiply(row, col, cycle, now));
          sum += (now.flags & kNegate) != 0 ? 0u - product : product;
          ++num_multiplications_;
        }
        then.psum = forced(row, col, fault::Unit::kPartialSum, cycle + 1, sum);
      }
    }
    pes_ = std::move(next);
  }

  struct Pe {
    uint8_t activation = 0, weight = 0, flags = 0, next_weight = 0, next_flags = 0;
    bool valid = false, swap = false, shift = false;
    uint32_t psum = 0;
  };
  const Pe& at(int row, int col) const { return pes_[index(row, col)]; }
  uint64_t num_multiplications() const { return num_multiplications_; }

 private:
  std::size_t num_pes() const {
    return static_cast<std::size_t>(config_.rows) * static_cast<std::size_t>(config_.cols);
  }
  std::size_t index(int row, int col) const {
    return static_cast<std::size_t>(row) * static_cast<std::size_t>(config_.cols) +
           static_cast<std::size_t>(col);
  }

  template <typename Value>
  Value forced(int row, int col, fault::Unit unit, uint64_t cycle, Value value) const {
    for (const auto& fault : faults_) {
      if (fault.unit != unit || fault.pe != row * config_.cols + col ||
          !fault.window.contains(cycle)) {
        continue;
      }
      const auto bit = static_cast<Value>(Value{1} << fault.bit);
      if (fault.kind == netlist::FaultKind::kStuckAt0) value = static_cast<Value>(value & ~bit);
      if (fault.kind == netlist::FaultKind::kStuckAt1) value = static_cast<Value>(value | bit);
      if (fault.kind == netlist::FaultKind::kInvert) value = static_cast<Value>(value ^ bit);
    }
    return value;
  }

  int32_t multiply(int row, int col, uint64_t cycle, const Pe& pe) const {
    const uint8_t weight = forced(row, col, fault::Unit::kWeight, cycle, pe.weight);
    const uint8_t a = config_.weight_on_port_a ? weight : pe.activation;
    const uint8_t b = config_.weight_on_port_a ? pe.activation : weight;
    std::vector<netlist::NetFault> active;
    for (const auto& fault : faults_) {
      if (fault.unit == fault::Unit::kMultiplier && fault.pe == row * config_.cols + col &&
          fault.window.contains(cycle)) {
        active.push_back({fault.site, fault.kind});
      }
    }
    const uint16_t bits = active.empty() ? golden_.raw[a + 256u * b]
                                         : netlist::evaluate_scalar(multiplier_, a, b, active);
    return config_.product_is_signed ? static_cast<int16_t>(bits) : static_cast<int32_t>(bits);
  }

  ArrayConfig config_;
  const netlist::Netlist& multiplier_;
  std::vector<fault::Fault> faults_;
  std::vector<Pe> pes_;
  netlist::ProductTable golden_;
  uint64_t num_multiplications_ = 0;
};

}  // namespace faultwave::accel
