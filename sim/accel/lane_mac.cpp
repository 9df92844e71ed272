#include "accel/lane_mac.hpp"

#include <algorithm>
#include <optional>

#include "base/error.hpp"
#include "native/mac_model.hpp"

namespace faultwave::accel {
namespace {

constexpr std::size_t kOperandBits = 8;
constexpr std::size_t kProductBits = 16;
constexpr std::size_t kMaxSumBits = 32;

/// sum (16 planes and more) += product, with `upper` in all bits above it.
void add_product(uint64_t* sum, std::size_t num_sum_bits, const uint64_t* product, uint64_t upper,
                 uint64_t carry) {
  for (std::size_t i = 0; i < num_sum_bits; ++i) {
    const uint64_t x = i < kProductBits ? product[i] : upper;
    const uint64_t half = sum[i] ^ x;
    const uint64_t generate = sum[i] & x;
    sum[i] = half ^ carry;
    carry = generate | (half & carry);
  }
}

/// As add_product for products without sign that nothing negates.
void add_unsigned_product(uint64_t* sum, std::size_t num_sum_bits, const uint64_t* product) {
  uint64_t carry = 0;
  for (std::size_t i = 0; i < kProductBits; ++i) {
    const uint64_t half = sum[i] ^ product[i];
    const uint64_t generate = sum[i] & product[i];
    sum[i] = half ^ carry;
    carry = generate | (half & carry);
  }
  for (std::size_t i = kProductBits; i < num_sum_bits; ++i) {
    const uint64_t next = sum[i] & carry;
    sum[i] ^= carry;
    carry = next;
  }
}

class VerilatedMac : public LaneMac {
 public:
  VerilatedMac(const netlist::Netlist& multiplier, verilated::PeModelLibrary& library,
               bool faultable)
      : LaneMac(1), clean_(library.load(multiplier, false)) {
    if (faultable) faultable_ = library.load(multiplier, true);
  }

  void run(const bits::MacPlanes& planes, std::size_t first, std::size_t count) override {
    for (std::size_t w = first + count; w-- > first;) step(planes, w, *clean_);
  }

  void run_faulty(const bits::MacPlanes& planes, std::size_t first,
                  std::span<const WordFaults> faults) override {
    FAULTWAVE_CHECK(faultable_ != nullptr);
    verilated::SiteMask* masks = faultable_->masks();
    for (const auto& fault : faults[0].multiplier) masks[fault.plane] = fault.mask;
    step(planes, first, *faultable_);
    for (const auto& fault : faults[0].multiplier) masks[fault.plane] = {};
  }

 private:
  static void step(const bits::MacPlanes& planes, std::size_t w, verilated::PeModel& model) {
    const uint64_t enable = planes.enable[w];
    const uint64_t shift = planes.addend_shift;
    if (enable == 0 && shift == 0 && planes.addend == planes.sum) return;
    uint64_t sum[kMaxSumBits];
    for (std::size_t i = 0; i < planes.num_sum_bits; ++i) {
      const uint64_t* at = planes.addend + i * planes.sum_stride + w;
      sum[i] = shift == 0 ? at[0] : at[0] << shift | at[-1] >> (64 - shift);
    }
    if (enable != 0) {
      uint64_t a[kOperandBits], b[kOperandBits], product[kProductBits];
      for (std::size_t i = 0; i < kOperandBits; ++i) {
        a[i] = planes.a[i * planes.a_stride + w];
        b[i] = planes.b[i * planes.b_stride + w];
      }
      model.eval(a, b, product);
      const uint64_t negate = planes.negate[w] & enable;
      for (uint64_t& plane : product) plane = (plane & enable) ^ negate;
      if (negate == 0 && planes.product_is_signed == 0) {
        add_unsigned_product(sum, planes.num_sum_bits, product);
      } else {
        const uint64_t upper = planes.product_is_signed != 0 ? product[kProductBits - 1] : negate;
        add_product(sum, planes.num_sum_bits, product, upper, negate);
      }
    }
    for (std::size_t i = 0; i < planes.num_sum_bits; ++i) {
      planes.sum[i * planes.sum_stride + w] = sum[i];
    }
  }

  std::unique_ptr<verilated::PeModel> clean_;
  std::unique_ptr<verilated::PeModel> faultable_;
};

class NativeMac : public LaneMac {
 public:
  NativeMac(const netlist::Netlist& multiplier, const native::VectorTarget& target,
            const std::filesystem::path& cache, bool faultable)
      : LaneMac(target.words()), clean_(multiplier, target, cache) {
    if (faultable) faulty_.emplace(multiplier, target, cache);
  }

  void run(const bits::MacPlanes& planes, std::size_t first, std::size_t count) override {
    clean_.run(planes, first, count);
  }

  void run_faulty(const bits::MacPlanes& planes, std::size_t first,
                  std::span<const WordFaults> faults) override {
    FAULTWAVE_CHECK(faulty_.has_value());
    for (std::size_t word = 0; word < faults.size(); ++word) {
      for (const auto& fault : faults[word].multiplier) {
        faulty_->set_mask(fault.plane, word, fault.mask.keep, fault.mask.flip);
      }
    }
    faulty_->run(planes, first);
    faulty_->clear_masks();
  }

 private:
  native::MacModel clean_;
  std::optional<native::FaultyMacModel> faulty_;
};

bool has_multiplier_faults(std::span<const WordFaults> words) {
  return std::any_of(words.begin(), words.end(),
                     [](const WordFaults& word) { return !word.multiplier.empty(); });
}

}  // namespace

std::string to_string(PeModelKind kind) {
  return kind == PeModelKind::kNative ? "native" : "verilated";
}

void LaneMac::multiply(const uint64_t* a, const uint64_t* b, std::span<const WordFaults> faults,
                       uint64_t* products) {
  const std::vector<uint64_t> all(group_words_, ~uint64_t{0});
  const std::vector<uint64_t> none(group_words_, 0);
  std::fill_n(products, kProductBits * group_words_, 0);
  bits::MacPlanes planes;
  planes.a = a;
  planes.b = b;
  planes.enable = all.data();
  planes.negate = none.data();
  planes.addend = products;
  planes.sum = products;
  planes.a_stride = planes.b_stride = planes.sum_stride = group_words_;
  planes.num_sum_bits = kProductBits;
  run_group(planes, 0, faults);
}

void LaneMac::run_group(const bits::MacPlanes& planes, std::size_t first,
                        std::span<const WordFaults> faults) {
  if (has_multiplier_faults(faults)) {
    run_faulty(planes, first, faults);
  } else {
    run(planes, first, group_words_);
  }
}

void LaneMac::run_all(const bits::MacPlanes& planes, std::size_t count, const LaneFaults& faults) {
  std::size_t end = count;
  const auto& words = faults.faulty_words();
  for (auto word = words.rbegin(); word != words.rend(); ++word) {
    const std::size_t first = *word / group_words_ * group_words_;
    if (first >= end || faults.word(*word).multiplier.empty()) continue;
    run(planes, first + group_words_, end - first - group_words_);
    run_faulty(planes, first, faults.words(first, group_words_));
    end = first;
  }
  run(planes, 0, end);
}

std::unique_ptr<LaneMac> make_lane_mac(PeModelKind kind, const netlist::Netlist& multiplier,
                                       verilated::PeModelLibrary& library, bool faultable,
                                       std::size_t max_words) {
  if (kind == PeModelKind::kVerilated) {
    return std::make_unique<VerilatedMac>(multiplier, library, faultable);
  }
  const int max_lanes = static_cast<int>(std::min<std::size_t>(64 * max_words, 512));
  return std::make_unique<NativeMac>(multiplier, native::vector_target(max_lanes), library.cache(),
                                     faultable);
}

}  // namespace faultwave::accel
