#include "accel/tensor_core.hpp"

#include <algorithm>
#include <bit>

#include "accel/gemm_job.hpp"
#include "base/error.hpp"
#include "bits/transpose.hpp"

namespace faultwave::accel {
namespace {

constexpr int kMaxDpus = 64;
constexpr int kMaxDepth = 64;
constexpr int kMaxMmaSide = 256;
constexpr int kOperandBits = 8;
constexpr int kProductBits = 16;
constexpr int kSumBits = 32;

void require(bool ok, const std::string& problem, const std::string& fix) {
  if (!ok) throw UsageError(problem + "\n  fix: " + fix);
}

bool is_power_of_two(int value) { return value > 0 && std::has_single_bit(unsigned(value)); }

/// Bit j of byte i becomes bit i of byte j.
uint64_t transpose_8x8(uint64_t x) {
  uint64_t t = (x ^ (x >> 7)) & 0x00AA00AA00AA00AA;
  x ^= t ^ (t << 7);
  t = (x ^ (x >> 14)) & 0x0000CCCC0000CCCC;
  x ^= t ^ (t << 14);
  t = (x ^ (x >> 28)) & 0x00000000F0F0F0F0;
  return x ^ t ^ (t << 28);
}

/// sum += addend over `num_bits` planes.
void add_planes(uint64_t* sum, const uint64_t* addend, int num_bits) {
  uint64_t carry = 0;
  for (int i = 0; i < num_bits; ++i) {
    const uint64_t half = sum[i] ^ addend[i];
    const uint64_t generate = sum[i] & addend[i];
    sum[i] = half ^ carry;
    carry = generate | (half & carry);
  }
}

/// sum (num_bits planes) += product (16 planes), with `upper` above it.
void add_product(uint64_t* sum, const uint64_t* product, uint64_t upper, uint64_t carry,
                 int num_bits) {
  for (int i = 0; i < kProductBits; ++i) {
    const uint64_t half = sum[i] ^ product[i];
    const uint64_t generate = sum[i] & product[i];
    sum[i] = half ^ carry;
    carry = generate | (half & carry);
  }
  for (int i = kProductBits; i < num_bits; ++i) {
    const uint64_t half = sum[i] ^ upper;
    const uint64_t generate = sum[i] & upper;
    sum[i] = half ^ carry;
    carry = generate | (half & carry);
  }
}

}  // namespace

void TensorCoreConfig::check() const {
  require(is_power_of_two(rows) && is_power_of_two(cols) && rows * cols <= kMaxDpus,
          fmt::format("a tensor core of {}x{} dot-product units is impossible", rows, cols),
          fmt::format("rows and cols are powers of two, their product at most {}", kMaxDpus));
  require(is_power_of_two(depth) && depth <= kMaxDepth,
          fmt::format("dot-product units of {} lanes are impossible", depth),
          fmt::format("depth is a power of two, at most {}", kMaxDepth));
  const auto check_side = [](const char* name, int side, const char* unit_name, int unit) {
    require(side >= 1 && side <= kMaxMmaSide && side % unit == 0,
            fmt::format("{} {} does not divide into {} {}", name, side, unit_name, unit),
            fmt::format("use a multiple of {}, at most {}", unit, kMaxMmaSide));
  };
  check_side("mma_m", mma_m, "rows", rows);
  check_side("mma_n", mma_n, "cols", cols);
  check_side("mma_k", mma_k, "depth", depth);
  require(
      steps_k() == 1 || steps_m() * steps_n() > 1,
      fmt::format("an mma of {}x{}x{} returns to the same sums in the next cycle, a dot-product "
                  "unit takes two",
                  mma_m, mma_n, mma_k),
      "make mma_m or mma_n larger, or mma_k equal to depth");
}

LanePacking::LanePacking(const TensorCoreConfig& config)
    : num_dpus(config.num_dpus()),
      depth(config.depth),
      group(std::min(config.depth, kMaxDpus / num_dpus)),
      num_words(config.depth / group) {}

LanePlace LanePacking::place_of(int lane) const {
  const int dpu = lane / depth;
  const int element = lane % depth;
  return {static_cast<std::size_t>(element % num_words), element / num_words * num_dpus + dpu};
}

// ---- fragments ----

ActivationFragment::ActivationFragment(const TensorCoreConfig& config)
    : config_(config),
      packing_(config),
      spread_(256),
      planes_(static_cast<std::size_t>(config.steps_m() * config.steps_k() * packing_.num_words *
                                       kOperandBits)),
      enable_(static_cast<std::size_t>(config.steps_m())) {
  for (unsigned byte = 0; byte < 256; ++byte) {
    for (int copy = 0; copy < 8 * config.cols && copy < 64; ++copy) {
      if ((byte >> (copy / config.cols) & 1) != 0) spread_[byte] |= uint64_t{1} << copy;
    }
  }
}

const uint64_t* ActivationFragment::planes(int step_m, int step_k) const {
  return planes_.data() + (step_m * config_.steps_k() + step_k) * packing_.num_words * kOperandBits;
}

void ActivationFragment::pack(const uint8_t* codes, int64_t stride, int num_rows) {
  std::fill(planes_.begin(), planes_.end(), 0);
  std::fill(enable_.begin(), enable_.end(), 0);
  uint64_t* out = planes_.data();
  for (int step_m = 0; step_m < config_.steps_m(); ++step_m) {
    for (int group = 0; group < packing_.group; ++group) {
      for (int row = 0; row < config_.rows && step_m * config_.rows + row < num_rows; ++row) {
        enable_[static_cast<std::size_t>(step_m)] |=
            spread_[1] << (group * packing_.num_dpus + row * config_.cols);
      }
    }
    const uint8_t* block = codes + step_m * config_.rows * stride;
    for (int step_k = 0; step_k < config_.steps_k(); ++step_k) {
      for (int word = 0; word < packing_.num_words; ++word, out += kOperandBits) {
        for (int group = 0; group < packing_.group; ++group) {
          const uint8_t* column =
              block + step_k * config_.depth + group * packing_.num_words + word;
          for (int row = 0; row < config_.rows; row += 8) {
            uint64_t bytes = 0;
            for (int i = 0; i < std::min(8, config_.rows - row); ++i) {
              bytes |= uint64_t{column[(row + i) * stride]} << (8 * i);
            }
            bytes = transpose_8x8(bytes);
            const int shift = group * packing_.num_dpus + row * config_.cols;
            for (int plane = 0; plane < kOperandBits; ++plane) {
              out[plane] |= spread_[bytes >> (8 * plane) & 0xFF] << shift;
            }
          }
        }
      }
    }
  }
}

WeightFragment::WeightFragment(const TensorCoreConfig& config)
    : config_(config),
      packing_(config),
      planes_(static_cast<std::size_t>(config.steps_n() * config.steps_k() * packing_.num_words *
                                       kNumPlanes)) {
  for (int row = 0; row < config.rows; ++row) replicate_ |= uint64_t{1} << (row * config.cols);
}

const uint64_t* WeightFragment::planes(int step_n, int step_k) const {
  return planes_.data() + (step_n * config_.steps_k() + step_k) * packing_.num_words * kNumPlanes;
}

void WeightFragment::pack(const uint8_t* codes, const uint8_t* flags, int64_t stride) {
  std::fill(planes_.begin(), planes_.end(), 0);
  uint64_t* out = planes_.data();
  for (int step_n = 0; step_n < config_.steps_n(); ++step_n) {
    const int64_t first = step_n * config_.cols * stride;
    for (int step_k = 0; step_k < config_.steps_k(); ++step_k) {
      for (int word = 0; word < packing_.num_words; ++word, out += kNumPlanes) {
        for (int group = 0; group < packing_.group; ++group) {
          const int64_t column = first + step_k * config_.depth + group * packing_.num_words + word;
          uint64_t bits[kNumPlanes] = {};
          for (int col = 0; col < config_.cols; col += 8) {
            const int count = std::min(8, config_.cols - col);
            uint64_t bytes = 0;
            uint64_t negate = 0;
            uint64_t enable = 0;
            for (int i = 0; i < count; ++i) {
              const int64_t place = column + (col + i) * stride;
              bytes |= uint64_t{codes[place]} << (8 * i);
              negate |= uint64_t{(flags[place] & kNegate) != 0} << i;
              enable |= uint64_t{(flags[place] & kBypass) == 0} << i;
            }
            bytes = transpose_8x8(bytes);
            for (int plane = 0; plane < kOperandBits; ++plane) {
              bits[plane] |= (bytes >> (8 * plane) & 0xFF) << col;
            }
            bits[kNegatePlane] |= negate << col;
            bits[kEnablePlane] |= enable << col;
          }
          for (int plane = 0; plane < kNumPlanes; ++plane) {
            out[plane] |= (bits[plane] * replicate_) << (group * packing_.num_dpus);
          }
        }
      }
    }
  }
}

AccumulatorFragment::AccumulatorFragment(const TensorCoreConfig& config)
    : config_(config),
      planes_(static_cast<std::size_t>(config.steps_m() * config.steps_n() * kSumBits)) {}

void AccumulatorFragment::clear() { std::fill(planes_.begin(), planes_.end(), 0); }

uint64_t* AccumulatorFragment::planes(int step_m, int step_n) {
  return planes_.data() + (step_m * config_.steps_n() + step_n) * kSumBits;
}

void AccumulatorFragment::unpack(int32_t* sums) const {
  int32_t values[64];
  const uint64_t* planes = planes_.data();
  for (int step_m = 0; step_m < config_.steps_m(); ++step_m) {
    for (int step_n = 0; step_n < config_.steps_n(); ++step_n, planes += kSumBits) {
      bits::planes32_to_i32(planes, values);
      for (int row = 0; row < config_.rows; ++row) {
        std::copy_n(values + row * config_.cols, config_.cols,
                    sums + (step_m * config_.rows + row) * config_.mma_n + step_n * config_.cols);
      }
    }
  }
}

// ---- datapath ----

LaneModels::LaneModels(const netlist::Netlist& multiplier, verilated::PeModelLibrary& library,
                       bool with_faultable)
    : clean(library.load(multiplier, false)) {
  if (with_faultable) faultable = library.load(multiplier, true);
}

TensorCore::TensorCore(const TensorCoreConfig& config, const netlist::Netlist& multiplier,
                       LaneModels& models, bool product_is_signed, bool weight_on_port_a,
                       std::vector<fault::Fault> faults, int first_lane)
    : packing_(config),
      models_(models),
      product_is_signed_(product_is_signed),
      weight_on_port_a_(weight_on_port_a),
      sum_bits_(kProductBits + std::bit_width(unsigned(config.depth - 1)) + 1),
      faults_(
          multiplier, std::move(faults),
          [&](const fault::Fault& fault) {
            const int lane = fault.pe - first_lane;
            const bool is_sum = fault.unit == fault::Unit::kPartialSum;
            const int num_bits = is_sum ? kSumBits : kOperandBits;
            if (lane < 0 || lane >= config.num_lanes()) {
              throw UsageError(fmt::format("fault on lane {}: the tensor core has {} lanes", lane,
                                           config.num_lanes()));
            }
            if (fault.unit != fault::Unit::kMultiplier &&
                (fault.bit < 0 || fault.bit >= num_bits)) {
              throw UsageError(fmt::format("fault on lane {}: bit {} of a register of {} bits",
                                           lane, fault.bit, num_bits));
            }
            return is_sum ? LanePlace{0, lane / config.depth} : packing_.place_of(lane);
          },
          static_cast<std::size_t>(packing_.num_words), LaneFaults::ActivationMasks::kAtUse),
      bypassed_(static_cast<std::size_t>(packing_.num_words)) {
  FAULTWAVE_CHECK(!faults_.has_multiplier_faults() || models.faultable != nullptr);
}

void TensorCore::set_bypassed_lanes(const std::vector<int>& lanes) {
  std::fill(bypassed_.begin(), bypassed_.end(), 0);
  for (const int lane : lanes) {
    const LanePlace place = packing_.place_of(lane);
    bypassed_[place.word] |= uint64_t{1} << place.bit;
  }
}

void TensorCore::step(uint64_t cycle, const StepOperands* operands) {
  has_result_ = is_valid_;
  if (is_valid_) {
    faults_.set_cycle(cycle);
    accumulate();
  }
  is_valid_ = operands != nullptr;
  if (!is_valid_) return;
  operands_ = *operands;
  std::copy_n(operands->sums, kSumBits, addends_);
}

namespace {

/// The planes of an operand register as the multiplier sees them: themselves, or forced copies.
const uint64_t* forced_planes(const uint64_t* planes, const std::vector<PlaneMask>& masks,
                              uint64_t* copies) {
  if (masks.empty()) return planes;
  std::copy_n(planes, kOperandBits, copies);
  for (const auto& mask : masks) copies[mask.plane] = mask(copies[mask.plane]);
  return copies;
}

unsigned code_of_lane(const uint64_t* planes, int num_planes, int bit) {
  unsigned code = 0;
  for (int i = 0; i < num_planes; ++i) code |= static_cast<unsigned>(planes[i] >> bit & 1) << i;
  return code;
}

}  // namespace

PeProbe TensorCore::probe(int lane, uint64_t cycle) {
  PeProbe probe;
  const int unit = lane / packing_.depth;
  probe.sum = static_cast<int32_t>(code_of_lane(accumulators_, kSumBits, unit));
  if (!is_valid_) return probe;
  const LanePlace place = packing_.place_of(lane);
  faults_.set_cycle(cycle);
  const WordFaults& active = faults_.word(place.word);
  const uint64_t* weight = operands_.weights + place.word * WeightFragment::kNumPlanes;
  uint64_t copies[kOperandBits];
  probe.activation = static_cast<uint8_t>(code_of_lane(
      forced_planes(operands_.activations + place.word * kOperandBits, active.activation, copies),
      kOperandBits, place.bit));
  probe.weight = static_cast<uint8_t>(
      code_of_lane(forced_planes(weight, active.weight, copies), kOperandBits, place.bit));
  uint64_t product[kProductBits];
  multiply(place.word, product);
  probe.product = static_cast<uint16_t>(code_of_lane(product, kProductBits, place.bit));
  probe.is_valid = true;
  const uint64_t enabled =
      operands_.enable & weight[WeightFragment::kEnablePlane] & ~bypassed_[place.word];
  probe.is_added = (enabled >> place.bit & 1) != 0;
  probe.is_negated = (weight[WeightFragment::kNegatePlane] >> place.bit & 1) != 0;
  return probe;
}

void TensorCore::multiply(std::size_t word, uint64_t* product) {
  const WordFaults& active = faults_.word(word);
  uint64_t forced_activation[kOperandBits];
  uint64_t forced_weight[kOperandBits];
  const uint64_t* activation = forced_planes(operands_.activations + word * kOperandBits,
                                             active.activation, forced_activation);
  const uint64_t* weight = forced_planes(operands_.weights + word * WeightFragment::kNumPlanes,
                                         active.weight, forced_weight);
  const uint64_t* a = weight_on_port_a_ ? weight : activation;
  const uint64_t* b = weight_on_port_a_ ? activation : weight;
  if (active.multiplier.empty()) {
    models_.clean->eval(a, b, product);
    return;
  }
  verilated::SiteMask* site_masks = models_.faultable->masks();
  for (const auto& fault : active.multiplier) site_masks[fault.plane] = fault.mask;
  models_.faultable->eval(a, b, product);
  for (const auto& fault : active.multiplier) site_masks[fault.plane] = {};
}

void TensorCore::accumulate() {
  uint64_t sum[kSumBits] = {};
  const auto num_words = static_cast<std::size_t>(packing_.num_words);
  for (std::size_t word = 0; word < num_words; ++word) {
    const uint64_t* weight = operands_.weights + word * WeightFragment::kNumPlanes;
    const uint64_t enabled =
        operands_.enable & weight[WeightFragment::kEnablePlane] & ~bypassed_[word];
    if (enabled == 0) continue;
    num_multiplications_ += static_cast<uint64_t>(std::popcount(enabled));
    uint64_t product[kProductBits];
    multiply(word, product);
    const uint64_t negate = weight[WeightFragment::kNegatePlane] & enabled;
    for (uint64_t& plane : product) plane = (plane & enabled) ^ negate;
    const uint64_t upper = product_is_signed_ ? product[kProductBits - 1] : negate;
    add_product(sum, product, upper, negate, sum_bits_);
  }
  for (int group = packing_.group / 2; group >= 1; group /= 2) {
    uint64_t other[kSumBits];
    for (int i = 0; i < sum_bits_; ++i) other[i] = sum[i] >> (group * packing_.num_dpus);
    add_planes(sum, other, sum_bits_);
  }
  std::fill(sum + sum_bits_, sum + kSumBits, sum[sum_bits_ - 1]);
  std::copy_n(addends_, kSumBits, accumulators_);
  add_planes(accumulators_, sum, kSumBits);
  for (const auto& mask : faults_.word(0).psum) {
    accumulators_[mask.plane] = mask(accumulators_[mask.plane]);
  }
}

}  // namespace faultwave::accel
