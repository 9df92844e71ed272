// Faults of a group of PEs as masks over its 64-lane words, for the cycle at hand.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "fault/fault.hpp"
#include "netlist/netlist.hpp"
#include "verilated/pe_model.hpp"

namespace faultwave::accel {

/// y = (x & keep) ^ flip over 64 lanes, at one plane (site or register bit).
struct PlaneMask {
  int plane = 0;  ///< site index (enumerate_sites order), or bit of the register
  verilated::SiteMask mask;
  uint64_t operator()(uint64_t x) const { return (x & mask.keep) ^ mask.flip; }
};

/// Masks of one word.
struct WordFaults {
  std::vector<PlaneMask> multiplier;
  std::vector<PlaneMask> weight;
  std::vector<PlaneMask> activation;
  std::vector<PlaneMask> psum;
};

/// Bit `bit` of word `word`.
struct LanePlace {
  std::size_t word = 0;
  int bit = 0;
};

/// The faults of an array or a tensor core, and which of them are active. Registers are forced at
/// their outputs: the stored value is untouched and shows again when a window closes.
class LaneFaults {
 public:
  /// Whose masks a datapath applies when it loads a register; they are those of the next cycle, in
  /// which the register is seen. Partial sums always are.
  enum class ActivationMasks : uint8_t { kAtLoad, kAtUse };

  /// `place_of` tells the lane of a fault (of a partial-sum fault: the lane of its register).
  LaneFaults(const netlist::Netlist& multiplier, std::vector<fault::Fault> faults,
             const std::function<LanePlace(const fault::Fault&)>& place_of, std::size_t num_words,
             ActivationMasks activation_masks);

  /// Makes the masks those of the step that closes `cycle`: multiplier and weight faults act during
  /// `cycle`; registers masked at load are loaded at its end and seen in cycle + 1.
  void set_cycle(uint64_t cycle);
  const WordFaults& word(std::size_t index) const { return words_[index]; }
  /// Masks of `count` words from `first` on.
  std::span<const WordFaults> words(std::size_t first, std::size_t count) const {
    return {words_.data() + first, count};
  }
  /// Words with masks of any kind, ascending.
  const std::vector<std::size_t>& faulty_words() const { return faulty_words_; }
  bool has_multiplier_faults() const { return has_multiplier_faults_; }

 private:
  void rebuild(uint64_t cycle);

  std::vector<fault::Fault> faults_;
  std::vector<LanePlace> places_;
  std::vector<int> planes_;  ///< of each fault: site index or register bit
  ActivationMasks activation_masks_;
  std::vector<WordFaults> words_;
  std::vector<std::size_t> faulty_words_;
  std::vector<uint64_t> boundaries_;  ///< cycles at which the set changes, ascending
  uint64_t valid_from_ = 1;           ///< masks hold for cycles in [valid_from_, valid_to_)
  uint64_t valid_to_ = 0;
  bool has_multiplier_faults_ = false;
};

}  // namespace faultwave::accel
