// Fault entries of a configuration, and the faults that they stand for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "fault/fault.hpp"
#include "netlist/netlist.hpp"

namespace faultwave::driver {

/// One entry of `faults`. Either `site` ("pe[3][7].mult.O[7].sa1"), or a target inside the PE that
/// a share of the PEs carries.
struct FaultSpec {
  std::string site;
  /// "mult.O[7].sa1", "weight[6].sa0", or "random_net" / "random_output" / "random_register": each
  /// PE draws its own.
  std::string target;
  /// For random targets: "sa0", "sa1", "inv", or "any" (stuck-at-0 or stuck-at-1 by draw).
  std::string kind = "any";
  double rate = 0;
  std::optional<uint64_t> seed;  ///< default: the configuration's seed
  fault::Window window;
  SourcePlace place;  ///< of the entry, for errors
};

/// The faults of all entries in an accelerator; ConfigError at the entry that is wrong.
std::vector<fault::Fault> expand_fault_specs(const std::vector<FaultSpec>& specs,
                                             const netlist::Netlist& multiplier,
                                             const fault::PeSpace& space, uint64_t default_seed);

}  // namespace faultwave::driver
