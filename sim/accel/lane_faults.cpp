#include "accel/lane_faults.hpp"

#include <algorithm>

#include "fault/force_bits.hpp"
#include "netlist/fault_site.hpp"

namespace faultwave::accel {
namespace {

using netlist::FaultKind;

/// Adds one lane's fault to the mask of `plane`; later faults act on the result of earlier ones.
void add_mask(std::vector<PlaneMask>& masks, int plane, uint64_t lane, FaultKind kind) {
  auto found = std::find_if(masks.begin(), masks.end(),
                            [plane](const PlaneMask& mask) { return mask.plane == plane; });
  if (found == masks.end()) found = masks.insert(masks.end(), PlaneMask{plane, {}});
  fault::force_bits(found->mask.keep, found->mask.flip, lane, kind);
}

}  // namespace

LaneFaults::LaneFaults(const netlist::Netlist& multiplier, std::vector<fault::Fault> faults,
                       const std::function<LanePlace(const fault::Fault&)>& place_of,
                       std::size_t num_words, ActivationMasks activation_masks)
    : faults_(std::move(faults)), activation_masks_(activation_masks), words_(num_words) {
  if (faults_.empty()) return;
  const auto sites = netlist::enumerate_sites(multiplier);
  for (const auto& fault : faults_) {
    places_.push_back(place_of(fault));
    const bool in_multiplier = fault.unit == fault::Unit::kMultiplier;
    planes_.push_back(in_multiplier ? netlist::site_index(sites, fault.site) : fault.bit);
    has_multiplier_faults_ = has_multiplier_faults_ || in_multiplier;
    for (const uint64_t edge : {fault.window.begin_cycle, fault.window.end_cycle}) {
      boundaries_.push_back(edge);
      if (edge > 0) boundaries_.push_back(edge - 1);
    }
  }
  std::sort(boundaries_.begin(), boundaries_.end());
}

void LaneFaults::set_cycle(uint64_t cycle) {
  if (faults_.empty() || (cycle >= valid_from_ && cycle < valid_to_)) return;
  rebuild(cycle);
  valid_from_ = cycle;
  const auto next = std::upper_bound(boundaries_.begin(), boundaries_.end(), cycle);
  valid_to_ = next == boundaries_.end() ? UINT64_MAX : *next;
}

void LaneFaults::rebuild(uint64_t cycle) {
  for (const std::size_t index : faulty_words_) words_[index] = {};
  faulty_words_.clear();
  for (std::size_t i = 0; i < faults_.size(); ++i) {
    const auto& fault = faults_[i];
    const bool seen_next =
        fault.unit == fault::Unit::kPartialSum ||
        (fault.unit == fault::Unit::kActivation && activation_masks_ == ActivationMasks::kAtLoad);
    if (!fault.window.contains(seen_next ? cycle + 1 : cycle)) continue;
    WordFaults& word = words_.at(places_[i].word);
    faulty_words_.push_back(places_[i].word);
    auto& masks = fault.unit == fault::Unit::kMultiplier   ? word.multiplier
                  : fault.unit == fault::Unit::kWeight     ? word.weight
                  : fault.unit == fault::Unit::kActivation ? word.activation
                                                           : word.psum;
    add_mask(masks, planes_[i], uint64_t{1} << places_[i].bit, fault.kind);
  }
  std::sort(faulty_words_.begin(), faulty_words_.end());
  faulty_words_.erase(std::unique(faulty_words_.begin(), faulty_words_.end()), faulty_words_.end());
}

}  // namespace faultwave::accel
