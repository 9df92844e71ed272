#include "mitigation/retuning_map.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "base/rng.hpp"
#include "fault/exact_multiplier_fixture.hpp"
#include "fault/locus_table.hpp"
#include "mitigation/layer_fixture.hpp"

namespace faultwave::mitigation {
namespace {

using netlist::NumberFormat;

/// What the PE adds, written out once more from the definition of the formats.
int32_t pe_product(const PeProducts& products, const netlist::ProductTable& table, int activation,
                   int weight) {
  int activation_code = activation;
  int weight_code = weight;
  bool negative = false;
  switch (products.format) {
    case NumberFormat::kAffineU8:
      weight_code = weight + 128;
      break;
    case NumberFormat::kSignMagnitude:
      weight_code = weight < 0 ? -weight : weight;
      negative = weight < 0;
      break;
    case NumberFormat::kInt8:
      activation_code = (activation - 128) & 255;
      weight_code = weight & 255;
      break;
  }
  const int32_t product = products.weight_on_port_a ? table.at(weight_code, activation_code)
                                                    : table.at(activation_code, weight_code);
  return negative ? -product : product;
}

int32_t wanted_product(NumberFormat format, int activation, int weight) {
  if (format == NumberFormat::kAffineU8) return activation * (weight + 128);
  if (format == NumberFormat::kInt8) return (activation - 128) * weight;
  return activation * weight;
}

/// Candidates for weight w: the format's symmetric range, and w itself.
bool is_candidate(NumberFormat format, int weight, int loaded) {
  return format != NumberFormat::kSignMagnitude || loaded != -128 || weight == -128;
}

/// The loops over w, w', tables and a.
RetuningMap map_by_search(const PeProducts& products, const std::vector<double>& histogram) {
  RetuningMap map{};
  std::vector<std::vector<std::array<int64_t, 256>>> actual;  // [part][w' + 128][a]
  for (const auto& part : products.parts) {
    actual.emplace_back(256);
    for (int loaded = -128; loaded <= 127; ++loaded) {
      for (int a = 0; a < 256; ++a) {
        actual.back()[static_cast<size_t>(loaded + 128)][static_cast<size_t>(a)] =
            pe_product(products, *part.table, a, loaded);
      }
    }
  }
  for (int weight = -128; weight <= 127; ++weight) {
    std::array<int64_t, 256> sums{};
    for (size_t loaded = 0; loaded < 256; ++loaded) {
      for (size_t part = 0; part < actual.size(); ++part) {
        int64_t sum = 0;
        for (int a = 0; a < 256; ++a) {
          sum += static_cast<int64_t>(histogram[static_cast<size_t>(a)]) *
                 std::abs(wanted_product(products.format, a, weight) -
                          actual[part][loaded][static_cast<size_t>(a)]);
        }
        sums[loaded] += static_cast<int64_t>(products.parts[part].count) * sum;
      }
    }
    int best = weight;
    for (int loaded = 127; loaded >= -128; --loaded) {
      if (!is_candidate(products.format, weight, loaded)) continue;
      const int64_t cost = sums[static_cast<size_t>(loaded + 128)];
      const int64_t best_cost = sums[static_cast<size_t>(best + 128)];
      const bool own_is_tied = best_cost == sums[static_cast<size_t>(weight + 128)];
      if (cost < best_cost || (cost == best_cost && !own_is_tied)) best = loaded;
    }
    map[static_cast<size_t>(weight + 128)] = static_cast<int16_t>(best);
  }
  return map;
}

class RetuningMapOf : public testing::TestWithParam<NumberFormat> {};

TEST_P(RetuningMapOf, every_faulty_table_equals_a_brute_force_search) {
  const std::vector<double> uniform(256, 1.0);
  constexpr uint64_t kSeed = 5;
  SCOPED_TRACE("seed 5");
  int index = 0;
  for (const auto& [name, table] : faulty_tables(GetParam())) {
    const PeProducts products{&table, GetParam(), index % 2 == 0};
    const auto random = random_histogram(kSeed + static_cast<uint64_t>(index));
    EXPECT_EQ(absolute_error_map(products, uniform), map_by_search(products, uniform)) << name;
    EXPECT_EQ(absolute_error_map(products, random), map_by_search(products, random)) << name;
    ++index;
  }
  EXPECT_GE(index, 10);
}

TEST_P(RetuningMapOf, mixtures_of_tables_equal_a_brute_force_search) {
  constexpr uint64_t kSeed = 15;
  SCOPED_TRACE("seed 15");
  const auto tables = faulty_tables(GetParam());
  const auto exact = exact_products(GetParam());
  CounterRng rng(kSeed);
  for (int i = 0; i < 6; ++i) {
    std::vector<PeProducts::Part> parts = {{&exact, static_cast<double>(rng.below(8) + 1)}};
    for (uint64_t more = 1 + rng.below(3); more > 0; --more) {
      parts.push_back(
          {&tables[rng.below(tables.size())].table, static_cast<double>(rng.below(4) + 1)});
    }
    const PeProducts products(parts, GetParam(), i % 2 == 0);
    const auto histogram = random_histogram(kSeed + static_cast<uint64_t>(i));
    EXPECT_EQ(absolute_error_map(products, histogram), map_by_search(products, histogram)) << i;
    const auto centred = centred_error_map(products, histogram);
    for (int weight = -127; weight <= 127; weight += 37) {
      double least = INFINITY;
      for (int loaded = netlist::min_weight(GetParam()); loaded <= 127; ++loaded) {
        least = std::min(least, centred_error(products, histogram, weight, loaded));
      }
      const double found =
          centred_error(products, histogram, weight, centred[static_cast<size_t>(weight + 128)]);
      EXPECT_NEAR(found, least, 1e-9 * least + 10) << i << ' ' << weight;
    }
  }
}

TEST(RetuningMap, tables_of_a_faulty_netlist_equal_a_brute_force_search) {
  constexpr uint64_t kSeed = 6;
  SCOPED_TRACE("seed 6");
  const auto multiplier = fault::exact_multiplier();
  const auto sites = netlist::enumerate_sites(multiplier);
  CounterRng rng(kSeed);
  for (int i = 0; i < 12; ++i) {
    std::vector<fault::Fault> faults(2);
    faults[0].site = sites[rng.below(sites.size())];
    faults[0].kind = static_cast<netlist::FaultKind>(rng.below(3));
    faults[1].unit = i % 2 == 0 ? fault::Unit::kWeight : fault::Unit::kActivation;
    faults[1].bit = static_cast<int>(rng.below(8));
    faults[1].kind = static_cast<netlist::FaultKind>(rng.below(3));
    const auto table = fault::locus_table(multiplier, faults, true).table;
    const auto format = i % 3 == 0 ? NumberFormat::kSignMagnitude : NumberFormat::kAffineU8;
    const PeProducts products{&table, format, true};
    const auto histogram = random_histogram(rng.next());
    EXPECT_EQ(absolute_error_map(products, histogram), map_by_search(products, histogram))
        << fault::fault_name(multiplier, faults[0], fault::PeSpace::array(1, 1)) << " with "
        << fault::fault_name(multiplier, faults[1], fault::PeSpace::array(1, 1));
  }
}

TEST_P(RetuningMapOf, exact_table_keeps_every_weight) {
  const auto exact = exact_products(GetParam());
  const std::vector<double> uniform(256, 1.0);
  for (const bool weight_on_port_a : {false, true}) {
    const PeProducts products{&exact, GetParam(), weight_on_port_a};
    const auto absolute = absolute_error_map(products, uniform);
    const auto centred = centred_error_map(products, uniform);
    for (int weight = -128; weight <= 127; ++weight) {
      EXPECT_EQ(absolute[static_cast<size_t>(weight + 128)], weight);
      EXPECT_EQ(centred[static_cast<size_t>(weight + 128)], weight);
    }
  }
}

TEST_P(RetuningMapOf, ties_keep_the_weight) {
  // Every w' costs the same when the table is constant, or when no activation occurs.
  const PeProducts constant{nullptr, GetParam(), true};
  netlist::ProductTable zeros;
  zeros.is_signed = GetParam() == NumberFormat::kInt8;
  PeProducts products = constant;
  products.parts[0].table = &zeros;
  const auto exact = exact_products(GetParam());
  const PeProducts healthy{&exact, GetParam(), true};
  const std::vector<double> uniform(256, 1.0);
  const std::vector<double> empty(256, 0.0);
  for (int weight = -128; weight <= 127; ++weight) {
    const auto place = static_cast<size_t>(weight + 128);
    EXPECT_EQ(absolute_error_map(products, uniform)[place], weight);
    EXPECT_EQ(centred_error_map(products, uniform)[place], weight);
    EXPECT_EQ(absolute_error_map(healthy, empty)[place], weight);
    EXPECT_EQ(centred_error_map(healthy, empty)[place], weight);
  }
}

TEST(RetuningMap, tie_among_better_weights_takes_the_lowest) {
  // Only the codes of w' = 10, 20 and 30 give products other than 0: those that w = 40 wants.
  netlist::ProductTable table;
  for (const int code : {138, 148, 158}) {
    for (int a = 0; a < 256; ++a) {
      table.raw[static_cast<size_t>(code + 256 * a)] = static_cast<uint16_t>(a * 168);
    }
  }
  const PeProducts products{&table, NumberFormat::kAffineU8, true};
  const std::vector<double> uniform(256, 1.0);
  EXPECT_EQ(absolute_error_map(products, uniform)[40 + 128], 10);
  EXPECT_EQ(absolute_error_map(products, uniform)[20 + 128], 20);
}

TEST(RetuningMap, sign_magnitude_may_change_the_sign_as_well) {
  // Magnitude 0 shows a huge product, all others are exact: w = 0 goes to a neighbour, and of the
  // two at equal cost, -1 and 1, to the lower one.
  netlist::ProductTable table = exact_products(NumberFormat::kSignMagnitude);
  for (int b = 0; b < 256; ++b) table.raw[static_cast<size_t>(256 * b)] = 60000;
  const PeProducts products{&table, NumberFormat::kSignMagnitude, true};
  const auto map = absolute_error_map(products, std::vector<double>(256, 1.0));
  EXPECT_EQ(map[128 + 0], -1);
  EXPECT_EQ(map[128 + 1], 1);
}

TEST(RetuningMap, minus_128_stays_a_candidate_for_itself_alone_in_sign_magnitude) {
  const auto exact = exact_products(NumberFormat::kSignMagnitude);
  const PeProducts products{&exact, NumberFormat::kSignMagnitude, true};
  EXPECT_EQ(absolute_error_map(products, std::vector<double>(256, 1.0))[0], -128);
}

TEST_P(RetuningMapOf, centred_errors_are_the_least_of_all_candidates) {
  for (const auto& [name, table] : faulty_tables(GetParam())) {
    const PeProducts products{&table, GetParam(), true};
    const auto histogram = random_histogram(8);
    const auto map = centred_error_map(products, histogram);
    for (int weight = -127; weight <= 127; weight += 11) {
      double least = INFINITY;
      for (int loaded = netlist::min_weight(GetParam()); loaded <= 127; ++loaded) {
        least = std::min(least, centred_error(products, histogram, weight, loaded));
      }
      const double found =
          centred_error(products, histogram, weight, map[static_cast<size_t>(weight + 128)]);
      EXPECT_NEAR(found, least, 1e-9 * least + 10) << name << ' ' << weight;
    }
  }
}

TEST(RetuningMap, objectives_are_those_of_the_definition) {
  const auto tables = faulty_tables(NumberFormat::kInt8);
  const PeProducts products{&tables.front().table, NumberFormat::kInt8, false};
  std::vector<double> histogram(256, 0.0);
  histogram[3] = 2;
  histogram[250] = 5;
  const auto error = [&](int a) {
    return wanted_product(NumberFormat::kInt8, a, 17) -
           pe_product(products, tables.front().table, a, -4);
  };
  EXPECT_EQ(absolute_error(products, histogram, 17, -4),
            2.0 * std::abs(error(3)) + 5.0 * std::abs(error(250)));
  const double mean = (2.0 * error(3) + 5.0 * error(250)) / 7;
  EXPECT_NEAR(centred_error(products, histogram, 17, -4),
              2 * std::pow(error(3) - mean, 2) + 5 * std::pow(error(250) - mean, 2), 1e-3);
}

INSTANTIATE_TEST_SUITE_P(Formats, RetuningMapOf, testing::ValuesIn(kFormats),
                         [](const auto& instance) {
                           return std::string(netlist::to_string(instance.param));
                         });

}  // namespace
}  // namespace faultwave::mitigation
