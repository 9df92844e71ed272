#include "accel/array_faults.hpp"

#include <algorithm>

#include "netlist/fault_site.hpp"

namespace faultwave::accel {
namespace {

using netlist::FaultKind;

/// Adds one lane's fault to the mask of `plane`; later faults act on the result of earlier ones.
void add_mask(std::vector<PlaneMask>& masks, int plane, uint64_t lane, FaultKind kind) {
  auto found = std::find_if(masks.begin(), masks.end(),
                            [plane](const PlaneMask& mask) { return mask.plane == plane; });
  if (found == masks.end()) found = masks.insert(masks.end(), PlaneMask{plane, {}});
  if (kind == FaultKind::kInvert) {
    found->mask.flip ^= lane;
    return;
  }
  found->mask.keep &= ~lane;
  found->mask.flip =
      kind == FaultKind::kStuckAt1 ? found->mask.flip | lane : found->mask.flip & ~lane;
}

}  // namespace

ArrayFaults::ArrayFaults(const netlist::Netlist& multiplier, std::vector<fault::Fault> faults,
                         int cols, std::size_t num_words)
    : faults_(std::move(faults)), cols_(cols), words_(num_words) {
  const auto sites = netlist::enumerate_sites(multiplier);
  for (const auto& fault : faults_) {
    const bool in_multiplier = fault.unit == fault::Unit::kMultiplier;
    site_of_fault_.push_back(in_multiplier ? netlist::site_index(sites, fault.site) : fault.bit);
    has_multiplier_faults_ = has_multiplier_faults_ || in_multiplier;
    for (const uint64_t edge : {fault.window.begin_cycle, fault.window.end_cycle}) {
      boundaries_.push_back(edge);
      if (edge > 0) boundaries_.push_back(edge - 1);
    }
  }
  std::sort(boundaries_.begin(), boundaries_.end());
}

void ArrayFaults::set_cycle(uint64_t cycle) {
  if (faults_.empty() || (cycle >= valid_from_ && cycle < valid_to_)) return;
  rebuild(cycle);
  valid_from_ = cycle;
  const auto next = std::upper_bound(boundaries_.begin(), boundaries_.end(), cycle);
  valid_to_ = next == boundaries_.end() ? UINT64_MAX : *next;
}

void ArrayFaults::rebuild(uint64_t cycle) {
  for (const std::size_t index : touched_) words_[index] = {};
  touched_.clear();
  for (std::size_t i = 0; i < faults_.size(); ++i) {
    const auto& fault = faults_[i];
    const bool seen_next =
        fault.unit == fault::Unit::kActivation || fault.unit == fault::Unit::kPartialSum;
    if (!fault.window.contains(seen_next ? cycle + 1 : cycle)) continue;
    const auto pe = static_cast<std::size_t>(fault.locus.row) * static_cast<std::size_t>(cols_) +
                    static_cast<std::size_t>(fault.locus.col);
    WordFaults& word = words_.at(pe / 64);
    touched_.push_back(pe / 64);
    auto& masks = fault.unit == fault::Unit::kMultiplier   ? word.multiplier
                  : fault.unit == fault::Unit::kWeight     ? word.weight
                  : fault.unit == fault::Unit::kActivation ? word.activation
                                                           : word.psum;
    add_mask(masks, site_of_fault_[i], uint64_t{1} << (pe % 64), fault.kind);
  }
}

}  // namespace faultwave::accel
