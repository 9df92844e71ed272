// Compiled once per instruction set by Highway's foreach_target.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "bits/plane_program.cpp"
#include <hwy/foreach_target.h>
//
#include <hwy/highway.h>

#include <algorithm>
#include <cstring>

#include "base/error.hpp"
#include "bits/plane_code.hpp"
#include "bits/plane_program.hpp"
#include "bits/transpose.hpp"

HWY_BEFORE_NAMESPACE();
namespace faultwave::bits::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
/// At most a chunk, so that every chunk is a whole number of vectors.
using Tag = hn::CappedTag<uint64_t, kChunkWords>;
using Vec = hn::Vec<Tag>;

template <typename Operation>
HWY_INLINE void map_chunk(uint64_t* y, const uint64_t* a, const uint64_t* b, Operation operation) {
  const Tag d;
  for (std::size_t i = 0; i < kChunkWords; i += hn::Lanes(d)) {
    hn::StoreU(operation(hn::LoadU(d, a + i), hn::LoadU(d, b + i)), d, y + i);
  }
}

HWY_INLINE uint32_t count_ones(const uint64_t* plane) {
  const Tag d;
  auto sum = hn::Zero(d);
  for (std::size_t i = 0; i < kChunkWords; i += hn::Lanes(d)) {
    sum = hn::Add(sum, hn::PopulationCount(hn::LoadU(d, plane + i)));
  }
  return static_cast<uint32_t>(hn::GetLane(hn::SumOfLanes(d, sum)));
}

/// Runs steps[i] and all that follow with the same operation: one jump per run, which no branch
/// predictor has to guess per gate. Returns the index behind the run.
template <typename Operation>
HWY_INLINE std::size_t map_run(const PlaneStep* steps, std::size_t i, std::size_t num_steps,
                               uint64_t* slots, uint32_t* ones, Operation operation) {
  const PlaneOp op = steps[i].op;
  do {
    uint64_t* y = slots + steps[i].y * kChunkWords;
    map_chunk(y, slots + steps[i].a * kChunkWords, slots + steps[i].b * kChunkWords, operation);
    if (ones != nullptr) ones[i] += count_ones(y);
    ++i;
  } while (i < num_steps && steps[i].op == op);
  return i;
}

void run_all(const PlaneStep* steps, std::size_t num_steps, uint64_t* slots, uint32_t* ones) {
  const auto run = [&](std::size_t i, auto operation) {
    return map_run(steps, i, num_steps, slots, ones, operation);
  };
  for (std::size_t i = 0; i < num_steps;) {
    switch (steps[i].op) {
      case PlaneOp::kAnd:
        i = run(i, [](auto x, auto z) { return hn::And(x, z); });
        break;
      case PlaneOp::kNand:
        i = run(i, [](auto x, auto z) { return hn::Not(hn::And(x, z)); });
        break;
      case PlaneOp::kOr:
        i = run(i, [](auto x, auto z) { return hn::Or(x, z); });
        break;
      case PlaneOp::kNor:
        i = run(i, [](auto x, auto z) { return hn::Not(hn::Or(x, z)); });
        break;
      case PlaneOp::kXor:
        i = run(i, [](auto x, auto z) { return hn::Xor(x, z); });
        break;
      case PlaneOp::kXnor:
        i = run(i, [](auto x, auto z) { return hn::Not(hn::Xor(x, z)); });
        break;
      case PlaneOp::kAndNot:
        i = run(i, [](auto x, auto z) { return hn::AndNot(z, x); });
        break;
      case PlaneOp::kOrNot:
        i = run(i, [](auto x, auto z) { return hn::Or(x, hn::Not(z)); });
        break;
      case PlaneOp::kNot:
        i = run(i, [](auto x, auto) { return hn::Not(x); });
        break;
      case PlaneOp::kCopy:
        i = run(i, [](auto x, auto) { return x; });
        break;
      case PlaneOp::kMux:
        FAULTWAVE_CHECK(false, "plane programs have no multiplexers");
    }
  }
}

/// The error of 64 pairs per lane in one's complement of its sign: 16 planes, and the sign.
struct SlicedError {
  Vec magnitude[16];  // |error|, less 1 where negative
  Vec negative;
};

/// Differences in two's complement of `kCount` vectors side by side, so that their borrows ripple
/// at the same time: out(bit, vector, plane) takes the planes; `negative` their signs.
template <std::size_t kCount, typename Out>
HWY_INLINE void subtract(const uint64_t* const* outputs, const uint64_t* exact, std::size_t word,
                         bool is_signed, Vec* negative, Out out) {
  const Tag d;
  Vec borrow[kCount];
  Vec differs[kCount];
  for (auto& plane : borrow) plane = hn::Zero(d);
  for (std::size_t bit = 0; bit < 16; ++bit) {
    for (std::size_t v = 0; v < kCount; ++v) {
      const auto x = hn::LoadU(d, outputs[bit] + word + v * hn::MaxLanes(d));
      const auto y = hn::LoadU(d, exact + bit * kChunkWords + word + v * hn::MaxLanes(d));
      differs[v] = hn::Xor(x, y);
      out(bit, v, hn::Xor(differs[v], borrow[v]));
      borrow[v] = hn::Or(hn::AndNot(x, y), hn::AndNot(differs[v], borrow[v]));
    }
  }
  for (std::size_t v = 0; v < kCount; ++v) {
    negative[v] = is_signed ? hn::Xor(differs[v], borrow[v]) : borrow[v];
  }
}

HWY_INLINE void slice_error(const uint64_t* const* outputs, const uint64_t* exact, std::size_t i,
                            bool is_signed, SlicedError& error) {
  subtract<1>(outputs, exact, i, is_signed, &error.negative,
              [&](std::size_t bit, std::size_t, Vec plane) { error.magnitude[bit] = plane; });
  for (auto& plane : error.magnitude) plane = hn::Xor(plane, error.negative);
}

/// Full adder: three planes of one weight are `sum` and twice the result.
HWY_INLINE Vec add_planes(Vec& sum, Vec x, Vec y) {
  const auto differs = hn::Xor(sum, x);
  const auto carry = hn::Or(hn::And(sum, x), hn::And(differs, y));
  sum = hn::Xor(differs, y);
  return carry;
}

/// Sum of |error| of kCount vectors: carries go to the next bit, and one plane per bit is counted
/// (carry-save addition; Muła, Kurz and Lemire, "Faster population counts", 2018).
template <std::size_t kCount>
HWY_INLINE Vec absolute_sum(const uint64_t* const* outputs, const uint64_t* exact, std::size_t word,
                            bool is_signed) {
  static_assert(kCount == 2 || kCount == 4);
  const Tag d;
  HWY_ALIGN uint64_t planes[16][kCount * hn::MaxLanes(d)];
  Vec negative[kCount];
  for (std::size_t v = 0; v < kCount; v += 2) {
    const std::size_t first = v * hn::MaxLanes(d);
    subtract<2>(outputs, exact, word + first, is_signed, negative + v,
                [&](std::size_t bit, std::size_t i, Vec plane) {
                  hn::Store(plane, d, planes[bit] + first + i * hn::MaxLanes(d));
                });
  }
  auto total = hn::Zero(d);
  for (const auto& plane : negative) total = hn::Add(total, hn::PopulationCount(plane));
  Vec carries[kCount - 1];
  for (auto& carry : carries) carry = hn::Zero(d);
  const auto magnitude = [&](std::size_t bit, std::size_t v) {
    return hn::Xor(hn::Load(d, planes[bit] + v * hn::MaxLanes(d)), negative[v]);
  };
  for (std::size_t bit = 0; bit < 16; ++bit) {
    auto sum = magnitude(bit, 0);
    if constexpr (kCount == 2) {
      carries[0] = add_planes(sum, magnitude(bit, 1), carries[0]);
    } else {
      const auto first = add_planes(sum, magnitude(bit, 1), magnitude(bit, 2));
      auto other = magnitude(bit, 3);
      const auto second = add_planes(other, carries[0], carries[1]);
      carries[2] = add_planes(sum, other, carries[2]);
      carries[0] = first;
      carries[1] = second;
    }
    total = hn::Add(total, hn::ShiftLeftSame(hn::PopulationCount(sum), static_cast<int>(bit)));
  }
  for (const auto& carry : carries) {
    total = hn::Add(total, hn::ShiftLeftSame(hn::PopulationCount(carry), 16));
  }
  return total;
}

HWY_INLINE Vec wrong(const SlicedError& error) {
  auto any = error.negative;
  for (const auto& plane : error.magnitude) any = hn::Or(any, plane);
  return hn::PopulationCount(any);
}

HWY_INLINE Vec beyond(const SlicedError& error, uint32_t bound) {
  const Tag d;
  auto greater = hn::Zero(d);
  auto equal = hn::Not(hn::Zero(d));
  for (int bit = 15; bit >= 0; --bit) {
    const auto plane = error.magnitude[bit];
    if (((bound >> bit) & 1u) != 0) {
      equal = hn::And(equal, plane);
    } else {
      greater = hn::Or(greater, hn::And(equal, plane));
      equal = hn::AndNot(plane, equal);
    }
  }
  return hn::PopulationCount(hn::Or(greater, hn::And(equal, error.negative)));
}

template <typename Sum>
HWY_INLINE uint64_t sum_chunk(const uint64_t* const* outputs, const uint64_t* exact, bool is_signed,
                              Sum sum) {
  const Tag d;
  auto total = hn::Zero(d);
  for (std::size_t i = 0; i < kChunkWords; i += hn::Lanes(d)) {
    SlicedError error;
    slice_error(outputs, exact, i, is_signed, error);
    total = hn::Add(total, sum(error));
  }
  return hn::GetLane(hn::SumOfLanes(d, total));
}

uint64_t weighted_sum(const uint64_t* const* outputs, const PairChunks& pairs, std::size_t chunk) {
  uint16_t products[kChunkPairs];
  planes_to_u16(outputs, kChunkWords, products);
  const uint16_t* exact = pairs.exact.data() + chunk * kChunkPairs;
  const uint32_t* weights = pairs.weights.data() + chunk * kChunkPairs;
  const auto value = [&](uint16_t raw) {
    return pairs.is_signed ? int32_t{static_cast<int16_t>(raw)} : int32_t{raw};
  };
  uint64_t total = 0;
  for (std::size_t i = 0; i < kChunkPairs; ++i) {
    const int32_t error = value(products[i]) - value(exact[i]);
    total += uint64_t{static_cast<uint32_t>(error < 0 ? -error : error)} * weights[i];
  }
  return total;
}

const uint64_t* exact_planes(const PairChunks& pairs, std::size_t chunk) {
  return pairs.planes.data() + (32 * chunk + 16) * kChunkWords;
}

void load_operands(const PairChunks& pairs, std::size_t chunk, uint64_t* slots) {
  std::memcpy(slots, pairs.planes.data() + 32 * chunk * kChunkWords,
              16 * kChunkWords * sizeof(uint64_t));
}

uint64_t absolute_error(const uint64_t* const* outputs, const PairChunks& pairs,
                        std::size_t chunk) {
  const Tag d;
  constexpr std::size_t kCount = kChunkWords / hn::MaxLanes(d) >= 4 ? 4 : 2;
  const uint64_t* exact = exact_planes(pairs, chunk);
  auto total = hn::Zero(d);
  for (std::size_t word = 0; word < kChunkWords; word += kCount * hn::MaxLanes(d)) {
    total = hn::Add(total, absolute_sum<kCount>(outputs, exact, word, pairs.is_signed));
  }
  return hn::GetLane(hn::SumOfLanes(d, total));
}

uint64_t chunk_total(const uint64_t* const* outputs, const PairChunks& pairs, std::size_t chunk,
                     ErrorMetric metric, uint32_t bound) {
  const uint64_t* exact = exact_planes(pairs, chunk);
  switch (metric) {
    case ErrorMetric::kAbsolute:
      return absolute_error(outputs, pairs, chunk);
    case ErrorMetric::kWrong:
      return sum_chunk(outputs, exact, pairs.is_signed,
                       [](const SlicedError& error) { return wrong(error); });
    case ErrorMetric::kBeyond:
      return sum_chunk(outputs, exact, pairs.is_signed,
                       [bound](const SlicedError& error) { return beyond(error, bound); });
    case ErrorMetric::kWeighted:
      return weighted_sum(outputs, pairs, chunk);
  }
  return 0;
}

/// `run_chunk(chunk)` leaves the product bits in `outputs`.
template <typename RunChunk>
HWY_INLINE ProgramError add_chunks(const PairChunks& pairs, const uint64_t* const* outputs,
                                   ErrorMetric metric, uint32_t bound, uint64_t limit,
                                   RunChunk run_chunk) {
  ProgramError result;
  for (std::size_t chunk = 0; chunk < pairs.num_chunks; ++chunk) {
    run_chunk(chunk);
    result.total += chunk_total(outputs, pairs, chunk, metric, bound);
    ++result.num_chunks;
    if (result.total > limit) return result;
  }
  result.within = true;
  return result;
}

ProgramError run_program(const PlaneProgram& program, const PairChunks& pairs, ErrorMetric metric,
                         uint32_t bound, uint64_t limit, uint64_t* slots, uint32_t* ones) {
  std::fill(slots + kZeroSlot * kChunkWords, slots + kOneSlot * kChunkWords, uint64_t{0});
  std::fill(slots + kOneSlot * kChunkWords, slots + kFirstFreeSlot * kChunkWords, ~uint64_t{0});
  const uint64_t* outputs[16];
  for (std::size_t bit = 0; bit < 16; ++bit) {
    outputs[bit] = slots + program.outputs[bit] * kChunkWords;
  }
  return add_chunks(pairs, outputs, metric, bound, limit, [&](std::size_t chunk) {
    load_operands(pairs, chunk, slots);
    run_all(program.steps.data(), program.steps.size(), slots, ones);
  });
}

ProgramError run_code(const PlaneCode& code, const PairChunks& pairs, ErrorMetric metric,
                      uint32_t bound, uint64_t limit) {
  alignas(64) uint64_t planes[16 * kChunkWords];
  const uint64_t* outputs[16];
  for (std::size_t bit = 0; bit < 16; ++bit) outputs[bit] = planes + bit * kChunkWords;
  return add_chunks(pairs, outputs, metric, bound, limit, [&](std::size_t chunk) {
    code.run(pairs.planes.data() + 32 * chunk * kChunkWords, planes);
  });
}

}  // namespace faultwave::bits::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace faultwave::bits {
namespace {

HWY_EXPORT(run_program);
HWY_EXPORT(run_code);
HWY_EXPORT(run_all);
HWY_EXPORT(absolute_error);

}  // namespace

ProgramError run_program(const PlaneProgram& program, const PairChunks& pairs, ErrorMetric metric,
                         uint32_t bound, uint64_t limit, uint64_t* slots, uint32_t* ones) {
  apply_simd_environment();
  return HWY_DYNAMIC_DISPATCH(run_program)(program, pairs, metric, bound, limit, slots, ones);
}

ProgramError run_program(const PlaneCode& code, const PairChunks& pairs, ErrorMetric metric,
                         uint32_t bound, uint64_t limit) {
  return HWY_DYNAMIC_DISPATCH(run_code)(code, pairs, metric, bound, limit);
}

void load_chunk(const PairChunks& pairs, std::size_t chunk, uint64_t* slots) {
  std::copy_n(pairs.planes.data() + 32 * chunk * kChunkWords, 16 * kChunkWords, slots);
  std::fill_n(slots + kZeroSlot * kChunkWords, kChunkWords, uint64_t{0});
  std::fill_n(slots + kOneSlot * kChunkWords, kChunkWords, ~uint64_t{0});
}

void run_steps(const PlaneStep* steps, std::size_t num_steps, uint64_t* slots) {
  apply_simd_environment();
  HWY_DYNAMIC_DISPATCH(run_all)(steps, num_steps, slots, nullptr);
}

uint64_t absolute_error(const std::array<uint16_t, 16>& outputs, const PairChunks& pairs,
                        std::size_t chunk, const uint64_t* slots) {
  apply_simd_environment();
  const uint64_t* planes[16];
  for (std::size_t bit = 0; bit < 16; ++bit) planes[bit] = slots + outputs[bit] * kChunkWords;
  return HWY_DYNAMIC_DISPATCH(absolute_error)(planes, pairs, chunk);
}

}  // namespace faultwave::bits
#endif  // HWY_ONCE
