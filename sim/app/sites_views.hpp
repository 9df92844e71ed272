// The views of `faultwave sites` other than the table of classes, and what the views share.
#pragma once

#include <boost/program_options.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/netlist_options.hpp"
#include "netlist/fault_site.hpp"

namespace faultwave::app {

/// `sites NETLIST --validate`: CheckError when the simulators disagree.
int run_sites_validate(const LoadedNetlist& loaded,
                       const boost::program_options::variables_map& values);
/// `sites NETLIST --explain SITE`.
int run_sites_explain(const LoadedNetlist& loaded,
                      const boost::program_options::variables_map& values);

/// "0-3,7" for the bits that are set.
std::string bit_ranges(unsigned bits);
/// "sa0,inv" to kinds; UsageError for others.
std::vector<netlist::FaultKind> parse_kinds(const std::string& text);

/// What --site and --explain take: a site, or one fault of it.
struct SiteOrFault {
  netlist::Site site;
  std::optional<netlist::FaultKind> kind;
};
/// "sig_112", "sig_130/A", or either with ".sa0", ".sa1" or ".inv". UsageError with the nearest
/// name.
SiteOrFault parse_site_or_fault(const netlist::Netlist& netlist, std::string_view text);

}  // namespace faultwave::app
