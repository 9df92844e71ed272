// The multiplier of a run: netlist, product table, and what a multiplication costs.
#pragma once

#include <optional>
#include <string>

#include "base/csv.hpp"
#include "netlist/netlist.hpp"
#include "netlist/number_format.hpp"
#include "netlist/product_table.hpp"

namespace faultwave::driver {

/// Power-delay product of one multiplication.
struct EnergyFigure {
  double energy_pj = 0;
  double delay_ns = 0;
  /// "published" (power times delay of a catalog or of the Verilog's header), "configured", or
  /// "estimated" (switching activity of the netlist, netlist/energy.hpp).
  std::string source;
};

/// A multiplier, loaded and analysed.
struct Multiplier {
  netlist::Netlist netlist;
  netlist::ProductTable table;
  std::string table_sha256;
  std::string path;
  EnergyFigure energy;
};

/// Loads by name or path (netlist::find_netlist). `power_mw` and `delay_ns` override the catalog's.
Multiplier load_multiplier(const std::string& name_or_path, std::optional<double> power_mw = {},
                           std::optional<double> delay_ns = {});

/// UsageError when the multiplier's signedness is not the one that the number format needs.
void check_signedness(const netlist::Netlist& multiplier, netlist::NumberFormat format);

/// Published figures in a row of an EvoApprox8b catalog (columns pdk45_power, power_unit,
/// pdk45_delay_ns).
EnergyFigure published_energy(const CsvRow& row);
/// Those of `name`; nothing when the row is absent.
std::optional<EnergyFigure> published_energy(const std::string& catalog_csv,
                                             const std::string& name);

/// Figures in the header of EvoApproxLib's Verilog (`// PDK45_PWR = 0.391 mW`, `// PDK45_DELAY
/// = 1.43 ns`); nothing when a line is absent, InputError when it is in another unit.
std::optional<EnergyFigure> header_energy(const std::string& verilog);

}  // namespace faultwave::driver
