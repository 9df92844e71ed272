// A matrix layer as it lies in the accelerator, and its products.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "accel/gemm_job.hpp"
#include "mitigation/mitigation.hpp"
#include "netlist/number_format.hpp"
#include "nn/network.hpp"

namespace faultwave::driver {

/// How operands reach the multipliers.
struct OperandCoding {
  netlist::NumberFormat format = netlist::NumberFormat::kAffineU8;
  bool weight_on_port_a = true;
};

/// Register contents of a layer, in the order in which the accelerator sees inputs and outputs.
class LoadedMatrix {
 public:
  /// `layer` must outlive this object. `faulty_pes` are bypassed if `loaded` asks for it.
  LoadedMatrix(const nn::Layer& layer, const mitigation::LoadedLayer& loaded,
               const std::vector<int>& faulty_pes, const OperandCoding& coding);

  /// Sees the raw sums of the accelerator, before corrections: [m][n], outputs in the network's
  /// order.
  using RawSums = std::function<void(std::span<const int32_t>)>;

  /// sums[m][n] of `m` rows of activations [m][K] whose zero point is `zero_point`: biases and the
  /// corrections of the number format included. `job` gives what else the accelerator shall know:
  /// name and bytes; the rest is filled in.
  accel::CycleReport run(accel::Accelerator& accelerator, accel::GemmJob job,
                         const uint8_t* activations, int64_t m, int zero_point, int32_t* sums,
                         const RawSums& see_raw = {}) const;

 private:
  OperandCoding coding_;
  mitigation::LayerOrder order_;
  std::unique_ptr<nn::Layer> ordered_;  ///< the layer in the accelerator's order, if it differs
  const nn::Layer* layer_;
  mitigation::LoadedLayer loaded_;  ///< biases in the accelerator's order
  std::vector<int> bypassed_pes_;
  std::vector<uint8_t> codes_;  ///< [K][N]
  std::vector<uint8_t> flags_;
};

}  // namespace faultwave::driver
