#include "accel/systolic_array.hpp"

#include <algorithm>
#include <array>
#include <bit>

#include "accel/gemm_job.hpp"
#include "accel/lane_faults.hpp"
#include "accel/lane_mac.hpp"
#include "accel/plane_array.hpp"
#include "bits/lane_shift.hpp"
#include "bits/plane_ops.hpp"
#include "bits/transpose.hpp"

namespace faultwave::accel {
namespace {

constexpr int kMaxSide = 512;
constexpr int kPsumBits = 32;
constexpr int kProductBits = 16;
constexpr int kOperandBits = 8;

/// Planes that travel to the right.
enum RightPlane : std::size_t {
  kActivationPlane = 0,
  kValidPlane = 8,
  kSwapPlane,
  kShiftPlane,
  kNumRightPlanes
};
/// Planes of a weight register.
enum WeightPlane : std::size_t { kCodePlane = 0, kNegatePlane = 8, kBypassPlane, kNumWeightPlanes };

std::size_t round_up(std::size_t value, std::size_t unit) {
  return (value + unit - 1) / unit * unit;
}

/// Planes that partial sums of `rows` products without sign need: those above stay zero.
int unsigned_sum_bits(int rows) {
  return std::min<int>(kPsumBits, kProductBits + std::bit_width(static_cast<unsigned>(rows - 1)));
}

bool has_psum_faults(const std::vector<fault::Fault>& faults) {
  return std::any_of(faults.begin(), faults.end(), [](const fault::Fault& fault) {
    return fault.unit == fault::Unit::kPartialSum;
  });
}

bool has_ones(const std::vector<uint8_t>& flags) {
  uint8_t any = 0;
  for (const uint8_t flag : flags) any |= flag;
  return any != 0;
}

}  // namespace

struct SystolicArray::Impl {
  Impl(const ArrayConfig& array_config, const netlist::Netlist& multiplier,
       verilated::PeModelLibrary& library, std::vector<fault::Fault> fault_list)
      : config(array_config),
        cols(static_cast<std::size_t>(config.cols)),
        num_pes(static_cast<std::size_t>(config.rows) * cols),
        num_words(round_up((num_pes + 63) / 64, bits::kLaneShiftWords)),
        margin(cols / 64 + 1),
        right(kNumRightPlanes, num_words, margin),
        weight(kNumWeightPlanes, num_words, margin),
        next_weight(kNumWeightPlanes, num_words, margin),
        psum(kPsumBits, num_words, margin),
        from_left(num_words),
        enable(num_words),
        entering(kNumRightPlanes * (num_words / 64 + 1)),
        top(cols / 64 + 1),
        num_sum_bits(config.product_is_signed || has_psum_faults(fault_list)
                         ? kPsumBits
                         : unsigned_sum_bits(config.rows)),
        faults(
            multiplier, std::move(fault_list),
            [](const fault::Fault& fault) {
              return LanePlace{static_cast<std::size_t>(fault.pe / 64), fault.pe % 64};
            },
            num_words, LaneFaults::ActivationMasks::kAtLoad),
        mac(make_lane_mac(config.pe_model, multiplier, library, faults.has_multiplier_faults(),
                          std::bit_ceil((num_pes + 63) / 64))),
        num_mac_words(round_up((num_pes + 63) / 64, mac->group_words())) {
    for (std::size_t pe = 0; pe < num_pes; ++pe) {
      if (pe % cols != 0) from_left[pe / 64] |= uint64_t{1} << (pe % 64);
    }
    show_faults_of_cycle_0();
  }

  /// Registers start at 0, and show their faults from the first cycle on.
  void show_faults_of_cycle_0() {
    faults.set_cycle(UINT64_MAX);  // the step before cycle 0
    force_psums();
    force_activations();
  }

  void force(PlaneArray& planes, std::size_t w, const std::vector<PlaneMask>& masks) {
    for (const auto& mask : masks) {
      uint64_t& word = planes[static_cast<std::size_t>(mask.plane)][w];
      word = mask(word);
    }
  }

  void force_psums() {
    for (const std::size_t w : faults.faulty_words()) force(psum, w, faults.word(w).psum);
  }

  void force_activations() {
    for (const std::size_t w : faults.faulty_words()) force(right, w, faults.word(w).activation);
  }

  /// Active weights as the multipliers see them, until restore_weights.
  void force_weights() {
    for (const std::size_t w : faults.faulty_words()) {
      for (const auto& mask : faults.word(w).weight) {
        uint64_t& word = weight[static_cast<std::size_t>(mask.plane)][w];
        stored_weights.emplace_back(&word, word);
        word = mask(word);
      }
    }
  }

  void restore_weights() {
    for (const auto& [word, value] : stored_weights) *word = value;
    stored_weights.clear();
  }

  bits::MacPlanes mac_planes() {
    bits::MacPlanes planes;
    planes.a = config.weight_on_port_a ? weight[kCodePlane] : right[kActivationPlane];
    planes.b = config.weight_on_port_a ? right[kActivationPlane] : weight[kCodePlane];
    planes.a_stride = config.weight_on_port_a ? weight.stride() : right.stride();
    planes.b_stride = config.weight_on_port_a ? right.stride() : weight.stride();
    planes.enable = enable.data();
    planes.negate = weight[kNegatePlane];
    // From one row further up: zeros above row 0.
    planes.addend = psum[0] - cols / 64;
    planes.addend_shift = cols % 64;
    planes.sum = psum[0];
    planes.sum_stride = psum.stride();
    planes.num_sum_bits = static_cast<uint64_t>(num_sum_bits);
    planes.product_is_signed = config.product_is_signed ? 1 : 0;
    return planes;
  }

  /// psum_q: what comes from above plus the gated product.
  void accumulate() {
    num_multiplications +=
        bits::and_not_count(enable.data(), right[kValidPlane], weight[kBypassPlane], num_words);
    force_weights();
    mac->run_all(mac_planes(), num_mac_words, faults);
    restore_weights();
    force_psums();
  }

  /// Activations and control move right, and the left edge enters.
  void move_right(const ArrayInputs& edge) {
    // Control is seldom in the array: its planes are left alone while they are empty.
    const bool control_enters = has_ones(edge.swap) || has_ones(edge.shift);
    const bool has_control = control_in_flight > 0 || control_enters;
    const std::size_t num_planes = has_control ? kNumRightPlanes : kSwapPlane;
    if (cols % 64 == 0 && std::has_single_bit(cols)) {
      pack_edge(edge, has_control);
      bits::shift_rows_by_one(right[0], num_planes, right.stride(), from_left.data(), num_words,
                              {entering.data(), entering.size() / kNumRightPlanes, cols / 64});
    } else {
      bits::shift_lanes_by_one(right[0], num_planes, right.stride(), from_left.data(), num_words);
      enter<kActivationPlane, 8>(edge.activation);
      enter<kValidPlane, 1>(edge.valid);
      if (has_control) {
        enter<kSwapPlane, 1>(edge.swap);
        enter<kShiftPlane, 1>(edge.shift);
      }
    }
    // The last control bits leave the array after `cols` steps.
    if (has_control) control_in_flight = control_enters ? cols : control_in_flight - 1;
  }

  /// The left edge as planes of rows.
  void pack_edge(const ArrayInputs& edge, bool has_control) {
    const std::size_t plane_words = entering.size() / kNumRightPlanes;
    const std::size_t rows = edge.activation.size();
    const auto pack = [&](std::size_t plane, const std::vector<uint8_t>& values, int num_planes) {
      for (std::size_t first = 0; first < rows; first += 64) {
        uint8_t block[64] = {};
        uint64_t planes[kOperandBits];
        std::copy_n(values.begin() + static_cast<std::ptrdiff_t>(first),
                    std::min<std::size_t>(64, rows - first), block);
        bits::u8_to_planes8(block, planes);
        for (int i = 0; i < num_planes; ++i) {
          entering[(plane + static_cast<std::size_t>(i)) * plane_words + first / 64] = planes[i];
        }
      }
    };
    pack(kActivationPlane, edge.activation, kOperandBits);
    pack(kValidPlane, edge.valid, 1);
    if (!has_control) return;
    pack(kSwapPlane, edge.swap, 1);
    pack(kShiftPlane, edge.shift, 1);
  }

  /// The low bits of `values` [rows] enter column 0 of planes kFirst to kFirst + kCount - 1.
  template <std::size_t kFirst, std::size_t kCount>
  void enter(const std::vector<uint8_t>& values) {
    uint64_t* const first = right[kFirst];
    const std::size_t stride = right.stride();
    std::size_t pe = 0;
    for (const uint8_t value : values) {
      uint64_t* word = first + pe / 64;
      for (std::size_t plane = 0; plane < kCount; ++plane) {
        word[plane * stride] |= uint64_t{(value >> plane) & 1u} << (pe % 64);
      }
      pe += cols;
    }
  }

  /// Weight registers, for the swap and shift that have just arrived.
  void load_weights(const ArrayInputs& edge) {
    const uint64_t* shift = right[kShiftPlane];
    const uint64_t* swap = right[kSwapPlane];
    sample_top(edge);
    for (std::size_t plane = 0; plane < kNumWeightPlanes; ++plane) {
      uint64_t* next = next_weight[plane];
      bits::shift_selected_lanes(next, cols, shift, num_words);
      for (std::size_t w = 0; w < top.size(); ++w) next[w] |= shift[w] & top[w][plane];
      bits::apply(bits::PlaneOp::kMux, weight[plane], weight[plane], next, swap, num_words);
    }
  }

  void sample_top(const ArrayInputs& edge) {
    for (auto& planes : top) planes.fill(0);
    for (std::size_t c = 0; c < cols; ++c) {
      const unsigned value = edge.weight[c] |
                             (edge.weight_flags[c] & kNegate ? 1u : 0u) << kNegatePlane |
                             (edge.weight_flags[c] & kBypass ? 1u : 0u) << kBypassPlane;
      for (std::size_t plane = 0; plane < kNumWeightPlanes; ++plane) {
        top[c / 64][plane] |= uint64_t{(value >> plane) & 1u} << (c % 64);
      }
    }
    for (const auto& planes : top) {
      if (planes[kNegatePlane] != 0) num_sum_bits = kPsumBits;
    }
  }

  void step(uint64_t cycle, const ArrayInputs& edge) {
    faults.set_cycle(cycle);
    accumulate();
    move_right(edge);
    if (control_in_flight > 0) load_weights(edge);
    force_activations();
  }

  /// Products of the group of word `w` for the current registers: 16 planes of word `w`.
  void multiply(std::size_t w, uint64_t* product) {
    const std::size_t group = mac->group_words();
    const std::size_t first = w / group * group;
    std::vector<uint64_t> a(kOperandBits * group), b(a.size()), products(kProductBits * group);
    force_weights();
    const bits::MacPlanes planes = mac_planes();
    for (std::size_t i = 0; i < kOperandBits; ++i) {
      std::copy_n(planes.a + i * planes.a_stride + first, group, a.data() + i * group);
      std::copy_n(planes.b + i * planes.b_stride + first, group, b.data() + i * group);
    }
    restore_weights();
    mac->multiply(a.data(), b.data(), faults.words(first, group), products.data());
    for (std::size_t i = 0; i < kProductBits; ++i) product[i] = products[i * group + w - first];
  }

  ArrayConfig config;
  std::size_t cols;
  std::size_t num_pes;
  std::size_t num_words;  ///< of the planes: more than the PEs need, up to a multiple of 8
  std::size_t margin;     ///< words before word 0 that moving down reads
  PlaneArray right;
  PlaneArray weight;
  PlaneArray next_weight;
  PlaneArray psum;
  std::vector<uint64_t> from_left;  ///< lanes whose PE has a left neighbour
  std::vector<uint64_t> enable;     ///< lanes that add their product in this cycle
  std::vector<uint64_t> entering;   ///< [right plane][rows / 64]: what the left edge brings
  std::vector<std::array<uint64_t, kNumWeightPlanes>> top;  ///< top edge values, lane = column
  int num_sum_bits;                   ///< planes of psum that may be other than zero
  std::size_t control_in_flight = 0;  ///< steps until swap and shift have left the array
  std::vector<std::pair<uint64_t*, uint64_t>> stored_weights;
  LaneFaults faults;
  std::unique_ptr<LaneMac> mac;
  std::size_t num_mac_words;  ///< words that hold PEs, up to a multiple of the group
  uint64_t num_multiplications = 0;
};

SystolicArray::SystolicArray(const ArrayConfig& config, const netlist::Netlist& multiplier,
                             verilated::PeModelLibrary& library, std::vector<fault::Fault> faults) {
  for (const int side : {config.rows, config.cols}) {
    if (side < 1 || side > kMaxSide) {
      throw UsageError(fmt::format("array {}x{}: rows and columns must be 1 to {}", config.rows,
                                   config.cols, kMaxSide));
    }
  }
  if (!multiplier.is_multiplier_8x8()) {
    throw UsageError(fmt::format("'{}' is no 8x8 multiplier", multiplier.name));
  }
  const auto space = fault::PeSpace::array(config.rows, config.cols);
  for (const auto& fault : faults) {
    if (fault.pe < 0 || fault.pe >= space.size()) {
      throw UsageError(fmt::format("fault in PE {} is outside the {}x{} array", fault.pe,
                                   config.rows, config.cols));
    }
    const int num_bits = fault.unit == fault::Unit::kPartialSum ? kPsumBits : kOperandBits;
    if (fault.unit != fault::Unit::kMultiplier && (fault.bit < 0 || fault.bit >= num_bits)) {
      throw UsageError(fmt::format("fault at {}: bit {} of a register of {} bits",
                                   space.pe_name(fault.pe), fault.bit, num_bits));
    }
  }
  impl_ = std::make_unique<Impl>(config, multiplier, library, std::move(faults));
}

SystolicArray::~SystolicArray() = default;

void SystolicArray::step(uint64_t cycle, const ArrayInputs& inputs) { impl_->step(cycle, inputs); }

void SystolicArray::bottom_psums(int32_t* psums) const {
  const auto cols = static_cast<std::size_t>(impl_->config.cols);
  const std::size_t first = static_cast<std::size_t>(impl_->config.rows - 1) * cols;
  uint64_t planes[kPsumBits];
  int32_t values[64];
  for (std::size_t pe = first; pe < first + cols;) {
    const std::size_t lane = pe % 64;
    const std::size_t count = std::min<std::size_t>(64 - lane, first + cols - pe);
    for (std::size_t i = 0; i < kPsumBits; ++i) planes[i] = impl_->psum[i][pe / 64];
    bits::planes32_to_i32(planes, values);
    std::copy(values + lane, values + lane + count, psums + (pe - first));
    pe += count;
  }
}

SystolicArray::PeState SystolicArray::pe(int row, int col) const {
  const auto index = static_cast<std::size_t>(row) * static_cast<std::size_t>(impl_->config.cols) +
                     static_cast<std::size_t>(col);
  const auto bits = [index](const PlaneArray& planes, std::size_t first, std::size_t count) {
    uint32_t value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      value |= static_cast<uint32_t>((planes[first + i][index / 64] >> (index % 64)) & 1) << i;
    }
    return value;
  };
  PeState state{};
  state.activation = static_cast<uint8_t>(bits(impl_->right, kActivationPlane, kOperandBits));
  state.valid = static_cast<uint8_t>(bits(impl_->right, kValidPlane, 1));
  state.swap = static_cast<uint8_t>(bits(impl_->right, kSwapPlane, 1));
  state.shift = static_cast<uint8_t>(bits(impl_->right, kShiftPlane, 1));
  state.weight = static_cast<uint8_t>(bits(impl_->weight, kCodePlane, kOperandBits));
  state.weight_flags = static_cast<uint8_t>(bits(impl_->weight, kNegatePlane, 2));
  state.next_weight = static_cast<uint8_t>(bits(impl_->next_weight, kCodePlane, kOperandBits));
  state.next_weight_flags = static_cast<uint8_t>(bits(impl_->next_weight, kNegatePlane, 2));
  state.psum = static_cast<int32_t>(bits(impl_->psum, 0, kPsumBits));
  return state;
}

PeProbe SystolicArray::probe(int row, int col, uint64_t cycle) {
  const PeState state = pe(row, col);
  const auto index = static_cast<std::size_t>(row) * static_cast<std::size_t>(impl_->config.cols) +
                     static_cast<std::size_t>(col);
  impl_->faults.set_cycle(cycle);
  uint64_t planes[kProductBits];
  impl_->multiply(index / 64, planes);
  PeProbe probe;
  probe.activation = state.activation;
  probe.weight = state.weight;
  for (const auto& mask : impl_->faults.word(index / 64).weight) {
    const uint64_t bit = mask(uint64_t{state.weight} >> mask.plane & 1 ? ~uint64_t{0} : 0);
    probe.weight = static_cast<uint8_t>((probe.weight & ~(1u << mask.plane)) |
                                        (bit >> (index % 64) & 1) << mask.plane);
  }
  for (int i = 0; i < kProductBits; ++i) {
    probe.product = static_cast<uint16_t>(probe.product | (planes[i] >> (index % 64) & 1) << i);
  }
  probe.is_valid = state.valid != 0;
  probe.is_added = probe.is_valid && (state.weight_flags & kBypass) == 0;
  probe.is_negated = (state.weight_flags & kNegate) != 0;
  probe.sum = state.psum;
  return probe;
}

const ArrayConfig& SystolicArray::config() const { return impl_->config; }

uint64_t SystolicArray::num_multiplications() const { return impl_->num_multiplications; }

}  // namespace faultwave::accel
