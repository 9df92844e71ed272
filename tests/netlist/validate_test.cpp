#include "netlist/validate.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "netlist/circuits_fixture.hpp"
#include "netlist/evaluate.hpp"

namespace faultwave::netlist {
namespace {

/// Evaluates gate by gate, whichever netlist it was given, in pieces of `step` pairs.
class ScalarOracle : public FaultOracle {
 public:
  explicit ScalarOracle(Netlist netlist, std::size_t step = 1000)
      : netlist_(std::move(netlist)), step_(step) {}
  std::string name() const override { return "scalar"; }
  void prepare() override { ++num_prepared; }
  void simulate(std::span<const NetFault> faults, std::span<const OperandPair> pairs,
                const Sink& sink) override {
    for (std::size_t first = 0; first < pairs.size(); first += step_) {
      for (std::size_t f = 0; f < faults.size(); ++f) {
        std::vector<uint16_t> products;
        for (std::size_t i = first; i < std::min(first + step_, pairs.size()); ++i) {
          products.push_back(evaluate_scalar(netlist_, static_cast<uint8_t>(pairs[i] & 0xFF),
                                             static_cast<uint8_t>(pairs[i] >> 8),
                                             faults.subspan(f, 1)));
        }
        sink(f, first, products);
      }
    }
  }
  int num_prepared = 0;

 private:
  Netlist netlist_;
  std::size_t step_;
};

/// The netlist with its last AND gate turned into an OR gate.
Netlist corrupted(Netlist netlist) {
  const auto gate = std::find_if(netlist.gates.rbegin(), netlist.gates.rend(),
                                 [](const Gate& g) { return g.kind == GateKind::kAnd; });
  gate->kind = GateKind::kOr;
  return netlist;
}

TEST(Validation, simulators_of_the_same_netlist_agree) {
  const Netlist netlist = random_netlist(3, 60);
  auto faults = enumerate_stuck_at_faults(netlist);
  ScalarOracle whole(netlist);
  ScalarOracle pieces(netlist, 7);
  const OracleRun runs[] = {{&whole, sample_operand_pairs(1, 40)},
                            {&pieces, sample_operand_pairs(2, 50)}};
  const auto report = validate_faults(netlist, faults, runs);
  EXPECT_EQ(report.num_disagreements(), 0u);
  EXPECT_TRUE(report.listed.empty());
  EXPECT_EQ(report.num_sites, enumerate_sites(netlist).size());
  EXPECT_EQ(report.bit_parallel.num_faults, faults.size());
  EXPECT_EQ(report.bit_parallel.num_vectors, 65536u);
  ASSERT_EQ(report.oracles.size(), 2u);
  EXPECT_EQ(report.oracles[0].num_vectors, 40u);
  EXPECT_EQ(report.oracles[1].num_vectors, 50u);
  EXPECT_EQ(whole.num_prepared, 1);
}

TEST(Validation, counts_and_lists_what_a_simulator_of_another_netlist_computes) {
  const Netlist netlist = exact_array_multiplier();
  const Netlist other = corrupted(netlist);
  auto faults = enumerate_stuck_at_faults(netlist);
  faults.resize(30);
  const auto pairs = sample_operand_pairs(5, 100);
  ScalarOracle good(netlist);
  ScalarOracle bad(other);
  const OracleRun runs[] = {{&good, sample_operand_pairs(9, 25)}, {&bad, pairs}};
  uint64_t expected = 0;
  for (const NetFault& fault : faults) {
    const auto healthy = product_table(netlist, {&fault, 1});
    const auto broken = product_table(other, {&fault, 1});
    for (const OperandPair pair : pairs) expected += healthy.raw[pair] != broken.raw[pair] ? 1 : 0;
  }
  ASSERT_GT(expected, 20u);
  const auto report = validate_faults(netlist, faults, runs, 20);
  EXPECT_EQ(report.oracles[0].num_disagreements, 0u);
  EXPECT_EQ(report.oracles[1].num_disagreements, expected);
  EXPECT_EQ(report.num_disagreements(), expected);
  ASSERT_EQ(report.listed.size(), 20u);
  for (const Disagreement& difference : report.listed) {
    const NetFault& fault = difference.fault;
    const auto healthy = product_table(netlist, {&fault, 1});
    const auto broken = product_table(other, {&fault, 1});
    EXPECT_EQ(difference.bit_parallel, healthy.raw[difference.pair]);
    // The good simulator was never asked for this pair, but it is listed all the same.
    EXPECT_EQ(difference.products,
              (std::vector<uint16_t>{healthy.raw[difference.pair], broken.raw[difference.pair]}));
    EXPECT_NE(difference.products[0], difference.products[1]);
  }
}

/// Forgets the last product of each fault.
class ForgetfulOracle : public ScalarOracle {
 public:
  using ScalarOracle::ScalarOracle;
  void simulate(std::span<const NetFault> faults, std::span<const OperandPair> pairs,
                const Sink& sink) override {
    ScalarOracle::simulate(faults, pairs.first(pairs.size() - 1), sink);
  }
};

TEST(Validation, does_not_pass_a_simulator_that_leaves_products_out) {
  const Netlist netlist = exact_array_multiplier();
  auto faults = enumerate_stuck_at_faults(netlist);
  faults.resize(3);
  ForgetfulOracle oracle(netlist);
  const OracleRun runs[] = {{&oracle, sample_operand_pairs(1, 25)}};
  EXPECT_THROW(validate_faults(netlist, faults, runs), InternalError);
}

TEST(OperandSample, has_the_corners_and_no_pair_twice) {
  for (const std::size_t count : {25u, 26u, 300u, 65535u, 65536u}) {
    const auto pairs = sample_operand_pairs(4, count);
    ASSERT_EQ(pairs.size(), count);
    const std::set<OperandPair> distinct(pairs.begin(), pairs.end());
    EXPECT_EQ(distinct.size(), count);
    EXPECT_TRUE(std::is_sorted(pairs.begin(), pairs.end()));
    for (const unsigned a : {0u, 1u, 127u, 128u, 255u}) {
      for (const unsigned b : {0u, 1u, 127u, 128u, 255u}) {
        EXPECT_TRUE(distinct.contains(static_cast<OperandPair>(a + 256 * b)));
      }
    }
  }
  EXPECT_EQ(sample_operand_pairs(4, 65536), all_operand_pairs());
  EXPECT_THROW(sample_operand_pairs(4, 24), UsageError);
  EXPECT_THROW(sample_operand_pairs(4, 65537), UsageError);
}

TEST(OperandSample, is_a_function_of_the_seed) {
  EXPECT_EQ(sample_operand_pairs(4, 100), sample_operand_pairs(4, 100));
  EXPECT_NE(sample_operand_pairs(4, 100), sample_operand_pairs(5, 100));
}

}  // namespace
}  // namespace faultwave::netlist
