// Random accelerators and faults for tests that compare engines.
#pragma once

#include <algorithm>
#include <initializer_list>
#include <vector>

#include "base/rng.hpp"
#include "driver/accelerator.hpp"
#include "fault/fault.hpp"
#include "netlist/fault_site.hpp"

namespace faultwave::test_support {

/// A systolic array of up to 9x9 PEs, or a GPU of a few small SMs.
inline driver::AcceleratorConfig random_accelerator(bool is_gpu, CounterRng& rng) {
  const auto pick = [&rng](std::initializer_list<int> values) {
    return *(values.begin() + rng.below(values.size()));
  };
  if (!is_gpu) {
    systemc::TpuConfig tpu;
    tpu.rows = 1 + static_cast<int>(rng.below(9));
    tpu.cols = 1 + static_cast<int>(rng.below(9));
    return tpu;
  }
  systemc::GpuConfig gpu = systemc::gpu_preset(rng.below(2) == 0 ? "turing" : "ampere_a100");
  gpu.sms = pick({1, 2, 3});
  gpu.sub_cores = pick({1, 2, 4});
  gpu.tensor_core = {
      .rows = pick({1, 2, 8, 16}), .cols = pick({1, 2, 4}), .depth = pick({1, 4, 8, 16, 32})};
  gpu.tensor_core.mma_m = gpu.tensor_core.rows * 2;
  gpu.tensor_core.mma_n = gpu.tensor_core.cols * pick({1, 2});
  gpu.tensor_core.mma_k = gpu.tensor_core.depth * pick({1, 2, 4});
  gpu.warp_m = gpu.tensor_core.mma_m * pick({1, 2});
  gpu.warp_n = gpu.tensor_core.mma_n;
  gpu.cta_m = gpu.warp_m * pick({1, 2});
  gpu.cta_n = gpu.warp_n * pick({1, 3});
  gpu.cta_k = std::max(16, gpu.tensor_core.mma_k) * pick({1, 2});
  gpu.async_copy = rng.below(2) == 0;
  gpu.shared_layout = static_cast<systemc::SharedLayout>(rng.below(3));
  gpu.scheduler = static_cast<systemc::WarpScheduler>(rng.below(2));
  return gpu;
}

/// A permanent fault that a product table can express.
inline fault::Fault random_fault(const std::vector<netlist::Site>& sites, int num_pes,
                                 CounterRng& rng) {
  fault::Fault fault;
  fault.pe = static_cast<int>(rng.below(static_cast<uint64_t>(num_pes)));
  fault.kind = static_cast<netlist::FaultKind>(rng.below(3));
  fault.unit = static_cast<fault::Unit>(rng.below(3));
  fault.bit = static_cast<int>(rng.below(8));
  if (fault.unit == fault::Unit::kMultiplier) fault.site = sites[rng.below(sites.size())];
  return fault;
}

}  // namespace faultwave::test_support
