// Datapath of one sub-core's tensor core: dot-product units on a PE model.
//
// rows x cols dot-product units (DPU) of `depth` lanes each. Lane (i * cols + j) * depth + e is
// element e of DPU (i, j). Per clock edge a DPU (RTL twin: rtl/gpu/dot_product_unit.sv) does
//   a_q[e], b_q[e], negate_q[e], enable_q[e], c_q, valid_q <= operands
//   acc_q <= c_q + sum over e of (enable_q[e] ? +/- mult(b_q[e], a_q[e]) : 0)   when valid_q, 32
//   bits
// DPU (i, j) takes row i of A (activations) and column j of B (weights). Faults: multiplier nets of
// a lane; weight[b] and activation[b] force b_q and a_q of a lane; accumulator[b] forces acc_q of
// the lane's DPU.
//
// An mma of m x n x k takes (m / rows) * (n / cols) * (k / depth) steps, one per cycle: the k steps
// outermost, then m, then n, so that product (m, n, k) is in step
//   ((k / depth) * (M / rows) + m / rows) * (N / cols) + n / cols
// on lane ((m % rows) * cols + n % cols) * depth + k % depth.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "accel/lane_faults.hpp"
#include "accel/lane_mac.hpp"
#include "accel/trace_listener.hpp"
#include "fault/fault.hpp"
#include "netlist/netlist.hpp"
#include "verilated/pe_model.hpp"

namespace faultwave::accel {

/// Lanes of a tensor core and the shape of its mma.
struct TensorCoreConfig {
  int rows = 8;    ///< DPUs along m; rows, cols and depth are powers of two
  int cols = 4;    ///< DPUs along n; rows * cols is at most 64
  int depth = 16;  ///< lanes of a DPU, along k; at most 64
  int mma_m = 16;  ///< shape of an mma: multiples of rows, cols, depth
  int mma_n = 8;
  int mma_k = 32;

  int num_dpus() const { return rows * cols; }
  int num_lanes() const { return rows * cols * depth; }
  int steps_m() const { return mma_m / rows; }
  int steps_n() const { return mma_n / cols; }
  int steps_k() const { return mma_k / depth; }
  int num_steps() const { return steps_m() * steps_n() * steps_k(); }
  int lane_of(int m, int n, int k) const {
    return ((m % rows) * cols + n % cols) * depth + k % depth;
  }
  /// UsageError when a size is impossible, or when an mma has several k steps and a single one
  /// otherwise: a result is back in a DPU two cycles after its operands went in.
  void check() const;
  bool operator==(const TensorCoreConfig&) const = default;
};

/// Where lanes lie in 64-bit words: `group` elements of all DPUs share a word, element e of DPU d
/// is bit (e / num_words) * num_dpus + d of word e % num_words.
struct LanePacking {
  explicit LanePacking(const TensorCoreConfig& config);
  LanePlace place_of(int lane) const;
  int num_dpus;
  int depth;
  int group;
  int num_words;
};

/// Operands of one mma as the bit planes that its steps read: activations, mma_m x mma_k.
class ActivationFragment {
 public:
  explicit ActivationFragment(const TensorCoreConfig& config);
  /// `codes` [mma_m][mma_k], rows `stride` bytes apart. Rows from `num_rows` on add nothing.
  void pack(const uint8_t* codes, int64_t stride, int num_rows);
  /// [8][num_words]
  const uint64_t* planes(int step_m, int step_k) const;
  /// Lanes of a word that hold rows in use.
  uint64_t enable(int step_m) const { return enable_[static_cast<std::size_t>(step_m)]; }

 private:
  TensorCoreConfig config_;
  LanePacking packing_;
  std::vector<uint64_t> spread_;  ///< [256]: every bit `cols` times
  std::vector<uint64_t> planes_;
  std::vector<uint64_t> enable_;
};

/// Weights, mma_k x mma_n.
class WeightFragment {
 public:
  static constexpr int kNegatePlane = 8;
  static constexpr int kEnablePlane = 9;
  static constexpr int kNumPlanes = 10;

  explicit WeightFragment(const TensorCoreConfig& config);
  /// `codes` and `flags` (kNegate | kBypass) are [mma_n][mma_k], as they lie in shared memory, rows
  /// `stride` bytes apart.
  void pack(const uint8_t* codes, const uint8_t* flags, int64_t stride);
  /// [kNumPlanes][num_words]
  const uint64_t* planes(int step_n, int step_k) const;

 private:
  TensorCoreConfig config_;
  LanePacking packing_;
  uint64_t replicate_ = 0;  ///< one bit per DPU row
  std::vector<uint64_t> planes_;
};

/// Sums of one mma, mma_m x mma_n, 32 planes of num_dpus lanes per step of m and n.
class AccumulatorFragment {
 public:
  explicit AccumulatorFragment(const TensorCoreConfig& config);
  void clear();
  uint64_t* planes(int step_m, int step_n);
  /// `sums` [mma_m][mma_n]
  void unpack(int32_t* sums) const;

 private:
  TensorCoreConfig config_;
  std::vector<uint64_t> planes_;
};

/// The PE model that all tensor cores of a GPU share: it keeps no state between steps.
/// EnvironmentError when a tool is missing or fails.
std::unique_ptr<LaneMac> make_lane_mac(PeModelKind kind, const TensorCoreConfig& config,
                                       const netlist::Netlist& multiplier,
                                       verilated::PeModelLibrary& library, bool faultable);

/// What enters the operand registers with one step.
struct StepOperands {
  const uint64_t* activations = nullptr;  ///< [8][num_words]
  uint64_t enable = 0;                    ///< of every word
  const uint64_t* weights = nullptr;      ///< [WeightFragment::kNumPlanes][num_words]
  const uint64_t* sums = nullptr;         ///< [32]
};

/// A tensor core at gate level: `rows x cols` dot-product units of `depth` lanes, clocked by its
/// owner. RTL twin: rtl/gpu/tensor_core.sv.
class TensorCore {
 public:
  /// `mac`: a model of `multiplier` for `config`, faultable when there are multiplier faults.
  /// `faults`: those of this core; `first_lane` is the number of its lane 0 in `Fault::pe`.
  /// UsageError for a fault on a lane or bit that the core does not have.
  TensorCore(const TensorCoreConfig& config, const netlist::Netlist& multiplier, LaneMac& mac,
             bool product_is_signed, bool weight_on_port_a, std::vector<fault::Fault> faults,
             int first_lane);

  /// One clock edge that closes `cycle`. `operands`: what is loaded, null for nothing; it must live
  /// until the next step.
  void step(uint64_t cycle, const StepOperands* operands);
  /// Whether the last step loaded a sum into the accumulator registers, and the sum: [32] planes.
  bool has_result() const { return has_result_; }
  const uint64_t* result() const { return accumulators_; }
  /// What a lane multiplies in `cycle`, the cycle that the next step closes.
  PeProbe probe(int lane, uint64_t cycle);
  /// Lanes (0 to num_lanes - 1) whose products are never added.
  void set_bypassed_lanes(const std::vector<int>& lanes);
  uint64_t num_multiplications() const { return num_multiplications_; }

 private:
  /// Operand planes of the step as the multipliers see them, and which lanes add.
  void load_operands();
  void accumulate();

  LanePacking packing_;
  LaneMac& mac_;
  bool product_is_signed_;
  bool weight_on_port_a_;
  int sum_bits_;
  LaneFaults faults_;
  std::vector<uint64_t> bypassed_;  ///< [num_words]
  std::vector<uint64_t> forced_;    ///< copies of operand planes, when faults force some
  std::vector<uint64_t> enabled_;   ///< [num_words]
  std::vector<uint64_t> sums_;      ///< [32][group_words]
  bits::MacPlanes planes_;
  StepOperands operands_;
  uint64_t addends_[32] = {};       ///< c_q
  uint64_t accumulators_[32] = {};  ///< acc_q
  bool is_valid_ = false;
  bool has_result_ = false;
  uint64_t num_multiplications_ = 0;
};

}  // namespace faultwave::accel
