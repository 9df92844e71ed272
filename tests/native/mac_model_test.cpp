// Native lane models against product tables and the Verilated models: every operand pair, every
// single fault, every width; and the accumulator against integers.
#include "native/mac_model.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "base/file.hpp"
#include "base/rng.hpp"
#include "bits/plane_ops.hpp"
#include "bits/transpose.hpp"
#include "netlist/evaluate.hpp"
#include "netlist/fault_site.hpp"
#include "netlist/front_end.hpp"
#include "support/multipliers.hpp"
#include "verilated/pe_model.hpp"

namespace faultwave::native {
namespace {

using netlist::FaultKind;
using netlist::NetFault;
using netlist::Netlist;
using netlist::ProductTable;

/// The build folder may lie outside the sources.
[[maybe_unused]] const int kRootIsSet = ::setenv("FAULTWAVE_ROOT", FAULTWAVE_SOURCE_DIR, 0);

uint64_t test_seed() { return std::stoull(environment("FAULTWAVE_TEST_SEED", "1")); }

std::filesystem::path cache() { return cache_directory() / "pe-models"; }

Netlist shipped(const std::string& name) {
  return netlist::load_netlist(FAULTWAVE_SOURCE_DIR "/rtl/multipliers/" + name + ".v");
}

/// Every width, compiled for the best instructions of this machine: where its vectors are narrower
/// the compiler takes several.
std::vector<VectorTarget> every_target() {
  std::vector<VectorTarget> targets;
  for (const int lanes : {64, 128, 256, 512}) {
    targets.push_back({lanes, vector_target(bits::simd_levels().front()).compiler_flags});
  }
  // As this machine would use it without its best instructions.
  targets.push_back(vector_target("SSE2"));
  return targets;
}

std::string target_name(const testing::TestParamInfo<VectorTarget>& info) {
  return fmt::format("lanes_{}{}", info.param.lanes,
                     info.param.compiler_flags.empty() ? "_portable" : "");
}

class EveryTarget : public testing::TestWithParam<VectorTarget> {
 protected:
  const VectorTarget target_ = GetParam();
  const std::size_t words_ = target_.words();
};

/// Operands and sums of one vector.
struct Operands {
  explicit Operands(std::size_t words, std::size_t num_sum_bits = 16)
      : a(8 * words),
        b(8 * words),
        enable(words, ~uint64_t{0}),
        negate(words),
        sum(num_sum_bits * words) {
    planes.a = a.data();
    planes.b = b.data();
    planes.enable = enable.data();
    planes.negate = negate.data();
    planes.addend = planes.sum = sum.data();
    planes.a_stride = planes.b_stride = planes.sum_stride = words;
    planes.num_sum_bits = num_sum_bits;
  }
  Operands(const Operands&) = delete;
  Operands& operator=(const Operands&) = delete;

  std::vector<uint64_t> a, b, enable, negate, sum;
  bits::MacPlanes planes;
};

void broadcast(unsigned code, std::vector<uint64_t>& planes) {
  const std::size_t words = planes.size() / 8;
  for (unsigned bit = 0; bit < 8; ++bit) {
    std::fill_n(planes.begin() + static_cast<std::ptrdiff_t>(bit * words), words,
                (code >> bit & 1u) != 0 ? ~uint64_t{0} : 0);
  }
}

/// Products of all lanes from the low planes of the sums.
std::vector<uint16_t> products_of(const Operands& operands, std::size_t words) {
  std::vector<uint16_t> products(64 * words);
  uint64_t planes[16];
  for (std::size_t word = 0; word < words; ++word) {
    for (std::size_t i = 0; i < 16; ++i) planes[i] = operands.sum[i * words + word];
    bits::planes16_to_u16(planes, products.data() + 64 * word);
  }
  return products;
}

TEST_P(EveryTarget, clean_model_equals_the_product_table_for_all_operands) {
  for (const char* name : {"fw8u_array", "fw8u_drum4", "fw8s_bw", "fw8u_mitchell"}) {
    const Netlist netlist = shipped(name);
    const MacModel model(netlist, target_, cache());
    const ProductTable expected = netlist::product_table(netlist);
    Operands operands(words_);
    for (unsigned b = 0; b < 256; ++b) {
      broadcast(b, operands.b);
      for (unsigned first = 0; first < 256; first += 64 * static_cast<unsigned>(words_)) {
        for (std::size_t word = 0; word < words_; ++word) {
          uint8_t codes[64];
          for (unsigned lane = 0; lane < 64; ++lane) {
            codes[lane] = static_cast<uint8_t>(first + 64 * word + lane);
          }
          uint64_t planes[8];
          bits::u8_to_planes8(codes, planes);
          for (std::size_t i = 0; i < 8; ++i) operands.a[i * words_ + word] = planes[i];
        }
        std::fill(operands.sum.begin(), operands.sum.end(), 0);
        model.run(operands.planes, 0, words_);
        const auto products = products_of(operands, words_);
        for (std::size_t lane = 0; lane < products.size(); ++lane) {
          const std::size_t a = (first + lane) % 256;
          ASSERT_EQ(products[lane], expected.raw[b * 256 + a]) << name << " " << a << " * " << b;
        }
      }
    }
  }
}

/// Masks of one site in the lanes of one word.
using SiteMasks = std::map<std::pair<int, std::size_t>, verilated::SiteMask>;

void add_fault(SiteMasks& masks, const std::vector<netlist::Site>& sites, const NetFault& fault,
               std::size_t lane) {
  auto& mask = masks[{netlist::site_index(sites, fault.site), lane / 64}];
  const uint64_t bit = uint64_t{1} << (lane % 64);
  if (fault.kind != FaultKind::kInvert) mask.keep &= ~bit;
  if (fault.kind != FaultKind::kStuckAt0) mask.flip |= bit;
}

/// Every stuck-at and inversion fault.
std::vector<NetFault> universe_of(const Netlist& netlist) {
  std::vector<NetFault> universe;
  for (const auto& site : netlist::enumerate_sites(netlist)) {
    for (const auto kind : {FaultKind::kStuckAt0, FaultKind::kStuckAt1, FaultKind::kInvert}) {
      universe.push_back({site, kind});
    }
  }
  return universe;
}

/// All 65,536 products of every lane, the masks as they are: [pair][lane].
template <typename Check>
void for_every_pair(FaultyMacModel& model, std::size_t words, Check check) {
  Operands operands(words);
  for (unsigned pair = 0; pair < ProductTable::kSize; ++pair) {
    broadcast(pair % 256, operands.a);
    broadcast(pair / 256, operands.b);
    std::fill(operands.sum.begin(), operands.sum.end(), 0);
    model.run(operands.planes, 0);
    check(pair, operands);
    if (testing::Test::HasFatalFailure()) return;
  }
}

TEST_P(EveryTarget, every_single_fault_equals_its_product_table) {
  for (const char* name : {"fw8u_array", "fw8s_bw", "fw8u_drum4"}) {
    const Netlist netlist = shipped(name);
    FaultyMacModel model(netlist, target_, cache());
    const auto sites = netlist::enumerate_sites(netlist);
    ASSERT_EQ(model.num_sites(), static_cast<int>(sites.size()));
    auto universe = universe_of(netlist);
    universe.insert(universe.end(), 64 * words_, {});  // a last round of healthy lanes
    const std::size_t num_faults = universe.size() - 64 * words_;
    for (std::size_t first = 0; first < universe.size(); first += 64 * words_) {
      SiteMasks masks;
      std::vector<ProductTable> expected;
      for (std::size_t i = first; i < std::min(first + 64 * words_, universe.size()); ++i) {
        const bool is_faulty = i < num_faults;
        if (is_faulty) add_fault(masks, sites, universe[i], i - first);
        expected.push_back(is_faulty ? netlist::product_table(netlist, {&universe[i], 1})
                                     : netlist::product_table(netlist));
      }
      for (const auto& [at, mask] : masks)
        model.set_mask(at.first, at.second, mask.keep, mask.flip);
      for_every_pair(model, words_, [&](unsigned pair, const Operands& operands) {
        const auto products = products_of(operands, words_);
        for (std::size_t lane = 0; lane < expected.size(); ++lane) {
          ASSERT_EQ(products[lane], expected[lane].raw[pair])
              << name << " fault " << first + lane << " pair " << pair;
        }
      });
      if (HasFatalFailure()) return;
      for (const auto& [at, mask] : masks) model.clear_mask(at.first, at.second);
    }
  }
}

TEST_P(EveryTarget, every_single_fault_equals_the_verilated_model) {
  verilated::PeModelLibrary library(cache());
  for (const char* name : {"fw8u_array", "fw8s_bw", "fw8u_drum4"}) {
    const Netlist netlist = shipped(name);
    FaultyMacModel model(netlist, target_, cache());
    const auto verilated = library.load(netlist, true);
    const auto sites = netlist::enumerate_sites(netlist);
    const auto universe = universe_of(netlist);
    for (std::size_t first = 0; first < universe.size(); first += 64 * words_) {
      SiteMasks masks;
      for (std::size_t i = first; i < std::min(first + 64 * words_, universe.size()); ++i) {
        add_fault(masks, sites, universe[i], i - first);
      }
      for (const auto& [at, mask] : masks)
        model.set_mask(at.first, at.second, mask.keep, mask.flip);
      // One word of the vector after the other: the Verilated model has 64 lanes.
      std::vector<uint64_t> native(ProductTable::kSize * 16 * words_);
      for_every_pair(model, words_, [&](unsigned pair, const Operands& operands) {
        std::copy(operands.sum.begin(), operands.sum.end(),
                  native.begin() + static_cast<std::ptrdiff_t>(pair * operands.sum.size()));
      });
      uint64_t a[8], b[8], product[16];
      for (std::size_t word = 0; word < words_; ++word) {
        for (const auto& [at, mask] : masks) {
          if (at.second == word) verilated->masks()[at.first] = mask;
        }
        for (unsigned pair = 0; pair < ProductTable::kSize; ++pair) {
          for (unsigned bit = 0; bit < 8; ++bit) {
            a[bit] = (pair >> bit & 1u) != 0 ? ~uint64_t{0} : 0;
            b[bit] = (pair >> (8 + bit) & 1u) != 0 ? ~uint64_t{0} : 0;
          }
          verilated->eval(a, b, product);
          for (std::size_t i = 0; i < 16; ++i) {
            ASSERT_EQ(native[(pair * 16 + i) * words_ + word], product[i])
                << name << " first fault " << first << " pair " << pair << " bit " << i;
          }
        }
        for (const auto& [at, mask] : masks) {
          if (at.second == word) verilated->masks()[at.first] = {};
        }
      }
      for (const auto& [at, mask] : masks) model.clear_mask(at.first, at.second);
    }
  }
}

TEST_P(EveryTarget, lanes_carry_any_number_of_faults_at_once) {
  SCOPED_TRACE(fmt::format("FAULTWAVE_TEST_SEED={}", test_seed()));
  const Netlist netlist = shipped("fw8u_array");
  const auto sites = netlist::enumerate_sites(netlist);
  FaultyMacModel model(netlist, target_, cache());
  CounterRng rng(test_seed(), 7);
  std::vector<std::vector<NetFault>> faults(64 * words_);
  std::vector<ProductTable> expected;
  SiteMasks masks;
  for (std::size_t lane = 0; lane < faults.size(); ++lane) {
    const uint64_t count = lane % 64 == 63 ? sites.size() / 10 : rng.below(6);
    while (faults[lane].size() < count) {
      const auto& site = sites[rng.below(sites.size())];
      const auto same_site = [&](const NetFault& other) { return other.site == site; };
      if (std::any_of(faults[lane].begin(), faults[lane].end(), same_site)) continue;
      faults[lane].push_back({site, static_cast<FaultKind>(rng.below(3))});
      add_fault(masks, sites, faults[lane].back(), lane);
    }
    expected.push_back(netlist::product_table(netlist, faults[lane]));
  }
  for (const auto& [at, mask] : masks) model.set_mask(at.first, at.second, mask.keep, mask.flip);
  for_every_pair(model, words_, [&](unsigned pair, const Operands& operands) {
    const auto products = products_of(operands, words_);
    for (std::size_t lane = 0; lane < products.size(); ++lane) {
      ASSERT_EQ(products[lane], expected[lane].raw[pair]) << "lane " << lane;
    }
  });
}

/// The accumulator with integers: sums of every lane after one run over several vectors.
TEST_P(EveryTarget, sums_equal_integer_arithmetic_for_every_shift_sign_and_gate) {
  SCOPED_TRACE(fmt::format("FAULTWAVE_TEST_SEED={}", test_seed()));
  CounterRng rng(test_seed(), 11);
  constexpr std::size_t kNumVectors = 3;
  constexpr std::size_t kMargin = 4;  // addends in front of word 0
  const std::size_t words = kNumVectors * words_;
  const std::size_t stride = words + kMargin;
  for (const bool is_signed : {false, true}) {
    const Netlist netlist = test_support::array_multiplier(is_signed);
    const ProductTable table = netlist::product_table(netlist);
    const MacModel model(netlist, target_, cache());
    for (int round = 0; round < 60; ++round) {
      const std::size_t num_sum_bits = round % 3 == 0 ? 32 : 16 + rng.below(17);
      const uint64_t shift = round % 2 == 0 ? 0 : rng.below(64);
      const std::size_t offset = rng.below(kMargin - 1);  // whole words by which addends move
      std::vector<uint64_t> a(8 * words), b(8 * words), enable(words), negate(words);
      std::vector<uint64_t> sums(num_sum_bits * stride);
      for (auto* planes : {&a, &b, &sums}) {
        for (auto& word : *planes) word = rng.next();
      }
      for (std::size_t word = 0; word < words; ++word) {
        // All, no and some lanes; with and without negated ones.
        const uint64_t kind = rng.below(3);
        enable[word] = kind == 0 ? ~uint64_t{0} : kind == 1 ? 0 : rng.next();
        negate[word] = round % 4 < 2 ? 0 : rng.next();
      }
      const std::vector<uint64_t> before = sums;
      bits::MacPlanes planes;
      planes.a = a.data();
      planes.b = b.data();
      planes.enable = enable.data();
      planes.negate = negate.data();
      planes.sum = sums.data() + kMargin;
      planes.addend = planes.sum - offset;
      planes.a_stride = planes.b_stride = words;
      planes.sum_stride = stride;
      planes.addend_shift = shift;
      planes.num_sum_bits = num_sum_bits;
      planes.product_is_signed = is_signed ? 1 : 0;
      model.run(planes, words_, words - words_);
      model.run(planes, 0, words_);
      const auto code = [&](const std::vector<uint64_t>& operand, std::size_t lane) {
        unsigned value = 0;
        for (std::size_t i = 0; i < 8; ++i) {
          value |= static_cast<unsigned>(operand[i * words + lane / 64] >> (lane % 64) & 1) << i;
        }
        return value;
      };
      const auto sum_of = [&](const std::vector<uint64_t>& from, std::size_t lane) {
        uint32_t value = 0;
        for (std::size_t i = 0; i < num_sum_bits; ++i) {
          value |= static_cast<uint32_t>(from[i * stride + lane / 64] >> (lane % 64) & 1) << i;
        }
        return value;
      };
      const uint32_t mask = num_sum_bits == 32 ? ~uint32_t{0} : (uint32_t{1} << num_sum_bits) - 1;
      for (std::size_t lane = 0; lane < 64 * words; ++lane) {
        const std::size_t from = lane + 64 * kMargin - 64 * offset - shift;
        uint32_t expected = sum_of(before, from);
        if ((enable[lane / 64] >> (lane % 64) & 1) != 0) {
          const auto product = static_cast<uint32_t>(
              table.at(static_cast<int>(code(a, lane)), static_cast<int>(code(b, lane))));
          expected += (negate[lane / 64] >> (lane % 64) & 1) != 0 ? 0u - product : product;
        }
        ASSERT_EQ(sum_of(sums, lane + 64 * kMargin), expected & mask)
            << "lane " << lane << " shift " << shift << " offset " << offset << " sum bits "
            << num_sum_bits << " signed " << is_signed;
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Widths, EveryTarget, testing::ValuesIn(every_target()), target_name);

}  // namespace
}  // namespace faultwave::native
