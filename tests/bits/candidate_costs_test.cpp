#include "bits/candidate_costs.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "base/file.hpp"
#include "base/rng.hpp"
#include "bits/plane_ops.hpp"

namespace faultwave::bits {
namespace {

uint64_t test_seed() { return std::stoull(environment("FAULTWAVE_TEST_SEED", "1")); }

/// Runs every test once per instruction set of this machine.
class EveryCostLevel : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override { force_simd_level(GetParam()); }
  void TearDown() override { force_simd_level(""); }
};

TEST_P(EveryCostLevel, costs_and_shifts_equal_integer_arithmetic) {
  SCOPED_TRACE(test_seed());
  CounterRng rng(test_seed(), 5);
  for (int trial = 0; trial < 40; ++trial) {
    const std::size_t num_candidates = 32 * (1 + rng.below(8));
    const std::size_t num_terms = rng.below(20);
    const RowValues values{rng.below(2) == 1, rng.below(2) == 1};
    std::vector<uint16_t> rows(num_terms * num_candidates);
    for (auto& entry : rows) entry = static_cast<uint16_t>(rng.below(65536));
    std::vector<QuadraticTerm> terms;
    for (std::size_t t = 0; t < num_terms; ++t) {
      terms.push_back({rows.data() + t * num_candidates,
                       static_cast<double>(static_cast<int64_t>(rng.below(131'071)) - 65'535),
                       static_cast<double>(static_cast<int64_t>(rng.below(2'000'001)) - 1'000'000),
                       static_cast<double>(rng.below(4'000))});
    }
    std::vector<double> costs(num_candidates, -1);
    std::vector<double> shifts(num_candidates, -1);
    quadratic_costs(terms, values, num_candidates, costs.data(), shifts.data());
    for (std::size_t c = 0; c < num_candidates; ++c) {
      int64_t cost = 0;
      int64_t shift = 0;
      for (const QuadraticTerm& term : terms) {
        const int64_t bits = term.row[c];
        const int64_t value = values.is_signed && bits >= 32'768 ? bits - 65'536 : bits;
        const int64_t d = (values.is_negated ? -value : value) - static_cast<int64_t>(term.base);
        cost += d * (static_cast<int64_t>(term.linear) + static_cast<int64_t>(term.square) * d);
        shift += static_cast<int64_t>(term.square) * d;
      }
      ASSERT_EQ(costs[c], static_cast<double>(cost)) << trial << ' ' << c;
      ASSERT_EQ(shifts[c], static_cast<double>(shift)) << trial << ' ' << c;
    }
  }
}

TEST(CandidateCosts, every_level_rounds_alike_where_integers_no_longer_fit) {
  CounterRng rng(test_seed(), 6);
  std::vector<uint16_t> row(256);
  for (auto& entry : row) entry = static_cast<uint16_t>(rng.below(65536));
  const std::vector<QuadraticTerm> terms(50, {row.data(), 0.1, 1e15 / 3, 1.0 / 7});
  std::vector<std::vector<double>> seen;
  for (const auto& level : simd_levels()) {
    force_simd_level(level);
    std::vector<double> costs(256);
    std::vector<double> shifts(256);
    quadratic_costs(terms, {}, 256, costs.data(), shifts.data());
    costs.insert(costs.end(), shifts.begin(), shifts.end());
    seen.push_back(costs);
  }
  force_simd_level("");
  for (const auto& costs : seen) EXPECT_EQ(costs, seen.front());
}

INSTANTIATE_TEST_SUITE_P(Levels, EveryCostLevel, testing::ValuesIn(simd_levels()),
                         [](const auto& instance) { return instance.param; });

}  // namespace
}  // namespace faultwave::bits
