// The slow, obvious accelerator that driver tests compare with: every product from a table, one at
// a time, no notion of time.
#pragma once

#include <functional>

#include "accel/gemm_job.hpp"
#include "netlist/product_table.hpp"

namespace faultwave::driver {

class TableAccelerator : public accel::Accelerator {
 public:
  using TableOf = std::function<const netlist::ProductTable&(int row, int col)>;
  TableAccelerator(int rows, int cols, TableOf table_of)
      : rows_(rows), cols_(cols), table_of_(std::move(table_of)) {}

  accel::CycleReport run_gemm(const accel::GemmJob& job, int32_t* sums) override {
    for (int64_t m = 0; m < job.m; ++m) {
      for (int64_t n = 0; n < job.n; ++n) {
        uint32_t sum = 0;
        for (int64_t k = 0; k < job.k; ++k) {
          const auto place = k * job.n + n;
          if ((job.weight_flags[place] & accel::kBypass) != 0) continue;
          const int activation = job.activations[m * job.k + k];
          const int weight = job.weights[place];
          const auto locus = locus_of(k, n);
          const auto& table = table_of_(locus.row, locus.col);
          const int32_t product =
              job.weight_on_port_a ? table.at(weight, activation) : table.at(activation, weight);
          const bool negate = (job.weight_flags[place] & accel::kNegate) != 0;
          sum += static_cast<uint32_t>(negate ? -product : product);
        }
        sums[m * job.n + n] = static_cast<int32_t>(sum);
      }
    }
    input_bytes_ += job.input_bytes;
    output_bytes_ += job.output_bytes;
    accel::CycleReport report;
    report.total = report.active = job.m;
    return report;
  }
  accel::CycleReport run_vector(const std::string&, int64_t) override { return {}; }
  accel::Coordinates locus_of(int64_t k, int64_t n) const override {
    return {static_cast<int>(k % rows_), static_cast<int>(n % cols_)};
  }
  int64_t input_bytes() const { return input_bytes_; }
  int64_t output_bytes() const { return output_bytes_; }
  uint64_t cycle() const override { return 0; }
  int64_t num_pes() const override { return int64_t{rows_} * cols_; }

 private:
  int rows_;
  int cols_;
  int64_t input_bytes_ = 0;
  int64_t output_bytes_ = 0;
  TableOf table_of_;
};

}  // namespace faultwave::driver
