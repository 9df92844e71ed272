// Writes the C++ of a native lane model: a netlist and a bit-sliced accumulator over vectors.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "netlist/netlist.hpp"

namespace faultwave::native {

/// Names of the C functions that a shared object exports:
///   clean:     void mac(const MacPlanes*, size_t first, size_t count)
///   faultable: void mac_faulty(const MacPlanes*, size_t first, const uint64_t* masks,
///                              const uint8_t* is_block_masked)
/// `first` and `count` are words, multiples of lanes / 64. `masks` holds lanes / 64 words of keep,
/// then as many of flip for every site. A block of sites (mac_site_blocks) whose entry of
/// `is_block_masked` is 0 is computed without its masks.
inline constexpr const char* kMacFunction = "faultwave_mac";
inline constexpr const char* kFaultyMacFunction = "faultwave_mac_faulty";

/// Which variant of a native PE model is written.
struct MacSourceOptions {
  int lanes = 256;  ///< of one vector: 64, 128, 256 or 512
  bool faultable = false;
};

/// One translation unit of GNU C++17. UsageError for other numbers of lanes or a netlist that is
/// not 8x8.
std::string write_mac_source(const netlist::Netlist& netlist, const MacSourceOptions& options);

/// Block of every site, in enumerate_sites order: neighbouring gates share one.
std::vector<uint16_t> mac_site_blocks(const netlist::Netlist& netlist);

}  // namespace faultwave::native
