#include "bits/plane_program.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "base/rng.hpp"

namespace faultwave::bits {
namespace {

constexpr uint64_t kSeed = 21;
constexpr std::size_t kChunks = 3;
constexpr PlaneOp kOps[] = {PlaneOp::kAnd, PlaneOp::kNand, PlaneOp::kOr,     PlaneOp::kNor,
                            PlaneOp::kXor, PlaneOp::kXnor, PlaneOp::kAndNot, PlaneOp::kOrNot,
                            PlaneOp::kNot, PlaneOp::kCopy};

/// Random operands and "exact" products: the kernels do not know what a product is.
PairChunks random_pairs(bool is_signed) {
  CounterRng rng(kSeed);
  PairChunks pairs;
  pairs.num_chunks = kChunks;
  pairs.is_signed = is_signed;
  pairs.planes.resize(kChunks * 32 * kChunkWords);
  for (auto& word : pairs.planes) word = rng.next();
  pairs.exact.assign(kChunks * kChunkPairs, 0);
  pairs.weights.resize(kChunks * kChunkPairs);
  for (std::size_t i = 0; i < kChunks * kChunkPairs; ++i) {
    const uint64_t* planes = pairs.planes.data() + (i / kChunkPairs) * 32 * kChunkWords;
    const std::size_t in_chunk = i % kChunkPairs;
    for (std::size_t bit = 0; bit < 16; ++bit) {
      const uint64_t word = planes[(16 + bit) * kChunkWords + in_chunk / 64];
      pairs.exact[i] |= static_cast<uint16_t>(((word >> (in_chunk % 64)) & 1u) << bit);
    }
    pairs.weights[i] = static_cast<uint32_t>(1 + rng.below(1000));
  }
  return pairs;
}

/// Runs of equal operations and changes of them; outputs that agree with nothing exact.
PlaneProgram random_program() {
  CounterRng rng(kSeed, 1);
  PlaneProgram program;
  for (uint16_t y = kFirstFreeSlot; y < 70; ++y) {
    const PlaneOp op = y % 3 != 0 && !program.steps.empty() ? program.steps.back().op
                                                            : kOps[rng.below(std::size(kOps))];
    program.steps.push_back(
        {op, y, static_cast<uint16_t>(rng.below(y)), static_cast<uint16_t>(rng.below(y))});
  }
  program.num_slots = 70;
  for (auto& output : program.outputs) output = static_cast<uint16_t>(rng.below(70));
  return program;
}

bool apply_bit(PlaneOp op, bool a, bool b) {
  switch (op) {
    case PlaneOp::kAnd:
      return a && b;
    case PlaneOp::kNand:
      return !(a && b);
    case PlaneOp::kOr:
      return a || b;
    case PlaneOp::kNor:
      return !(a || b);
    case PlaneOp::kXor:
      return a != b;
    case PlaneOp::kXnor:
      return a == b;
    case PlaneOp::kAndNot:
      return a && !b;
    case PlaneOp::kOrNot:
      return a || !b;
    case PlaneOp::kNot:
      return !a;
    default:
      return a;
  }
}

struct Totals {
  uint64_t absolute = 0, wrong = 0, beyond = 0, weighted = 0;
  std::vector<uint32_t> ones;
};

/// Pair by pair, gate by gate.
Totals plain_totals(const PlaneProgram& program, const PairChunks& pairs, uint32_t bound) {
  Totals totals;
  totals.ones.resize(program.steps.size());
  for (std::size_t i = 0; i < pairs.num_chunks * kChunkPairs; ++i) {
    const uint64_t* planes = pairs.planes.data() + (i / kChunkPairs) * 32 * kChunkWords;
    std::vector<bool> value(program.num_slots);
    for (std::size_t slot = 0; slot < 16; ++slot) {
      value[slot] =
          ((planes[slot * kChunkWords + i % kChunkPairs / 64] >> (i % kChunkPairs % 64)) & 1u) != 0;
    }
    value[kOneSlot] = true;
    for (std::size_t s = 0; s < program.steps.size(); ++s) {
      const PlaneStep& step = program.steps[s];
      value[step.y] = apply_bit(step.op, value[step.a], value[step.b]);
      totals.ones[s] += value[step.y] ? 1 : 0;
    }
    uint16_t raw = 0;
    for (std::size_t bit = 0; bit < 16; ++bit) {
      raw |= static_cast<uint16_t>((value[program.outputs[bit]] ? 1 : 0) << bit);
    }
    const auto number = [&](uint16_t code) {
      return pairs.is_signed ? int64_t{static_cast<int16_t>(code)} : int64_t{code};
    };
    const auto error = static_cast<uint64_t>(std::abs(number(raw) - number(pairs.exact[i])));
    totals.absolute += error;
    totals.wrong += error != 0 ? 1 : 0;
    totals.beyond += error > bound ? 1 : 0;
    totals.weighted += error * pairs.weights[i];
  }
  return totals;
}

/// Runs every test once per instruction set of this machine.
class EveryProgramLevel : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    force_simd_level(GetParam());
    ASSERT_EQ(simd_level(), GetParam());
  }
  void TearDown() override { force_simd_level(""); }
};

TEST_P(EveryProgramLevel, adds_up_every_metric_as_the_plain_loop_does) {
  constexpr auto kNoLimit = std::numeric_limits<uint64_t>::max();
  const PlaneProgram program = random_program();
  std::vector<uint64_t> slots(program.num_slots * kChunkWords, 0xABCD);
  for (const bool is_signed : {false, true}) {
    const PairChunks pairs = random_pairs(is_signed);
    for (const uint32_t bound : {0u, 1u, 1000u, 20000u, 65534u, 65535u}) {
      const Totals expected = plain_totals(program, pairs, bound);
      const auto total = [&](ErrorMetric metric) {
        const auto result = run_program(program, pairs, metric, bound, kNoLimit, slots.data());
        EXPECT_TRUE(result.within);
        EXPECT_EQ(result.num_chunks, kChunks);
        return result.total;
      };
      EXPECT_EQ(total(ErrorMetric::kAbsolute), expected.absolute);
      EXPECT_EQ(total(ErrorMetric::kWrong), expected.wrong);
      EXPECT_EQ(total(ErrorMetric::kBeyond), expected.beyond) << bound;
      EXPECT_EQ(total(ErrorMetric::kWeighted), expected.weighted);
    }
  }
}

TEST_P(EveryProgramLevel, counts_the_ones_of_every_step) {
  const PlaneProgram program = random_program();
  const PairChunks pairs = random_pairs(false);
  std::vector<uint64_t> slots(program.num_slots * kChunkWords);
  std::vector<uint32_t> ones(program.steps.size());
  run_program(program, pairs, ErrorMetric::kWrong, 0, std::numeric_limits<uint64_t>::max(),
              slots.data(), ones.data());
  EXPECT_EQ(ones, plain_totals(program, pairs, 0).ones);
}

TEST_P(EveryProgramLevel, stops_at_the_first_chunk_above_the_limit) {
  const PlaneProgram program = random_program();
  PairChunks pairs = random_pairs(false);
  std::vector<uint64_t> slots(program.num_slots * kChunkWords);
  const uint64_t total = plain_totals(program, pairs, 0).absolute;
  const auto run = [&](uint64_t limit) {
    return run_program(program, pairs, ErrorMetric::kAbsolute, 0, limit, slots.data());
  };
  EXPECT_TRUE(run(total).within);
  EXPECT_FALSE(run(total - 1).within);
  EXPECT_EQ(run(total - 1).num_chunks, kChunks);
  pairs.num_chunks = 1;
  const uint64_t first = plain_totals(program, pairs, 0).absolute;
  pairs.num_chunks = kChunks;
  EXPECT_EQ(run(first - 1).num_chunks, 1u);
  EXPECT_EQ(run(first).num_chunks, 2u);
}

TEST_P(EveryProgramLevel, single_chunks_add_up_to_the_whole) {
  const PlaneProgram program = random_program();
  const PairChunks pairs = random_pairs(true);
  std::vector<uint64_t> slots(program.num_slots * kChunkWords);
  uint64_t total = 0;
  for (std::size_t chunk = 0; chunk < kChunks; ++chunk) {
    load_chunk(pairs, chunk, slots.data());
    run_steps(program.steps.data(), program.steps.size(), slots.data());
    total += absolute_error(program.outputs, pairs, chunk, slots.data());
  }
  EXPECT_EQ(total, plain_totals(program, pairs, 0).absolute);
}

INSTANTIATE_TEST_SUITE_P(Levels, EveryProgramLevel, testing::ValuesIn(simd_levels()),
                         [](const auto& level) { return level.param; });

}  // namespace
}  // namespace faultwave::bits
