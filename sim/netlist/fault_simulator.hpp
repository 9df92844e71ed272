// Exhaustive bit-parallel fault simulation: the golden planes are kept, a fault re-evaluates only
// its forward cone.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "netlist/fault_site.hpp"
#include "netlist/netlist.hpp"
#include "netlist/product_table.hpp"

namespace faultwave::netlist {

/// Planes over all 65,536 operand pairs of one 8x8 multiplier: 1,024 words per net, pair A + 256 *
/// B at bit (A + 256 * B) % 64 of word (A + 256 * B) / 64.
class FaultSimulator {
 public:
  static constexpr std::size_t kWords = ProductTable::kSize / 64;

  /// InternalError when the netlist is not an 8x8 multiplier. Keeps a reference to it.
  explicit FaultSimulator(const Netlist& netlist);

  /// Simulates any number of faults at once; the result stays until the next call.
  void simulate(std::span<const NetFault> faults);
  /// Output planes of the last simulate() (golden before the first), by output bit.
  std::span<const uint64_t* const> outputs() const { return outputs_; }
  std::span<const uint64_t* const> golden_outputs() const { return golden_outputs_; }
  /// Bit i is set when output bit i differs from golden for some operand pair.
  uint16_t changed_outputs() const;
  ProductTable table() const;
  ProductTable golden_table() const;
  /// Golden plane of one net, kWords words.
  const uint64_t* golden(NetId net) const { return golden_.data() + net * kWords; }

 private:
  void evaluate_golden();
  /// Forces `net`'s faulty plane to its faults' effect on `source`.
  void apply_stem_faults(NetId net, const uint64_t* source);
  const uint64_t* pin_plane(std::size_t gate, int pin, uint64_t* scratch) const;
  ProductTable to_table(std::span<const uint64_t* const> planes) const;

  const Netlist& netlist_;
  std::vector<uint64_t> golden_;
  std::vector<uint64_t> faulty_;
  /// Per net: the plane to read in the current simulation (golden or faulty).
  std::vector<const uint64_t*> current_;
  std::vector<NetId> touched_;
  std::vector<const uint64_t*> outputs_;
  std::vector<const uint64_t*> golden_outputs_;
  std::vector<uint64_t> scratch_;
  std::span<const NetFault> faults_;
  std::vector<std::vector<uint32_t>> readers_;
  std::vector<char> gate_pending_;
};

}  // namespace faultwave::netlist
