// PE models behind one interface: multiply-accumulate of many PEs at once, faults included.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "accel/lane_faults.hpp"
#include "bits/mac_planes.hpp"
#include "netlist/netlist.hpp"
#include "verilated/pe_model.hpp"

namespace faultwave::accel {

/// kVerilated: the multiplier is a Verilated netlist of 64 lanes, the reference. kNative: the same
/// netlist and the accumulator compiled to vector code, 64 to 512 lanes.
enum class PeModelKind : uint8_t { kVerilated, kNative };

/// "verilated", "native".
std::string to_string(PeModelKind kind);

/// The multiplier and accumulator of PEs. Keeps no state between calls. Not thread-safe.
class LaneMac {
 public:
  virtual ~LaneMac() = default;
  /// Words that are computed at once.
  std::size_t group_words() const { return group_words_; }
  /// Words [first, first + count) of `planes` with healthy multipliers, the last ones first; both
  /// are multiples of group_words.
  virtual void run(const bits::MacPlanes& planes, std::size_t first, std::size_t count) = 0;
  /// The group from word `first` on; `faults` [group_words] are those of its words. Only multiplier
  /// faults count: registers are the caller's business. Without any, the same as `run`.
  void run_group(const bits::MacPlanes& planes, std::size_t first,
                 std::span<const WordFaults> faults);
  /// Words [0, count), a multiple of group_words, word w with the multiplier faults of word w.
  void run_all(const bits::MacPlanes& planes, std::size_t count, const LaneFaults& faults);
  /// Products of one group: `a`, `b` [8][group_words], `products` [16][group_words].
  void multiply(const uint64_t* a, const uint64_t* b, std::span<const WordFaults> faults,
                uint64_t* products);

 protected:
  explicit LaneMac(std::size_t group_words) : group_words_(group_words) {}
  virtual void run_faulty(const bits::MacPlanes& planes, std::size_t first,
                          std::span<const WordFaults> faults) = 0;

 private:
  std::size_t group_words_;
};

/// Builds or loads the models of `multiplier` in the cache of `library`. `max_words`, a power of
/// two, bounds group_words. Without `faultable` no multiplier fault can act. EnvironmentError when
/// a tool is missing or fails.
std::unique_ptr<LaneMac> make_lane_mac(PeModelKind kind, const netlist::Netlist& multiplier,
                                       verilated::PeModelLibrary& library, bool faultable,
                                       std::size_t max_words);

}  // namespace faultwave::accel
