// Circuits that several netlist tests share.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "netlist/fault_site.hpp"
#include "netlist/netlist.hpp"

namespace faultwave::netlist {

/// A random 8x8 -> 16 circuit of `num_gates` gates of every kind, some nets unread, some output
/// bits sharing a net.
Netlist random_netlist(uint64_t seed, int num_gates);
/// `count` random faults of every kind on stems and branches.
std::vector<NetFault> random_faults(const Netlist& netlist, uint64_t seed, int count);
/// The exact unsigned array multiplier.
Netlist exact_array_multiplier();
/// An exact multiplier with redundant logic, so that some faults are undetectable.
Netlist redundant_multiplier();

/// tests/netlist/data/NAME.
std::filesystem::path circuit_file(const std::string& name);
/// $FAULTWAVE_DATA or the sources' ../shared; empty when there is none.
std::filesystem::path test_data_root();

}  // namespace faultwave::netlist
