// Which product tables each weight of a layer meets on an accelerator.
#pragma once

#include <cstdint>
#include <vector>

#include "accel/pe_mapping.hpp"
#include "driver/locus_tables.hpp"
#include "mitigation/mitigation.hpp"

namespace faultwave::driver {

/// The PEs that multiply each weight of a product. They do not depend on faults: asked for once,
/// then bound to the tables of one set of faults after the other.
class WeightBinding {
 public:
  WeightBinding(const accel::PeMapping& mapping, const accel::GemmShape& shape);

  const accel::GemmShape& shape() const { return shape_; }
  /// Fills in `mixtures` and `mixture_of` of the context; counts have no common factor.
  void bind(const LocusTables& tables, mitigation::LayerContext& context) const;

 private:
  accel::GemmShape shape_;
  int64_t period_;                                 ///< along k
  std::vector<std::vector<accel::PeCount>> sets_;  ///< different ones
  std::vector<uint32_t> set_of_;                   ///< [k modulo period][N]
};

}  // namespace faultwave::driver
