// Faults of a systolic array as masks over its 64-lane words, for the cycle at hand.
#pragma once

#include <cstdint>
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

/// Masks of one word; PE index row * cols + col is lane index % 64 of word index / 64.
struct WordFaults {
  std::vector<PlaneMask> multiplier;
  std::vector<PlaneMask> weight;
  std::vector<PlaneMask> activation;
  std::vector<PlaneMask> psum;
};

/// The faults of an array, and which of them are active. Registers are forced at their outputs: the
/// stored value is untouched and shows again when a window closes.
class ArrayFaults {
 public:
  ArrayFaults(const netlist::Netlist& multiplier, std::vector<fault::Fault> faults, int cols,
              std::size_t num_words);

  /// Makes the masks those of the step that closes `cycle`: multiplier and weight faults act during
  /// `cycle`; activation and partial-sum registers are loaded at its end and seen in cycle + 1.
  void set_cycle(uint64_t cycle);
  const WordFaults& word(std::size_t index) const { return words_[index]; }
  bool has_multiplier_faults() const { return has_multiplier_faults_; }

 private:
  void rebuild(uint64_t cycle);

  std::vector<fault::Fault> faults_;
  std::vector<int> site_of_fault_;
  int cols_;
  std::vector<WordFaults> words_;
  std::vector<std::size_t> touched_;
  std::vector<uint64_t> boundaries_;  ///< cycles at which the set changes, ascending
  uint64_t valid_from_ = 1;           ///< masks hold for cycles in [valid_from_, valid_to_)
  uint64_t valid_to_ = 0;
  bool has_multiplier_faults_ = false;
};

}  // namespace faultwave::accel
