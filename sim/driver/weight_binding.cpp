#include "driver/weight_binding.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <utility>

namespace faultwave::driver {
namespace {

using Key = std::vector<std::pair<int64_t, int64_t>>;

mitigation::Mixture mixture_of(const LocusTables& tables, const std::vector<accel::PeCount>& pes) {
  std::map<uint16_t, int64_t> counts;
  for (const auto& [pe, count] : pes) counts[tables.at(pe)] += count;
  int64_t divisor = 0;
  for (const auto& [table, count] : counts) divisor = std::gcd(divisor, count);
  mitigation::Mixture mixture;
  for (const auto& [table, count] : counts) {
    mixture.push_back({table, static_cast<double>(count / divisor)});
  }
  return mixture;
}

}  // namespace

WeightBinding::WeightBinding(const accel::PeMapping& mapping, const accel::GemmShape& shape)
    : shape_(shape), period_(std::min<int64_t>(mapping.k_period(), shape.k)) {
  std::map<Key, uint32_t> known;
  set_of_.reserve(static_cast<std::size_t>(period_ * shape.n));
  for (int64_t residue = 0; residue < period_; ++residue) {
    for (int64_t n = 0; n < shape.n; ++n) {
      auto pes = mapping.pes_of_weight(shape, residue, n);
      Key key;
      for (const auto& [pe, count] : pes) key.emplace_back(pe, count);
      const auto [entry, is_new] =
          known.emplace(std::move(key), static_cast<uint32_t>(sets_.size()));
      if (is_new) sets_.push_back(std::move(pes));
      set_of_.push_back(entry->second);
    }
  }
}

void WeightBinding::bind(const LocusTables& tables, mitigation::LayerContext& context) const {
  std::map<Key, uint32_t> known;
  std::vector<uint32_t> mixture_of_set;
  context.mixtures.clear();
  for (const auto& pes : sets_) {
    mitigation::Mixture mixture = mixture_of(tables, pes);
    Key key;
    for (const auto& [table, count] : mixture) {
      key.emplace_back(table, static_cast<int64_t>(count));
    }
    const auto [entry, is_new] =
        known.emplace(std::move(key), static_cast<uint32_t>(context.mixtures.size()));
    if (is_new) context.mixtures.push_back(std::move(mixture));
    mixture_of_set.push_back(entry->second);
  }
  context.mixture_of.resize(static_cast<std::size_t>(shape_.k * shape_.n));
  auto place = context.mixture_of.begin();
  for (int64_t k = 0; k < shape_.k; ++k) {
    const uint32_t* set = set_of_.data() + k % period_ * shape_.n;
    for (int64_t n = 0; n < shape_.n; ++n) *place++ = mixture_of_set[set[n]];
  }
}

}  // namespace faultwave::driver
