// An accelerator that computes the sums of another one from product tables, without its time.
#pragma once

#include <string>
#include <vector>

#include "accel/gemm_job.hpp"
#include "replay/pe_map.hpp"
#include "replay/product_tables.hpp"

namespace faultwave::replay {

/// The table engine behind the driver's interface. Its sums are those of the accelerator whose
/// mapping it uses, for faults that a product table can express: permanent ones in multipliers,
/// weight and activation registers. Cycle reports are empty.
class TableAccelerator : public accel::Accelerator {
 public:
  /// `mapping` must outlive this object. InternalError when `tables` describe another number of
  /// PEs.
  TableAccelerator(const accel::PeMapping& mapping, ProductTables tables);

  /// Other faults on the same accelerator: what is known of the mapping is kept.
  void set_tables(ProductTables tables);

  accel::CycleReport run_gemm(const accel::GemmJob& job, int32_t* sums) override;
  accel::CycleReport run_vector(const std::string& name, int64_t num_values) override;
  uint64_t cycle() const override { return 0; }
  const fault::PeSpace& pes() const override { return mapping().pes(); }
  /// None.
  std::span<const accel::Cause> causes() const override { return {}; }
  void set_bypassed_pes(const std::vector<int>& pes) override { bypassed_ = pes; }
  /// There are no cycles to tell of.
  void set_trace_listener(accel::TraceListener*) override {}
  int k_period() const override { return mapping().k_period(); }
  void pes_of_output(const accel::GemmShape& shape, int64_t m, int64_t n, int* pes) const override {
    mapping().pes_of_output(shape, m, n, pes);
  }
  std::vector<accel::PeCount> pes_of_weight(const accel::GemmShape& shape, int64_t k,
                                            int64_t n) const override {
    return mapping().pes_of_weight(shape, k, n);
  }

 private:
  void check_tables() const;
  const accel::PeMapping& mapping() const { return maps_.mapping(); }

  PeMaps maps_;
  ProductTables tables_;
  std::vector<int> bypassed_;
};

}  // namespace faultwave::replay
