// Native lane models: multiplier and accumulator of many PEs as compiled vector code.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

#include "bits/mac_planes.hpp"
#include "compile/shared_object.hpp"
#include "native/vector_target.hpp"
#include "netlist/netlist.hpp"

namespace faultwave::native {

/// Path of the shared object below `cache`, built with the C++ compiler when it is not there or
/// damaged. Safe under concurrent builds. EnvironmentError when the compiler is missing or fails.
std::filesystem::path build_mac_model(const netlist::Netlist& netlist, bool faultable,
                                      const VectorTarget& target,
                                      const std::filesystem::path& cache);

/// All lanes healthy.
class MacModel {
 public:
  MacModel(const netlist::Netlist& netlist, const VectorTarget& target,
           const std::filesystem::path& cache);
  /// Computes words [first, first + count) of `planes`, the last ones first; `first` and `count`
  /// are multiples of the target's words.
  void run(const bits::MacPlanes& planes, std::size_t first, std::size_t count) const {
    run_(&planes, first, count);
  }

 private:
  compile::SharedObject object_;
  void (*run_)(const bits::MacPlanes*, std::size_t, std::size_t);
};

/// Every site of every lane can be forced. Not thread-safe.
class FaultyMacModel {
 public:
  FaultyMacModel(const netlist::Netlist& netlist, const VectorTarget& target,
                 const std::filesystem::path& cache);
  int num_sites() const { return static_cast<int>(blocks_.size()); }
  /// Until clear_masks, `site` (enumerate_sites order) shows (x & keep) ^ flip in the 64 lanes of
  /// `word`, a word of the vector.
  void set_mask(int site, std::size_t word, uint64_t keep, uint64_t flip) {
    const auto index = static_cast<std::size_t>(site);
    uint64_t* at = masks_.data() + index * 2 * words_ + word;
    at[0] = keep;
    at[words_] = flip;
    is_block_masked_[blocks_[index]] = 1;
    masks_set_.push_back(at);
  }
  /// Makes all sites of all lanes healthy.
  void clear_masks();
  /// Computes one vector: the target's words from `first` on.
  void run(const bits::MacPlanes& planes, std::size_t first) const {
    run_(&planes, first, masks_.data(), is_block_masked_.data());
  }

 private:
  compile::SharedObject object_;
  void (*run_)(const bits::MacPlanes*, std::size_t, const uint64_t*, const uint8_t*);
  std::size_t words_;
  std::vector<uint16_t> blocks_;  ///< of every site
  std::vector<uint64_t> masks_;   ///< [site][keep, flip][word]
  std::vector<uint8_t> is_block_masked_;
  std::vector<uint64_t*> masks_set_;
};

}  // namespace faultwave::native
