// The circuits of rtl/multipliers/evolved are what their catalog says.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <sstream>

#include "base/file.hpp"
#include "evolve/report.hpp"
#include "netlist/evaluate.hpp"
#include "netlist/front_end.hpp"
#include "netlist/metrics.hpp"

namespace faultwave::evolve {
namespace {

std::filesystem::path folder() {
  return std::filesystem::path(FAULTWAVE_SOURCE_DIR) / "rtl" / "multipliers" / "evolved";
}

std::vector<std::string> cells(const std::string& line) {
  std::vector<std::string> result;
  std::istringstream stream(line);
  for (std::string cell; std::getline(stream, cell, ',');) result.push_back(cell);
  return result;
}

/// Rows by column name.
std::vector<std::map<std::string, std::string>> catalog() {
  std::istringstream text(read_file(folder() / "catalog.csv"));
  std::string line;
  std::getline(text, line);
  EXPECT_EQ(line + "\n", evolved_catalog_header());
  const auto names = cells(line);
  std::vector<std::map<std::string, std::string>> rows;
  while (std::getline(text, line)) {
    const auto values = cells(line);
    EXPECT_EQ(values.size(), names.size()) << line;
    auto& row = rows.emplace_back();
    for (std::size_t i = 0; i < std::min(names.size(), values.size()); ++i) {
      row[names[i]] = values[i];
    }
  }
  return rows;
}

double parameter(const std::string& parameters, const std::string& name) {
  const auto begin = parameters.find(name + "=") + name.size() + 1;
  return std::stod(parameters.substr(begin));
}

TEST(ShippedEvolved, every_file_has_a_row_and_every_row_its_file) {
  std::set<std::string> listed = {"catalog.csv"};
  int num_signed = 0;
  int num_unsigned = 0;
  for (const auto& row : catalog()) {
    EXPECT_TRUE(listed.insert(row.at("name") + ".v").second) << row.at("name");
    ++(row.at("signed") == "1" ? num_signed : num_unsigned);
  }
  std::set<std::string> found;
  for (const auto& entry : std::filesystem::directory_iterator(folder())) {
    found.insert(entry.path().filename().string());
  }
  EXPECT_EQ(found, listed);
  EXPECT_GE(num_unsigned, 16);
  EXPECT_GE(num_signed, 8);
}

TEST(ShippedEvolved, circuits_have_the_products_and_errors_of_their_row_and_keep_their_limit) {
  for (const auto& row : catalog()) {
    const std::string& name = row.at("name");
    SCOPED_TRACE(name);
    const auto file = folder() / (name + ".v");
    const auto netlist = netlist::load_netlist(file);
    EXPECT_EQ(netlist.is_signed ? "1" : "0", row.at("signed"));
    const auto table = netlist::product_table(netlist);
    EXPECT_EQ(table.sha256(), row.at("table_sha256"));
    const auto metrics = netlist::error_metrics(table);
    EXPECT_NEAR(metrics.mae, std::stod(row.at("mae")), 1e-6);
    EXPECT_EQ(std::to_string(metrics.wce), row.at("wce"));
    const std::string& parameters = row.at("parameters");
    const double limit = parameter(parameters, "limit");
    const double error = parameters.starts_with("metric=mae")   ? metrics.mae
                         : parameters.starts_with("metric=wce") ? static_cast<double>(metrics.wce)
                                                                : metrics.mre_percent;
    EXPECT_LE(error, limit);
    EXPECT_THAT(read_file(file), testing::HasSubstr("faultwave evolve --width 8"));
  }
}

}  // namespace
}  // namespace faultwave::evolve
