#include "netlist/cell_library.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.hpp"
#include "netlist/evaluate.hpp"
#include "netlist/generator.hpp"
#include "netlist/mapped_cost.hpp"
#include "netlist/netlist_builder.hpp"

namespace faultwave::netlist {
namespace {

using testing::HasSubstr;

CellLibrary shipped() { return load_cell_library(default_cell_library()); }

std::string error_of(const std::string& liberty) {
  const TemporaryDirectory folder;
  const auto path = folder.path() / "cells.lib";
  write_file_atomically(path, liberty);
  try {
    load_cell_library(path);
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

TEST(CellLibrary, shipped_cells_compute_what_their_names_say) {
  const auto library = shipped();
  const auto table = [&](const char* name) { return library.at(name).truth_table; };
  EXPECT_EQ(table("INVX1"), (std::vector<bool>{true, false}));
  EXPECT_EQ(table("NAND2X1"), (std::vector<bool>{true, true, true, false}));
  EXPECT_EQ(table("NOR2X1"), (std::vector<bool>{true, false, false, false}));
  EXPECT_EQ(table("XOR2X1"), (std::vector<bool>{false, true, true, false}));
  EXPECT_EQ(table("XNOR2X1"), (std::vector<bool>{true, false, false, true}));
  for (unsigned row = 0; row < 8; ++row) {
    const bool a = (row & 1u) != 0;
    const bool b = (row & 2u) != 0;
    const bool c = (row & 4u) != 0;
    EXPECT_EQ(table("AOI21X1")[row], !((a && b) || c));
    EXPECT_EQ(table("OAI21X1")[row], !((a || b) && c));
    EXPECT_EQ(table("NOR3X1")[row], !(a || b || c));
  }
  EXPECT_NEAR(library.gate_area_um2(GateKind::kNand), 1.8772, 1e-9);
  EXPECT_NEAR(library.gate_area_um2(GateKind::kAndNot), 1.4079 + 2.3465, 1e-9);
  EXPECT_EQ(library.gate_area_um2(GateKind::kBuf), 0);
}

TEST(CellLibrary, delay_and_energy_are_read_from_the_tables) {
  const Cell& cell = shipped().at("NAND2X1");
  EXPECT_NEAR(cell.delay_ns, (0.030 + 0.020) / 2, 1e-9);
  EXPECT_NEAR(cell.delay_ns_per_pf, (3.10 + 1.75) / 2, 1e-6);
  EXPECT_NEAR(cell.energy_pj, 0.0025, 1e-9);
  EXPECT_NEAR(cell.input_pf[1], 0.00203, 1e-9);
}

TEST(CellLibrary, bad_files_name_the_line_and_the_fix) {
  EXPECT_THAT(error_of(""), HasSubstr("cells.lib:1"));
  EXPECT_THAT(error_of("library (x) {\n nom_voltage : 1;\n cell (C) {\n"), HasSubstr("not closed"));
  EXPECT_THAT(error_of("library (x) {\n nom_voltage : 1;\n cell (C) { }\n}"),
              testing::AllOf(HasSubstr("cells.lib:3"), HasSubstr("area"), HasSubstr("fix:")));
  EXPECT_THAT(error_of("library (x) { /* open"), HasSubstr("comment"));
  EXPECT_THAT(error_of("library (x) {\n}"), HasSubstr("nom_voltage"));
  std::string nested = "library (x) {";
  for (int i = 0; i < 1000; ++i) nested += "g (x) {";
  EXPECT_THAT(error_of(nested), HasSubstr("nested too deeply"));
  const std::string pins =
      "library (x) { nom_voltage : 1; cell (C) { area : 1; pin (A) { direction : input;"
      " capacitance : 1; } pin (Y) { direction : output; function : \"";
  EXPECT_THAT(error_of(pins + "!B\"; } } }"), HasSubstr("'B', which is no input"));
  EXPECT_THAT(error_of(pins + "(A\"; } } }"), HasSubstr(") is missing"));
}

TEST(MappedCost, of_one_gate_is_its_cell) {
  const auto library = shipped();
  NetlistBuilder builder("gate");
  std::vector<NetId> outputs(16, builder.constant(false));
  outputs[0] = builder.gate(GateKind::kNand, {builder.a(0), builder.b(0)});
  const auto cost = mapped_cost(builder.finish(outputs, false), library);
  const Cell& cell = library.at("NAND2X1");
  EXPECT_EQ(cost.num_cells, (std::map<std::string, int>{{"NAND2X1", 1}}));
  EXPECT_NEAR(cost.area_um2, cell.area_um2, 1e-9);
  EXPECT_NEAR(cost.delay_ns, cell.delay_ns, 1e-9);  // its output carries no load
  EXPECT_NEAR(cost.energy_pj, 2 * 0.75 * 0.25 * cell.energy_pj, 1e-12);
}

TEST(MappedCost, of_a_multiplier_shrinks_with_its_columns) {
  const auto library = shipped();
  double before = 1e9;
  for (const int columns : {2, 6, 10}) {
    const auto multiplier = generate_multiplier({"truncated", {{"columns", columns}}, {}});
    const auto cost = mapped_cost(multiplier.netlist, library);
    EXPECT_LT(cost.area_um2, before);
    before = cost.area_um2;
    double sum = 0;
    for (const auto& [name, count] : cost.num_cells) sum += count * library.at(name).area_um2;
    EXPECT_NEAR(cost.area_um2, sum, 1e-6);
  }
}

}  // namespace
}  // namespace faultwave::netlist
