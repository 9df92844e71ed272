#include "accel/systolic_array.hpp"

#include <algorithm>
#include <bit>

#include "accel/gemm_job.hpp"
#include "accel/lane_faults.hpp"
#include "bits/transpose.hpp"

namespace faultwave::accel {
namespace {

constexpr int kMaxSide = 512;
constexpr int kPsumBits = 32;
constexpr int kProductBits = 16;
constexpr int kOperandBits = 8;

/// Planes that travel to the right, in this order in `Word::right`.
enum RightPlane { kActivationPlane = 0, kValidPlane = 8, kSwapPlane, kShiftPlane, kNumRightPlanes };
/// Planes of a weight register.
enum WeightPlane { kCodePlane = 0, kNegatePlane = 8, kBypassPlane, kNumWeightPlanes };

/// The registers of 64 PEs.
struct Word {
  uint64_t right[kNumRightPlanes] = {};
  uint64_t weight[kNumWeightPlanes] = {};
  uint64_t next_weight[kNumWeightPlanes] = {};
  uint64_t psum[kPsumBits] = {};
};

void add_planes(uint64_t* sum, const uint64_t* addend, uint64_t carry) {
  for (int i = 0; i < kProductBits; ++i) {
    const uint64_t half = sum[i] ^ addend[i];
    const uint64_t generate = sum[i] & addend[i];
    sum[i] = half ^ carry;
    carry = generate | (half & carry);
  }
  for (int i = kProductBits; i < kPsumBits; ++i) {
    const uint64_t next = sum[i] & carry;
    sum[i] ^= carry;
    carry = next;
  }
}

/// As add_planes, with `upper` in all bits above the product.
void add_extended_planes(uint64_t* sum, const uint64_t* addend, uint64_t upper, uint64_t carry) {
  for (int i = 0; i < kPsumBits; ++i) {
    const uint64_t x = i < kProductBits ? addend[i] : upper;
    const uint64_t half = sum[i] ^ x;
    const uint64_t generate = sum[i] & x;
    sum[i] = half ^ carry;
    carry = generate | (half & carry);
  }
}

}  // namespace

struct SystolicArray::Impl {
  Impl(const ArrayConfig& array_config, const netlist::Netlist& multiplier,
       verilated::PeModelLibrary& library, std::vector<fault::Fault> fault_list)
      : config(array_config),
        num_words(
            (static_cast<std::size_t>(config.rows) * static_cast<std::size_t>(config.cols) + 63) /
            64),
        words(num_words),
        from_left(num_words),
        inputs(num_words),
        top(static_cast<std::size_t>(config.cols + 63) / 64),
        faults(
            multiplier, std::move(fault_list),
            [](const fault::Fault& fault) {
              return LanePlace{static_cast<std::size_t>(fault.pe / 64), fault.pe % 64};
            },
            num_words, LaneFaults::ActivationMasks::kAtLoad),
        clean(library.load(multiplier, false)),
        word_offset(static_cast<std::size_t>(config.cols) / 64),
        bit_offset(config.cols % 64) {
    if (faults.has_multiplier_faults()) faultable = library.load(multiplier, true);
    const std::size_t num_pes =
        static_cast<std::size_t>(config.rows) * static_cast<std::size_t>(config.cols);
    for (std::size_t pe = 0; pe < num_pes; ++pe) {
      if (pe % static_cast<std::size_t>(config.cols) == 0) continue;
      from_left[pe / 64] |= uint64_t{1} << (pe % 64);
    }
    show_faults_of_cycle_0();
  }

  /// Registers start at 0, and show their faults from the first cycle on.
  void show_faults_of_cycle_0() {
    faults.set_cycle(UINT64_MAX);  // the step before cycle 0
    for (std::size_t w = 0; w < num_words; ++w) {
      for (const auto& mask : faults.word(w).activation) {
        words[w].right[mask.plane] = mask(words[w].right[mask.plane]);
      }
      for (const auto& mask : faults.word(w).psum) {
        words[w].psum[mask.plane] = mask(words[w].psum[mask.plane]);
      }
    }
  }

  /// Plane word `w` as seen one row further down: lane i takes lane i - cols.
  template <typename Plane>
  uint64_t from_above(std::size_t w, Plane plane) const {
    uint64_t value = 0;
    if (w >= word_offset) value = plane(words[w - word_offset]) << bit_offset;
    if (bit_offset != 0 && w > word_offset) {
      value |= plane(words[w - word_offset - 1]) >> (64 - bit_offset);
    }
    return value;
  }

  void sample_inputs(const ArrayInputs& edge) {
    for (const std::size_t w : input_words) std::fill(inputs[w].begin(), inputs[w].end(), 0);
    input_words.clear();
    for (int row = 0; row < config.rows; ++row) {
      const auto r = static_cast<std::size_t>(row);
      const unsigned value = edge.activation[r] | (edge.valid[r] & 1u) << kValidPlane |
                             (edge.swap[r] & 1u) << kSwapPlane |
                             (edge.shift[r] & 1u) << kShiftPlane;
      if (value == 0) continue;
      const std::size_t pe = r * static_cast<std::size_t>(config.cols);
      input_words.push_back(pe / 64);
      for (int plane = 0; plane < kNumRightPlanes; ++plane) {
        inputs[pe / 64][static_cast<std::size_t>(plane)] |= uint64_t{(value >> plane) & 1u}
                                                            << (pe % 64);
      }
    }
    top_used =
        std::any_of(edge.shift.begin(), edge.shift.end(), [](uint8_t s) { return s != 0; }) ||
        shift_in_flight;
    if (!top_used) return;
    for (auto& planes : top) planes.fill(0);
    for (std::size_t c = 0; c < static_cast<std::size_t>(config.cols); ++c) {
      const unsigned value = edge.weight[c] |
                             (edge.weight_flags[c] & kNegate ? 1u : 0u) << kNegatePlane |
                             (edge.weight_flags[c] & kBypass ? 1u : 0u) << kBypassPlane;
      for (int plane = 0; plane < kNumWeightPlanes; ++plane) {
        top[c / 64][static_cast<std::size_t>(plane)] |= uint64_t{(value >> plane) & 1u} << (c % 64);
      }
    }
  }

  /// Products of word `w` for its current registers; `out` 16 planes.
  void multiply(std::size_t w, uint64_t* out) {
    const Word& word = words[w];
    const WordFaults& active = faults.word(w);
    const uint64_t* weight = word.weight;
    uint64_t forced[8];
    if (!active.weight.empty()) {
      std::copy(word.weight, word.weight + 8, forced);
      for (const auto& mask : active.weight) forced[mask.plane] = mask(forced[mask.plane]);
      weight = forced;
    }
    const uint64_t* a = config.weight_on_port_a ? weight : word.right;
    const uint64_t* b = config.weight_on_port_a ? word.right : weight;
    if (active.multiplier.empty()) {
      clean->eval(a, b, out);
      return;
    }
    verilated::SiteMask* site_masks = faultable->masks();
    for (const auto& fault : active.multiplier) site_masks[fault.plane] = fault.mask;
    faultable->eval(a, b, out);
    for (const auto& fault : active.multiplier) site_masks[fault.plane] = {};
  }

  /// psum_q of word `w`: what comes from above plus the gated product.
  void accumulate(std::size_t w) {
    Word& word = words[w];
    const uint64_t enabled = word.right[kValidPlane] & ~word.weight[kBypassPlane];
    uint64_t product[kProductBits];
    if (enabled != 0) multiply(w, product);
    uint64_t sum[kPsumBits];
    if (bit_offset == 0) {
      if (w >= word_offset) {
        std::copy(words[w - word_offset].psum, words[w - word_offset].psum + kPsumBits, sum);
      } else {
        std::fill(sum, sum + kPsumBits, 0);
      }
    } else {
      for (int i = 0; i < kPsumBits; ++i) {
        sum[i] = from_above(w, [i](const Word& x) { return x.psum[i]; });
      }
    }
    if (enabled != 0) {
      num_multiplications += static_cast<uint64_t>(std::popcount(enabled));
      const uint64_t negate = word.weight[kNegatePlane] & enabled;
      for (uint64_t& plane : product) plane = (plane & enabled) ^ negate;
      if (negate == 0 && !config.product_is_signed) {
        add_planes(sum, product, 0);
      } else {
        const uint64_t upper = config.product_is_signed ? product[kProductBits - 1] : negate;
        add_extended_planes(sum, product, upper, negate);
      }
    }
    for (const auto& mask : faults.word(w).psum) sum[mask.plane] = mask(sum[mask.plane]);
    std::copy(sum, sum + kPsumBits, word.psum);
  }

  void load_weights(std::size_t w, uint64_t swap, uint64_t shift) {
    Word& word = words[w];
    for (int plane = 0; plane < kNumWeightPlanes; ++plane) {
      uint64_t next = word.next_weight[plane];
      if (shift != 0) {
        uint64_t above = from_above(w, [plane](const Word& x) { return x.next_weight[plane]; });
        if (w < top.size()) above |= top[w][static_cast<std::size_t>(plane)];
        next = (shift & above) | (~shift & next);
      }
      word.weight[plane] = (swap & next) | (~swap & word.weight[plane]);
      word.next_weight[plane] = next;
    }
  }

  void move_right(std::size_t w) {
    Word& word = words[w];
    for (int plane = 0; plane < kNumRightPlanes; ++plane) {
      const uint64_t carry = w == 0 ? 0 : words[w - 1].right[plane] >> 63;
      word.right[plane] = (((word.right[plane] << 1) | carry) & from_left[w]) |
                          inputs[w][static_cast<std::size_t>(plane)];
    }
  }

  /// Bits of the control plane `plane` as they arrive at word `w` at this edge.
  uint64_t arriving(std::size_t w, int plane) const {
    const uint64_t carry = w == 0 ? 0 : words[w - 1].right[plane] >> 63;
    return (((words[w].right[plane] << 1) | carry) & from_left[w]) |
           inputs[w][static_cast<std::size_t>(plane)];
  }

  void step(uint64_t cycle, const ArrayInputs& edge) {
    faults.set_cycle(cycle);
    sample_inputs(edge);
    uint64_t shifting = 0;
    // Values come from lower words only: going down from the last word, they are still the old
    // ones.
    for (std::size_t w = num_words; w-- > 0;) {
      accumulate(w);
      const uint64_t swap = arriving(w, kSwapPlane);
      const uint64_t shift = arriving(w, kShiftPlane);
      shifting |= shift;
      if ((swap | shift) != 0) load_weights(w, swap, shift);
      move_right(w);
      for (const auto& mask : faults.word(w).activation) {
        words[w].right[mask.plane] = mask(words[w].right[mask.plane]);
      }
    }
    shift_in_flight = shifting != 0;
  }

  ArrayConfig config;
  std::size_t num_words;
  std::vector<Word> words;
  std::vector<uint64_t> from_left;  ///< lanes whose PE has a left neighbour
  std::vector<std::array<uint64_t, kNumRightPlanes>> inputs;  ///< left edge values of this cycle
  std::vector<std::size_t> input_words;
  std::vector<std::array<uint64_t, kNumWeightPlanes>> top;  ///< top edge values, lane = column
  bool top_used = false;
  bool shift_in_flight = false;
  LaneFaults faults;
  std::unique_ptr<verilated::PeModel> clean;
  std::unique_ptr<verilated::PeModel> faultable;
  std::size_t word_offset;  ///< cols / 64
  int bit_offset;           ///< cols % 64
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
  int32_t values[64];
  for (std::size_t pe = first; pe < first + cols;) {
    const std::size_t lane = pe % 64;
    const std::size_t count = std::min<std::size_t>(64 - lane, first + cols - pe);
    bits::planes32_to_i32(impl_->words[pe / 64].psum, values);
    std::copy(values + lane, values + lane + count, psums + (pe - first));
    pe += count;
  }
}

SystolicArray::PeState SystolicArray::pe(int row, int col) const {
  const auto index = static_cast<std::size_t>(row) * static_cast<std::size_t>(impl_->config.cols) +
                     static_cast<std::size_t>(col);
  const Word& word = impl_->words.at(index / 64);
  const auto bits = [lane = index % 64](const uint64_t* planes, int count) {
    uint32_t value = 0;
    for (int i = 0; i < count; ++i) value |= static_cast<uint32_t>((planes[i] >> lane) & 1) << i;
    return value;
  };
  PeState state{};
  state.activation = static_cast<uint8_t>(bits(word.right, 8));
  state.valid = static_cast<uint8_t>(bits(word.right + kValidPlane, 1));
  state.swap = static_cast<uint8_t>(bits(word.right + kSwapPlane, 1));
  state.shift = static_cast<uint8_t>(bits(word.right + kShiftPlane, 1));
  state.weight = static_cast<uint8_t>(bits(word.weight, 8));
  state.weight_flags = static_cast<uint8_t>(bits(word.weight + kNegatePlane, 2));
  state.next_weight = static_cast<uint8_t>(bits(word.next_weight, 8));
  state.next_weight_flags = static_cast<uint8_t>(bits(word.next_weight + kNegatePlane, 2));
  state.psum = static_cast<int32_t>(bits(word.psum, kPsumBits));
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
