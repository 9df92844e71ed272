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
      for (int word = 0; word < packing_.num_words; ++word) {
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
              out[plane * packing_.num_words + word] |= spread_[bytes >> (8 * plane) & 0xFF]
                                                        << shift;
            }
          }
        }
      }
      out += packing_.num_words * kOperandBits;
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
      for (int word = 0; word < packing_.num_words; ++word) {
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
            out[plane * packing_.num_words + word] |= (bits[plane] * replicate_)
                                                      << (group * packing_.num_dpus);
          }
        }
      }
      out += packing_.num_words * kNumPlanes;
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

std::unique_ptr<LaneMac> make_lane_mac(PeModelKind kind, const TensorCoreConfig& config,
                                       const netlist::Netlist& multiplier,
                                       verilated::PeModelLibrary& library, bool faultable) {
  return make_lane_mac(kind, multiplier, library, faultable,
                       static_cast<std::size_t>(LanePacking(config).num_words));
}

TensorCore::TensorCore(const TensorCoreConfig& config, const netlist::Netlist& multiplier,
                       LaneMac& mac, bool product_is_signed, bool weight_on_port_a,
                       std::vector<fault::Fault> faults, int first_lane)
    : packing_(config),
      mac_(mac),
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
      bypassed_(static_cast<std::size_t>(packing_.num_words)),
      enabled_(static_cast<std::size_t>(packing_.num_words)),
      sums_(kSumBits * mac.group_words()) {
  FAULTWAVE_CHECK(enabled_.size() % mac.group_words() == 0);
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

unsigned code_of_lane(const uint64_t* planes, std::size_t stride, int num_planes, int bit) {
  unsigned code = 0;
  for (int i = 0; i < num_planes; ++i, planes += stride) {
    code |= static_cast<unsigned>(*planes >> bit & 1) << i;
  }
  return code;
}

}  // namespace

PeProbe TensorCore::probe(int lane, uint64_t cycle) {
  PeProbe probe;
  const int unit = lane / packing_.depth;
  probe.sum = static_cast<int32_t>(code_of_lane(accumulators_, 1, kSumBits, unit));
  if (!is_valid_) return probe;
  const LanePlace place = packing_.place_of(lane);
  faults_.set_cycle(cycle);
  load_operands();
  const uint64_t* activation = weight_on_port_a_ ? planes_.b : planes_.a;
  const uint64_t* weight = weight_on_port_a_ ? planes_.a : planes_.b;
  const std::size_t stride = enabled_.size();
  probe.activation =
      static_cast<uint8_t>(code_of_lane(activation + place.word, stride, kOperandBits, place.bit));
  probe.weight =
      static_cast<uint8_t>(code_of_lane(weight + place.word, stride, kOperandBits, place.bit));
  const std::size_t group = mac_.group_words();
  const std::size_t first = place.word / group * group;
  std::vector<uint64_t> a(kOperandBits * group), b(a.size()), product(kProductBits * group);
  for (std::size_t i = 0; i < kOperandBits; ++i) {
    std::copy_n(planes_.a + i * stride + first, group, a.data() + i * group);
    std::copy_n(planes_.b + i * stride + first, group, b.data() + i * group);
  }
  mac_.multiply(a.data(), b.data(), faults_.words(first, group), product.data());
  probe.product = static_cast<uint16_t>(
      code_of_lane(product.data() + place.word - first, group, kProductBits, place.bit));
  probe.is_valid = true;
  probe.is_added = (enabled_[place.word] >> place.bit & 1) != 0;
  probe.is_negated = (planes_.negate[place.word] >> place.bit & 1) != 0;
  return probe;
}

void TensorCore::load_operands() {
  const std::size_t num_words = enabled_.size();
  const uint64_t* activations = operands_.activations;
  const uint64_t* weights = operands_.weights;
  if (!faults_.faulty_words().empty()) {
    constexpr std::size_t kNumWeightPlanes = WeightFragment::kNumPlanes;
    forced_.resize((kOperandBits + kNumWeightPlanes) * num_words);
    uint64_t* forced_weights = forced_.data() + kOperandBits * num_words;
    std::copy_n(activations, kOperandBits * num_words, forced_.data());
    std::copy_n(weights, kNumWeightPlanes * num_words, forced_weights);
    const auto force = [num_words](uint64_t* planes, const std::vector<PlaneMask>& masks) {
      for (const auto& mask : masks) {
        uint64_t& word = planes[static_cast<std::size_t>(mask.plane) * num_words];
        word = mask(word);
      }
    };
    for (const std::size_t word : faults_.faulty_words()) {
      force(forced_.data() + word, faults_.word(word).activation);
      force(forced_weights + word, faults_.word(word).weight);
    }
    activations = forced_.data();
    weights = forced_weights;
  }
  const uint64_t* enable = weights + WeightFragment::kEnablePlane * num_words;
  for (std::size_t word = 0; word < num_words; ++word) {
    enabled_[word] = operands_.enable & enable[word] & ~bypassed_[word];
  }
  planes_.a = weight_on_port_a_ ? weights : activations;
  planes_.b = weight_on_port_a_ ? activations : weights;
  planes_.a_stride = planes_.b_stride = num_words;
  planes_.enable = enabled_.data();
  planes_.negate = weights + WeightFragment::kNegatePlane * num_words;
  planes_.addend = planes_.sum = sums_.data();
  planes_.sum_stride = mac_.group_words();
  planes_.num_sum_bits = static_cast<uint64_t>(sum_bits_);
  planes_.product_is_signed = product_is_signed_ ? 1 : 0;
}

void TensorCore::accumulate() {
  load_operands();
  std::fill(sums_.begin(), sums_.end(), 0);
  const std::size_t num_words = enabled_.size();
  const std::size_t group = mac_.group_words();
  bits::MacPlanes planes = planes_;
  for (std::size_t word = 0; word < num_words; word += group) {
    mac_.run_group(planes, 0, faults_.words(word, group));
    planes.a += group;
    planes.b += group;
    planes.enable += group;
    planes.negate += group;
  }
  for (const uint64_t enabled : enabled_) {
    num_multiplications_ += static_cast<uint64_t>(std::popcount(enabled));
  }
  // Words of a group, then lanes of a word, hold parts of the same sums.
  uint64_t sum[kSumBits] = {};
  for (int i = 0; i < sum_bits_; ++i) sum[i] = sums_[static_cast<std::size_t>(i) * group];
  uint64_t other[kSumBits];
  for (std::size_t word = 1; word < group; ++word) {
    for (int i = 0; i < sum_bits_; ++i)
      other[i] = sums_[static_cast<std::size_t>(i) * group + word];
    add_planes(sum, other, sum_bits_);
  }
  for (int lanes = packing_.group / 2; lanes >= 1; lanes /= 2) {
    for (int i = 0; i < sum_bits_; ++i) other[i] = sum[i] >> (lanes * packing_.num_dpus);
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
