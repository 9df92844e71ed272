// The slow, obvious accelerator that driver tests compare with: every product from a table, one at
// a time, no notion of time.
#pragma once

#include <functional>
#include <map>
#include <set>

#include "accel/gemm_job.hpp"
#include "netlist/product_table.hpp"

namespace faultwave::driver {

/// rows x cols PEs for each m modulo `groups`. One group maps as a systolic array does; with more,
/// several PEs multiply one weight, as on a GPU.
class TableAccelerator : public accel::Accelerator {
 public:
  using TableOf = std::function<const netlist::ProductTable&(int pe)>;
  TableAccelerator(int rows, int cols, TableOf table_of, int groups = 1)
      : rows_(rows),
        cols_(cols),
        groups_(groups),
        table_of_(std::move(table_of)),
        space_(groups == 1 ? fault::PeSpace::array(rows, cols)
                           : fault::PeSpace::gpu(groups, 1, rows * cols, 1)) {}

  int pe_of(int64_t m, int64_t n, int64_t k) const {
    return static_cast<int>((m % groups_ * rows_ + k % rows_) * cols_ + n % cols_);
  }

  accel::CycleReport run_gemm(const accel::GemmJob& job, int32_t* sums) override {
    for (int64_t m = 0; m < job.m; ++m) {
      for (int64_t n = 0; n < job.n; ++n) {
        uint32_t sum = 0;
        for (int64_t k = 0; k < job.k; ++k) {
          const auto place = k * job.n + n;
          const int pe = pe_of(m, n, k);
          if ((job.weight_flags[place] & accel::kBypass) != 0 || bypassed_.count(pe) != 0) continue;
          const int activation = job.activations[m * job.k + k];
          const int weight = job.weights[place];
          const auto& table = table_of_(pe);
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
    report.total = report[accel::Cause::kActive] = job.m;
    return report;
  }
  accel::CycleReport run_vector(const std::string&, int64_t) override { return {}; }
  uint64_t cycle() const override { return 0; }
  const fault::PeSpace& pes() const override { return space_; }
  std::span<const accel::Cause> causes() const override { return kCauses; }
  void set_bypassed_pes(const std::vector<int>& pes) override {
    bypassed_ = {pes.begin(), pes.end()};
  }
  void set_trace_listener(accel::TraceListener*) override {}
  int k_period() const override { return rows_; }
  void pes_of_output(const accel::GemmShape&, int64_t m, int64_t n, int* pes) const override {
    for (int row = 0; row < rows_; ++row) pes[row] = pe_of(m, n, row);
  }
  std::vector<accel::PeCount> pes_of_weight(const accel::GemmShape& shape, int64_t k,
                                            int64_t n) const override {
    std::map<int, int64_t> counts;
    for (int64_t m = 0; m < shape.m; ++m) ++counts[pe_of(m, n, k)];
    std::vector<accel::PeCount> result;
    for (const auto& [pe, count] : counts) result.push_back({pe, count});
    return result;
  }

  int64_t input_bytes() const { return input_bytes_; }
  int64_t output_bytes() const { return output_bytes_; }

 private:
  static constexpr accel::Cause kCauses[] = {accel::Cause::kActive};

  int rows_;
  int cols_;
  int groups_;
  int64_t input_bytes_ = 0;
  int64_t output_bytes_ = 0;
  TableOf table_of_;
  fault::PeSpace space_;
  std::set<int> bypassed_;
};

}  // namespace faultwave::driver
