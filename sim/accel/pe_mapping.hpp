// Which PE computes which product: what engines without cycles need to know of an accelerator.
#pragma once

#include <cstdint>
#include <vector>

#include "fault/pe_space.hpp"

namespace faultwave::accel {

/// A product's size, which decides what each PE computes.
struct GemmShape {
  int64_t m = 0;
  int64_t n = 0;
  int64_t k = 0;
  bool operator==(const GemmShape&) const = default;
};

/// How many of the M products of one weight a PE computes.
struct PeCount {
  int pe = 0;
  int64_t count = 0;
  bool operator==(const PeCount&) const = default;
};

/// The static mapping of products to the PEs of one accelerator.
class PeMapping {
 public:
  virtual ~PeMapping() = default;
  virtual const fault::PeSpace& pes() const = 0;
  /// The mapping of products to PEs repeats along k with this period.
  virtual int k_period() const = 0;
  /// PEs of output (m, n): product (m, n, k) is computed by pes[k % k_period()]; `pes` has room for
  /// k_period() entries. pes[0] determines the others.
  virtual void pes_of_output(const GemmShape& shape, int64_t m, int64_t n, int* pes) const = 0;
  /// PEs that multiply weight (k, n) with the M activations, ascending; the counts add up to M.
  virtual std::vector<PeCount> pes_of_weight(const GemmShape& shape, int64_t k,
                                             int64_t n) const = 0;
};

}  // namespace faultwave::accel
