// Fault sites of a netlist: nets (stems) and gate input pins (fan-out branches), and the faults on
// them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "netlist/netlist.hpp"

namespace faultwave::netlist {

/// What a fault does to the value of its site. Text forms: "sa0", "sa1", "inv".
enum class FaultKind : uint8_t { kStuckAt0, kStuckAt1, kInvert };

std::string_view to_string(FaultKind kind);
/// UsageError naming the known kinds when `text` is none of them.
FaultKind parse_fault_kind(std::string_view text);

/// A stem (`gate < 0`: the net itself, all its readers see the fault) or a branch (only input pin
/// `pin` of gate `gate` sees it). Branches exist where a net has more than one reader.
/// Names: "sig_112", "N[148]", "n1048.YC" for stems (any alias); "sig_130/A" for the branch into
/// pin A of the gate that drives net sig_130.
struct Site {
  NetId net = kNoNet;
  int32_t gate = -1;
  int8_t pin = -1;
  bool is_stem() const { return gate < 0; }
  bool operator==(const Site&) const = default;
};

/// A fault inside one multiplier.
struct NetFault {
  Site site;
  FaultKind kind = FaultKind::kStuckAt0;
  bool operator==(const NetFault&) const = default;
};

/// The ordered list of all sites of a netlist: first every stem in net order, then every branch in
/// gate order. Indices into this list are the mask indices of the faultable PE models.
std::vector<Site> enumerate_sites(const Netlist& netlist);
/// Index of `site` in enumerate_sites' list; InternalError when it is not there.
int site_index(const std::vector<Site>& sites, const Site& site);

std::string site_name(const Netlist& netlist, const Site& site);
/// "sig_112.sa1", "sig_130/A.sa0".
std::string fault_name(const Netlist& netlist, const NetFault& fault);
/// Inverse of site_name; UsageError with the nearest known name when there is no such site.
Site parse_site(const Netlist& netlist, std::string_view text);
/// Inverse of fault_name; the kind is what follows the last '.'.
NetFault parse_net_fault(const Netlist& netlist, std::string_view text);

/// The fault universe: every site with stuck-at-0 and stuck-at-1, in site order.
std::vector<NetFault> enumerate_stuck_at_faults(const Netlist& netlist);

}  // namespace faultwave::netlist
