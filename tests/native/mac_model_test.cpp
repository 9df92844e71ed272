// Native lane models against product tables and the Verilated models: every operand pair, every
// single fault, every width; and the accumulator against integers.
#include "native/mac_model.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <memory>

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

/// Operand planes of all 65,536 pairs, 64 of them per word, A the lower byte: [word][8].
struct AllPairs {
  AllPairs() : a(kWords), b(kWords) {
    for (unsigned word = 0; word < kWords; ++word) {
      uint8_t a_codes[64], b_codes[64];
      for (unsigned lane = 0; lane < 64; ++lane) {
        a_codes[lane] = static_cast<uint8_t>(64 * word + lane);
        b_codes[lane] = static_cast<uint8_t>((64 * word + lane) >> 8);
      }
      bits::u8_to_planes8(a_codes, a[word].data());
      bits::u8_to_planes8(b_codes, b[word].data());
    }
  }
  static constexpr std::size_t kWords = ProductTable::kSize / 64;
  std::vector<std::array<uint64_t, 8>> a, b;
};

using ProductPlanes = std::vector<std::array<uint64_t, 16>>;  // [word]

/// Products of all pairs by the Verilated model, its masks as they are.
ProductPlanes products_of(verilated::PeModel& model, const AllPairs& pairs) {
  ProductPlanes products(AllPairs::kWords);
  for (std::size_t word = 0; word < products.size(); ++word) {
    model.eval(pairs.a[word].data(), pairs.b[word].data(), products[word].data());
  }
  return products;
}

/// The same by a native model of `words` words per vector.
ProductPlanes products_of(const FaultyMacModel& model, const AllPairs& pairs, std::size_t words) {
  ProductPlanes products(AllPairs::kWords);
  Operands operands(words);
  for (std::size_t first = 0; first < products.size(); first += words) {
    for (std::size_t word = 0; word < words; ++word) {
      for (std::size_t i = 0; i < 8; ++i) {
        operands.a[i * words + word] = pairs.a[first + word][i];
        operands.b[i * words + word] = pairs.b[first + word][i];
      }
    }
    std::fill(operands.sum.begin(), operands.sum.end(), 0);
    model.run(operands.planes, 0);
    for (std::size_t word = 0; word < words; ++word) {
      for (std::size_t i = 0; i < 16; ++i) {
        products[first + word][i] = operands.sum[i * words + word];
      }
    }
  }
  return products;
}

class EverySingleFault : public testing::TestWithParam<const char*> {};

TEST_P(EverySingleFault, equals_its_product_table_and_the_verilated_model_at_every_width) {
  const Netlist netlist = shipped(GetParam());
  const auto sites = netlist::enumerate_sites(netlist);
  const auto verilated = verilated::PeModelLibrary(cache()).load(netlist, true);
  const auto targets = every_target();
  std::vector<std::unique_ptr<FaultyMacModel>> models;
  for (const auto& target : targets) {
    models.push_back(std::make_unique<FaultyMacModel>(netlist, target, cache()));
    ASSERT_EQ(models.back()->num_sites(), static_cast<int>(sites.size()));
  }
  const AllPairs pairs;
  const auto expect_equal = [&](const ProductTable& table, const std::string& what) {
    const ProductPlanes expected = products_of(*verilated, pairs);
    for (std::size_t word = 0; word < expected.size(); ++word) {
      uint16_t products[64];
      bits::planes16_to_u16(expected[word].data(), products);
      ASSERT_TRUE(std::equal(products, products + 64, table.raw.begin() + 64 * word))
          << what << ", Verilated, pairs from " << 64 * word;
    }
    for (std::size_t i = 0; i < models.size(); ++i) {
      ASSERT_EQ(products_of(*models[i], pairs, targets[i].words()), expected)
          << what << ", " << targets[i].lanes << " lanes";
    }
  };
  for (std::size_t i = 0; i < 3 * sites.size() && !HasFatalFailure(); ++i) {
    const NetFault fault{sites[i / 3], static_cast<FaultKind>(i % 3)};
    const auto site = static_cast<int>(i / 3);
    const uint64_t keep = fault.kind == FaultKind::kInvert ? ~uint64_t{0} : 0;
    const uint64_t flip = fault.kind == FaultKind::kStuckAt0 ? 0 : ~uint64_t{0};
    verilated->masks()[site] = {keep, flip};
    for (std::size_t m = 0; m < models.size(); ++m) {
      for (std::size_t word = 0; word < targets[m].words(); ++word) {
        models[m]->set_mask(site, word, keep, flip);
      }
    }
    expect_equal(netlist::product_table(netlist, {&fault, 1}), netlist::fault_name(netlist, fault));
    verilated->masks()[site] = {};
    for (auto& model : models) model->clear_masks();
  }
  expect_equal(netlist::product_table(netlist), "healthy again");
}

INSTANTIATE_TEST_SUITE_P(Circuits, EverySingleFault,
                         testing::Values("fw8u_array", "fw8s_bw", "fw8u_drum4"),
                         [](const auto& test) { return std::string(test.param); });

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
  Operands operands(words_);
  for (unsigned pair = 0; pair < ProductTable::kSize; pair += 3) {
    broadcast(pair % 256, operands.a);
    broadcast(pair / 256, operands.b);
    std::fill(operands.sum.begin(), operands.sum.end(), 0);
    model.run(operands.planes, 0);
    const auto products = products_of(operands, words_);
    for (std::size_t lane = 0; lane < products.size(); ++lane) {
      ASSERT_EQ(products[lane], expected[lane].raw[pair]) << "lane " << lane;
    }
  }
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
