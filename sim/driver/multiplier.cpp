#include "driver/multiplier.hpp"

#include <filesystem>
#include <sstream>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/tree.hpp"
#include "netlist/energy.hpp"
#include "netlist/evaluate.hpp"
#include "netlist/front_end.hpp"

namespace faultwave::driver {
namespace {

double to_number(const std::string& text, const std::string& file, int line) {
  std::size_t used = 0;
  double value = 0;
  try {
    value = std::stod(text, &used);
  } catch (const std::exception&) {
    used = 0;
  }
  if (used == 0 || used != text.size()) {
    throw InputError({file, line}, fmt::format("'{}' is not a number", text));
  }
  return value;
}

/// The number in `// KEY = NUMBER UNIT` of EvoApproxLib's Verilog; nothing when there is no such
/// line.
std::optional<double> header_number(const std::string& file, const std::string& key,
                                    const std::string& unit) {
  std::istringstream stream(read_file(file));
  std::string line;
  for (int number = 1; std::getline(stream, line); ++number) {
    std::istringstream words(line);
    std::string slashes, name, equals, value, found_unit;
    words >> slashes >> name >> equals >> value >> found_unit;
    if (slashes != "//" || name != key || equals != "=") continue;
    if (found_unit != unit) {
      throw InputError({file, number},
                       fmt::format("{} is in '{}', {} is expected", key, found_unit, unit));
    }
    return to_number(value, file, number);
  }
  return std::nullopt;
}

EnergyFigure energy_of(const netlist::Netlist& netlist, const std::string& path,
                       std::optional<double> power_mw, std::optional<double> delay_ns) {
  EnergyFigure figure{netlist::estimated_energy_pj(netlist), netlist::estimated_delay_ns(netlist),
                      "estimated"};
  if (path.ends_with(".v")) {
    if (const auto found = header_energy(path)) figure = *found;
  }
  if (!data_root().empty()) {
    const auto catalog = data_root() / "evoapprox8b" / "catalog.csv";
    if (std::filesystem::exists(catalog)) {
      if (const auto found = published_energy(catalog.string(), netlist.name)) figure = *found;
    }
  }
  if (power_mw || delay_ns) {
    const double power =
        power_mw.value_or(figure.delay_ns > 0 ? figure.energy_pj / figure.delay_ns : 0.0);
    const double delay = delay_ns.value_or(figure.delay_ns);
    figure = {power * delay, delay, "configured"};
  }
  return figure;
}

}  // namespace

EnergyFigure published_energy(const CsvRow& row) {
  const std::string& power = row.at("pdk45_power");
  const std::string& unit = row.at("power_unit");
  if (unit != "mW" && unit != "uW") {
    throw InputError({row.file, row.line},
                     fmt::format("power unit '{}' is neither mW nor uW", unit));
  }
  const double power_mw = to_number(power, row.file, row.line) * (unit == "uW" ? 1e-3 : 1);
  const double delay_ns = to_number(row.at("pdk45_delay_ns"), row.file, row.line);
  return {power_mw * delay_ns, delay_ns, "published"};
}

std::optional<EnergyFigure> published_energy(const std::string& catalog_csv,
                                             const std::string& name) {
  for (const CsvRow& row : read_csv(catalog_csv)) {
    if (row.at("name") == name) return published_energy(row);
  }
  return std::nullopt;
}

std::optional<EnergyFigure> header_energy(const std::string& verilog) {
  const auto power_mw = header_number(verilog, "PDK45_PWR", "mW");
  const auto delay_ns = header_number(verilog, "PDK45_DELAY", "ns");
  if (!power_mw || !delay_ns) return std::nullopt;
  return EnergyFigure{*power_mw * *delay_ns, *delay_ns, "published"};
}

void check_signedness(const netlist::Netlist& multiplier, netlist::NumberFormat format) {
  const bool needs_signed = format == netlist::NumberFormat::kInt8;
  if (multiplier.is_signed == needs_signed) return;
  throw UsageError(
      fmt::format("multiplier '{}' is {}, number format '{}' needs {} one\n  fix: {}",
                  multiplier.name, multiplier.is_signed ? "signed" : "unsigned",
                  netlist::to_string(format), needs_signed ? "a signed" : "an unsigned",
                  needs_signed ? "use affine_u8 or sign_magnitude, or a signed multiplier"
                               : "use int8, or an unsigned multiplier"));
}

Multiplier load_multiplier(const std::string& name_or_path, std::optional<double> power_mw,
                           std::optional<double> delay_ns) {
  Multiplier multiplier;
  const auto path = netlist::find_netlist(name_or_path);
  multiplier.path = path.string();
  multiplier.netlist = netlist::load_netlist(path);
  multiplier.table = netlist::product_table(multiplier.netlist);
  multiplier.table_sha256 = multiplier.table.sha256();
  multiplier.energy = energy_of(multiplier.netlist, multiplier.path, power_mw, delay_ns);
  return multiplier;
}

}  // namespace faultwave::driver
