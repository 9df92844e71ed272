#include "bits/plane_code.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "base/error.hpp"
#include "base/rng.hpp"

namespace faultwave::bits {
namespace {

constexpr uint64_t kSeed = 81;
constexpr PlaneOp kOps[] = {PlaneOp::kAnd, PlaneOp::kNand, PlaneOp::kOr,     PlaneOp::kNor,
                            PlaneOp::kXor, PlaneOp::kXnor, PlaneOp::kAndNot, PlaneOp::kOrNot,
                            PlaneOp::kNot, PlaneOp::kCopy};

uint64_t apply_word(PlaneOp op, uint64_t a, uint64_t b) {
  switch (op) {
    case PlaneOp::kAnd:
      return a & b;
    case PlaneOp::kNand:
      return ~(a & b);
    case PlaneOp::kOr:
      return a | b;
    case PlaneOp::kNor:
      return ~(a | b);
    case PlaneOp::kXor:
      return a ^ b;
    case PlaneOp::kXnor:
      return ~(a ^ b);
    case PlaneOp::kAndNot:
      return a & ~b;
    case PlaneOp::kOrNot:
      return a | ~b;
    case PlaneOp::kNot:
      return ~a;
    default:
      return a;
  }
}

/// Steps that read any slot so far, constants and one slot twice among them; with `reuse`, slots
/// are overwritten while others still hold what was read from them.
PlaneProgram random_program(CounterRng& rng, std::size_t num_steps, bool reuse) {
  PlaneProgram program;
  uint16_t num_slots = kFirstFreeSlot;
  for (std::size_t i = 0; i < num_steps; ++i) {
    const auto a = static_cast<uint16_t>(rng.below(num_slots));
    const auto b = rng.below(8) == 0 ? a : static_cast<uint16_t>(rng.below(num_slots));
    const bool overwrites = reuse && num_slots > kFirstFreeSlot && rng.below(2) == 0;
    const uint16_t y =
        overwrites ? static_cast<uint16_t>(kFirstFreeSlot + rng.below(num_slots - kFirstFreeSlot))
                   : num_slots++;
    program.steps.push_back({kOps[rng.below(std::size(kOps))], y, a, b});
  }
  program.num_slots = num_slots;
  for (auto& output : program.outputs) output = static_cast<uint16_t>(rng.below(num_slots));
  program.outputs[3] = program.outputs[9];
  return program;
}

class PlaneCodeTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!PlaneCode::is_available()) GTEST_SKIP() << "no machine code at " << simd_level();
  }
};

/// Word by word.
std::vector<uint64_t> plain_outputs(const PlaneProgram& program, const uint64_t* operands) {
  std::vector<uint64_t> outputs(16 * kChunkWords);
  for (std::size_t word = 0; word < kChunkWords; ++word) {
    std::vector<uint64_t> slots(program.num_slots, 0);
    for (std::size_t bit = 0; bit < 16; ++bit) slots[bit] = operands[bit * kChunkWords + word];
    slots[kOneSlot] = ~uint64_t{0};
    for (const auto& step : program.steps) {
      slots[step.y] = apply_word(step.op, slots[step.a], slots[step.b]);
    }
    for (std::size_t bit = 0; bit < 16; ++bit) {
      outputs[bit * kChunkWords + word] = slots[program.outputs[bit]];
    }
  }
  return outputs;
}

TEST_F(PlaneCodeTest, computes_what_the_steps_say_for_programs_of_every_size) {
  PlaneCode code;
  std::size_t num_spills = 0;
  for (uint64_t run = 0; run < 400; ++run) {
    CounterRng rng(kSeed, run);
    const auto num_steps = static_cast<std::size_t>(rng.below(run < 200 ? 40 : 900));
    const PlaneProgram program = random_program(rng, num_steps, run % 2 == 1);
    AlignedVector<uint64_t> operands(16 * kChunkWords);
    for (auto& word : operands) word = rng.next();
    std::vector<uint64_t> outputs(16 * kChunkWords, 0xABCD);
    code.compile(program);
    code.run(operands.data(), outputs.data());
    ASSERT_EQ(outputs, plain_outputs(program, operands.data()))
        << "seed " << kSeed << ", run " << run << ", " << num_steps << " steps";
    num_spills += code.num_spills();
  }
  EXPECT_GT(num_spills, 1000u);  // or else the programs were too easy
}

TEST_F(PlaneCodeTest, inverters_and_what_nobody_reads_cost_no_code) {
  PlaneCode code;
  PlaneProgram program;
  program.outputs.fill(kZeroSlot);
  program.outputs[0] = 19;
  program.num_slots = 22;
  program.steps = {{PlaneOp::kAnd, 19, 0, 8}};
  code.compile(program);
  const std::size_t bytes = code.num_code_bytes();
  program.steps = {{PlaneOp::kNot, 18, 0, 0},
                   {PlaneOp::kNot, 21, 18, 18},
                   {PlaneOp::kXor, 20, 1, 9},
                   {PlaneOp::kAnd, 19, 21, 8}};
  code.compile(program);
  EXPECT_EQ(code.num_code_bytes(), bytes);
}

TEST_F(PlaneCodeTest, adds_up_errors_as_the_interpreter_does) {
  CounterRng rng(kSeed);
  const PlaneProgram program = random_program(rng, 300, false);
  PairChunks pairs;
  pairs.num_chunks = 3;
  pairs.planes.resize(pairs.num_chunks * 32 * kChunkWords);
  for (auto& word : pairs.planes) word = rng.next();
  PlaneCode code;
  code.compile(program);
  std::vector<uint64_t> slots(program.num_slots * kChunkWords);
  for (const bool is_signed : {false, true}) {
    pairs.is_signed = is_signed;
    for (const auto metric : {ErrorMetric::kAbsolute, ErrorMetric::kWrong, ErrorMetric::kBeyond}) {
      constexpr uint32_t kBound = 20000;
      const auto run = [&](uint64_t limit) {
        const auto expected = run_program(program, pairs, metric, kBound, limit, slots.data());
        const auto result = run_program(code, pairs, metric, kBound, limit);
        EXPECT_EQ(result.total, expected.total);
        EXPECT_EQ(result.num_chunks, expected.num_chunks);
        EXPECT_EQ(result.within, expected.within);
        return result.total;
      };
      const uint64_t total = run(std::numeric_limits<uint64_t>::max());
      run(total);
      run(total - 1);
      run(total / 2);
    }
  }
}

TEST(plane_code, only_instruction_sets_with_its_registers_have_it) {
  for (const auto& level : simd_levels()) {
    force_simd_level(level);
    const bool has_registers = level == "AVX2" || level.starts_with("AVX3");
    if (!has_registers) {
      EXPECT_FALSE(PlaneCode::is_available()) << level;
      EXPECT_THROW(PlaneCode(), InternalError) << level;
    }
  }
  force_simd_level("");
}

}  // namespace
}  // namespace faultwave::bits
