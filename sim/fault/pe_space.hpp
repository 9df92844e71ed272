// The processing elements of one accelerator: how many there are and what they are called.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

namespace faultwave::fault {

/// PEs are numbered 0 to size() - 1. A TPU's PE [row][col] of R x C is row * C + col, named
/// "pe[row][col]". A GPU's lane k of sub-core j of SM i is (i * sub_cores + j) * lanes + k, named
/// "sm[i].sub[j].lane[k]".
class PeSpace {
 public:
  enum class Kind : uint8_t { kArray, kGpu };

  /// UsageError for an empty array.
  static PeSpace array(int rows, int cols);
  /// UsageError for an empty GPU. `lanes_per_dpu` consecutive lanes form one dot-product unit and
  /// share its accumulator.
  static PeSpace gpu(int sms, int sub_cores, int lanes, int lanes_per_dpu);

  Kind kind() const { return kind_; }
  int size() const { return dims_[0] * dims_[1] * dims_[2]; }
  /// Array: rows, cols, 1. GPU: SMs, sub-cores of an SM, lanes of a sub-core.
  int dim(int axis) const { return dims_[axis]; }
  int lanes_per_dpu() const { return lanes_per_dpu_; }
  std::string pe_name(int pe) const;
  /// "16x16 PEs", "1 SM x 4 sub-cores x 512 lanes", for messages.
  std::string description() const;
  /// PEs [first, second) whose multiplier sees the activation register of `pe`: a systolic array
  /// passes it on to the right, a lane keeps it to itself.
  std::pair<int, int> activation_reach(int pe) const;

  bool operator==(const PeSpace&) const = default;

 private:
  PeSpace(Kind kind, int x, int y, int z, int lanes_per_dpu);
  Kind kind_;
  int dims_[3];
  int lanes_per_dpu_;
};

}  // namespace faultwave::fault
