#include "mitigation/fault_aware_order.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.hpp"
#include "mitigation/layer_context.hpp"
#include "mitigation/layer_fixture.hpp"
#include "mitigation/retuning_map.hpp"

namespace faultwave::mitigation {
namespace {

using netlist::NumberFormat;

constexpr LeftError kLeftErrors[] = {LeftError::kError, LeftError::kSpread, LeftError::kLeastSpread,
                                     LeftError::kProduct};

class FaultAwareOrder : public testing::TestWithParam<NumberFormat> {
 protected:
  static std::vector<int32_t> identity(int64_t size) {
    std::vector<int32_t> order(static_cast<size_t>(size));
    std::iota(order.begin(), order.end(), 0);
    return order;
  }
  static LayerOrder complete(const BoundLayer& bound, LayerOrder order) {
    if (order.inputs.empty()) order.inputs = identity(bound.layer.num_inputs);
    if (order.outputs.empty()) order.outputs = identity(bound.layer.num_outputs);
    return order;
  }
  static bool is_permutation(std::vector<int32_t> order) {
    std::sort(order.begin(), order.end());
    return order == identity(static_cast<int64_t>(order.size()));
  }
};
INSTANTIATE_TEST_SUITE_P(Formats, FaultAwareOrder, testing::ValuesIn(kFormats),
                         [](const auto& test) {
                           return std::string(netlist::to_string(test.param));
                         });

TEST_P(FaultAwareOrder, is_a_permutation_that_never_leaves_more_error_than_the_networks_order) {
  for (const uint64_t seed : {1, 2, 3}) {
    for (const bool on_gpu : {false, true}) {
      BoundLayer bound(GetParam(), seed);
      if (on_gpu) bound.spread_over_lanes(seed);
      for (const LeftError left : kLeftErrors) {
        const LayerOrder order = complete(bound, fault_aware_order(bound.context, left));
        ASSERT_TRUE(is_permutation(order.inputs));
        ASSERT_TRUE(is_permutation(order.outputs));
        const double own = error_of_order(bound.context, left, {});
        EXPECT_LT(error_of_order(bound.context, left, order), 0.95 * own);
      }
    }
  }
}

TEST_P(FaultAwareOrder, no_exchange_of_two_inputs_or_two_outputs_leaves_less_error) {
  BoundLayer bound(GetParam(), 4);
  for (const LeftError left : {LeftError::kError, LeftError::kProduct}) {
    const LayerOrder order = complete(bound, fault_aware_order(bound.context, left));
    const double reached = error_of_order(bound.context, left, order);
    for (auto axis : {&LayerOrder::inputs, &LayerOrder::outputs}) {
      for (size_t i = 0; i < (order.*axis).size(); ++i) {
        for (size_t j = 0; j < i; ++j) {
          LayerOrder other = order;
          std::swap((other.*axis)[i], (other.*axis)[j]);
          EXPECT_GE(error_of_order(bound.context, left, other), reached * (1 - 1e-9));
        }
      }
    }
  }
}

TEST_P(FaultAwareOrder,
       a_single_faulty_pe_gets_the_best_weight_of_its_row_and_of_its_column_or_a_better_one) {
  BoundLayer bound(GetParam(), 5);
  for (size_t place = 0; place < bound.context.mixtures.size(); ++place) {
    bound.context.mixtures[place] = {{0, 1}};
  }
  bound.context.mixtures[3 * 6 + 4] = {{4, 1}};
  // By the definition: the mean square error of every weight on that PE.
  const auto& histogram = bound.context.calibration->histogram;
  double total = 0;
  for (const double count : histogram) total += count;
  double least = INFINITY;
  double least_of_row = INFINITY;
  double least_of_column = INFINITY;
  for (int64_t n = 0; n < 6; ++n) {
    for (int64_t k = 0; k < 9; ++k) {
      const int w = own_weight(bound.layer, k, n);
      const PeProducts faulty(bound.context.tables[4], GetParam(), bound.context.weight_on_port_a);
      double error = 0;
      for (int a = 0; a < 256; ++a) {
        const double difference = faulty.product(*bound.context.tables[4], a, w) -
                                  faulty.product(*bound.context.tables[0], a, w);
        error += histogram[static_cast<size_t>(a)] / total * difference * difference;
      }
      least = std::min(least, error);
      if (k == 3) least_of_row = std::min(least_of_row, error);
      if (n == 4) least_of_column = std::min(least_of_column, error);
    }
  }
  const LayerOrder order = fault_aware_order(bound.context, LeftError::kError);
  const double reached = error_of_order(bound.context, LeftError::kError, order);
  EXPECT_GE(reached, least * (1 - 1e-9));
  EXPECT_LE(reached, std::min(least_of_row, least_of_column) * (1 + 1e-9));
}

TEST(FaultAwareMapping, healthy_pes_leave_the_networks_order) {
  BoundLayer bound(NumberFormat::kAffineU8, 6);
  for (auto& mixture : bound.context.mixtures) mixture = {{0, 1}};
  const LayerOrder order = fault_aware_order(bound.context, LeftError::kError);
  EXPECT_TRUE(order.inputs.empty());
  EXPECT_TRUE(order.outputs.empty());
}

TEST(FaultAwareMapping, is_followed_by_any_other_mitigation_and_nothing_else_is) {
  register_builtin_mitigations();
  BoundLayer bound(NumberFormat::kInt8, 7);
  const auto mapped = make_mitigation("fault_aware_mapping+joint_retune");
  EXPECT_TRUE(mapped->needs_arriving_rows());
  EXPECT_EQ(mapped->left_error(), LeftError::kLeastSpread);
  EXPECT_EQ(mapped->apply(bound.context).weights,
            make_mitigation("joint_retune")->apply(bound.context).weights);
  EXPECT_EQ(make_mitigation("fault_aware_mapping")->apply(bound.context).weights,
            unmodified(bound.layer).weights);
  try {
    make_mitigation("fap+joint_retune");
    FAIL() << "accepted";
  } catch (const UsageError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("only a mapping can be followed"));
  }
  EXPECT_THROW(make_mitigation("fault_aware_mapping+nothing"), UsageError);
  EXPECT_THROW(make_mitigation("fault_aware_mapping+fault_aware_mapping"), UsageError);
}

}  // namespace
}  // namespace faultwave::mitigation
