#include "app/list_multipliers.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <map>

#include "base/csv.hpp"
#include "base/tree.hpp"
#include "driver/multiplier.hpp"
#include "netlist/front_end.hpp"

namespace faultwave::app {
namespace {

namespace fs = std::filesystem;

/// Rows of a catalog by name; none when there is no such file.
std::map<std::string, CsvRow> read_catalog(const fs::path& path) {
  std::map<std::string, CsvRow> catalog;
  if (!fs::is_regular_file(path)) return catalog;
  for (CsvRow& row : read_csv(path)) {
    const std::string name = row.at("name");
    catalog.emplace(name, std::move(row));
  }
  return catalog;
}

/// A number without the zeros that a catalog pads it with; empty stays empty.
std::string short_number(const std::string& text) {
  if (text.empty()) return text;
  try {
    return fmt::format("{:.6g}", std::stod(text));
  } catch (const std::logic_error&) {
    return {};
  }
}

std::string find(const CsvRow& row, const std::string& column) {
  const auto found = row.fields.find(column);
  return found == row.fields.end() ? std::string() : found->second;
}

/// A circuit of EvoApprox8b; those without a row have what their file's head says.
std::vector<std::string> published_row(const std::string& name, const CsvRow& row,
                                       const fs::path& file) {
  std::optional<driver::EnergyFigure> energy;
  const bool has_row = !row.fields.empty();
  if (has_row) {
    energy = driver::published_energy(row);
  } else if (file.extension() == ".v") {
    energy = driver::header_energy(file.string());
  }
  const std::string is_signed = find(row, "signed");
  return {
      name,
      is_signed == "1" || (is_signed.empty() && name.starts_with("mul8s")) ? "signed" : "unsigned",
      "evoapprox8b",
      find(row, "gates"),
      short_number(find(row, "mae")),
      short_number(find(row, "wce")),
      short_number(find(row, "ep_percent")),
      short_number(find(row, "pdk45_area_um2")),
      energy ? fmt::format("{:.4g}", energy->energy_pj) : "",
      energy ? "published" : ""};
}

std::vector<std::string> own_row(const std::string& name, const CsvRow& row) {
  return {name,
          find(row, "signed") == "1" ? "signed" : "unsigned",
          find(row, "family"),
          find(row, "gates"),
          short_number(find(row, "mae")),
          short_number(find(row, "wce")),
          short_number(find(row, "ep_percent")),
          short_number(find(row, "area_um2_mapped")),
          short_number(find(row, "energy_pj_estimated")),
          row.fields.empty() ? "" : "estimated"};
}

}  // namespace

TextTable list_multipliers() {
  TextTable table;
  table.columns = {
      {"name"},      {"operands"},         {"family"},         {"gates", true},     {"mae", true},
      {"wce", true}, {"ep_percent", true}, {"area_um2", true}, {"energy_pj", true}, {"figures"}};
  const fs::path own = tree_root() / "rtl" / "multipliers";
  auto catalog = read_catalog(own / "catalog.csv");
  catalog.merge(read_catalog(own / "evolved" / "catalog.csv"));
  const auto published = read_catalog(data_root() / "evoapprox8b" / "catalog.csv");
  for (const auto& name : netlist::known_multipliers()) {
    const auto file = netlist::find_netlist(name);
    if (const auto found = catalog.find(name); found != catalog.end()) {
      table.rows.push_back(own_row(name, found->second));
    } else if (file.parent_path().parent_path().filename() == "evoapprox8b") {
      const auto row = published.find(name);
      table.rows.push_back(
          published_row(name, row == published.end() ? CsvRow() : row->second, file));
    } else {
      table.rows.push_back(own_row(name, {}));
    }
  }
  return table;
}

}  // namespace faultwave::app
