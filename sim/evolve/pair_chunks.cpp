#include "evolve/pair_chunks.hpp"

#include <algorithm>
#include <cstdlib>
#include <numeric>

#include "base/error.hpp"
#include "base/rng.hpp"

namespace faultwave::evolve {
namespace {

constexpr auto kPairs = static_cast<std::size_t>(netlist::ProductTable::kSize);
constexpr uint64_t kShuffleSeed = 20150401;

}  // namespace

bits::PairChunks make_pair_chunks(const std::vector<uint32_t>& order, bool is_signed,
                                  bool with_weights) {
  FAULTWAVE_CHECK(order.size() == kPairs);
  bits::PairChunks chunks;
  chunks.is_signed = is_signed;
  chunks.num_chunks = kPairs / bits::kChunkPairs;
  chunks.planes.assign(chunks.num_chunks * 32 * bits::kChunkWords, 0);
  chunks.exact.resize(kPairs);
  if (with_weights) chunks.weights.resize(kPairs);
  for (std::size_t i = 0; i < kPairs; ++i) {
    const uint32_t pair = order[i];
    const int32_t exact = netlist::exact_product(static_cast<int>(pair & 255u),
                                                 static_cast<int>(pair >> 8), is_signed);
    const uint64_t bits = pair | (uint64_t{static_cast<uint16_t>(exact)} << 16);
    const std::size_t in_chunk = i % bits::kChunkPairs;
    uint64_t* word =
        chunks.planes.data() + (i / bits::kChunkPairs) * 32 * bits::kChunkWords + in_chunk / 64;
    for (std::size_t plane = 0; plane < 32; ++plane) {
      word[plane * bits::kChunkWords] |= ((bits >> plane) & 1u) << (in_chunk % 64);
    }
    chunks.exact[i] = static_cast<uint16_t>(exact);
    if (with_weights) {
      const auto magnitude = static_cast<uint32_t>(std::max(1, std::abs(exact)));
      chunks.weights[i] = (kRelativeScale - 1) / magnitude + 1;
    }
  }
  return chunks;
}

std::vector<uint32_t> shuffled_order() {
  std::vector<uint32_t> order(kPairs);
  std::iota(order.begin(), order.end(), 0u);
  CounterRng rng(kShuffleSeed);
  for (std::size_t i = kPairs; i > 1; --i) std::swap(order[i - 1], order[rng.below(i)]);
  return order;
}

std::vector<uint32_t> worst_first_order(const netlist::ProductTable& table) {
  static const std::vector<uint32_t> kShuffled = shuffled_order();
  const auto error = [&table](uint32_t pair) {
    const auto a = static_cast<int>(pair & 255u);
    const auto b = static_cast<int>(pair >> 8);
    return std::abs(table.at(a, b) - netlist::exact_product(a, b, table.is_signed));
  };
  std::vector<uint64_t> keys(kPairs);
  for (std::size_t i = 0; i < kPairs; ++i) {
    keys[i] = (uint64_t{0x1FFFF} - static_cast<uint64_t>(error(kShuffled[i]))) << 32 | i;
  }
  std::sort(keys.begin(), keys.end());
  std::vector<uint32_t> order(kPairs);
  for (std::size_t i = 0; i < kPairs; ++i) order[i] = kShuffled[keys[i] & 0xFFFFFFFFu];
  return order;
}

}  // namespace faultwave::evolve
