#include "netlist/front_end.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <sstream>

#include "base/file.hpp"
#include "netlist/circuits_fixture.hpp"
#include "netlist/evaluate.hpp"
#include "netlist/metrics.hpp"
#include "netlist/net_names.hpp"

namespace faultwave::netlist {
namespace {

std::string gates(const Netlist& netlist) {
  std::map<std::string_view, int> counts;
  for (const Gate& gate : netlist.gates) ++counts[gate_name(gate.kind)];
  std::string text;
  for (const auto& [name, count] : counts) text += fmt::format("{} {} ", count, name);
  return text;
}

TEST(FrontEnd, every_dialect_of_the_exact_multiplier_has_its_table) {
  for (const char* file : {"plain_assigns.v", "cells_at_end.v", "standard_cells.v",
                           "every_standard_cell.v", "expressions_in_ports.v", "blif_gates.blif"}) {
    const auto netlist = load_netlist(circuit_file(file));
    EXPECT_FALSE(netlist.is_signed) << file;
    EXPECT_EQ(product_table(netlist), exact_table(false)) << file;
  }
}

TEST(FrontEnd, gates_are_the_authors_not_optimised) {
  EXPECT_EQ(gates(load_netlist(circuit_file("plain_assigns.v"))), "168 AND 48 OR 104 XOR ");
  EXPECT_EQ(gates(load_netlist(circuit_file("blif_gates.blif"))), "168 AND 48 OR 104 XOR ");
  EXPECT_EQ(gates(load_netlist(circuit_file("cells_at_end.v"))), "216 AND 96 OR 104 XOR ");
}

TEST(FrontEnd, names_of_wires_vector_bits_and_instance_pins_are_kept) {
  const auto plain = load_netlist(circuit_file("plain_assigns.v"));
  for (int i = 0; i < 320; ++i) {
    const auto net = plain.find(fmt::format("sig_{}", i));
    ASSERT_NE(net, kNoNet) << i;
    EXPECT_EQ(plain.nets[net].name, fmt::format("sig_{}", i));
  }
  EXPECT_NE(plain.find("O[15]"), kNoNet);
  const auto cells = load_netlist(circuit_file("cells_at_end.v"));
  // N[0] is A[0] under another name; n105 is a half adder with carry N[222].
  EXPECT_EQ(cells.find("N[0]"), cells.port_a[0]);
  ASSERT_NE(cells.find("n104.YC"), kNoNet);
  EXPECT_THAT(cells.nets[cells.find("n104.YC")].name, testing::StartsWith("N["));
  // Nets inside an instance are called after it.
  EXPECT_NE(cells.find("n104.and0"), kNoNet);
}

TEST(FrontEnd, blanks_in_the_path_are_fine) {
  const TemporaryDirectory folder("fault wave");
  const auto path = folder.path() / "my multiplier.v";
  std::filesystem::copy_file(circuit_file("plain_assigns.v"), path);
  EXPECT_EQ(product_table(load_netlist(path)), exact_table(false));
}

TEST(FrontEnd, signedness_comes_from_the_option_the_ports_or_the_products) {
  const auto ports = load_netlist(circuit_file("signed_ports.sv"));
  EXPECT_TRUE(ports.is_signed);
  EXPECT_EQ(product_table(ports), exact_table(true));
  const auto value = load_netlist(circuit_file("signed_by_value.v"));
  EXPECT_TRUE(value.is_signed);
  EXPECT_EQ(error_metrics(product_table(value)).wce, 3);
  LoadOptions options;
  options.is_signed = true;
  options.any_function = true;
  EXPECT_TRUE(load_netlist(circuit_file("plain_assigns.v"), options).is_signed);
}

TEST(FrontEnd, option_loads_what_is_no_multiplier) {
  const TemporaryDirectory folder;
  const auto path = folder.path() / "adder.v";
  write_file_atomically(path,
                        "module adder(input [7:0] A, input [7:0] B, output [15:0] O);\n"
                        "  assign O = A + B;\nendmodule\n");
  EXPECT_THROW(load_netlist(path), InputError);
  LoadOptions options;
  options.any_function = true;
  options.is_signed = false;
  EXPECT_EQ(product_table(load_netlist(path, options)).at(200, 100), 300);
}

TEST(FrontEnd, extra_cell_library_defines_further_cells) {
  const TemporaryDirectory folder;
  const auto source = folder.path() / "mult.v";
  const auto cells = folder.path() / "cells.v";
  write_file_atomically(source,
                        "module mult(input [7:0] A, input [7:0] B, output [15:0] O);\n"
                        "  wire q;\n  ODD2 u (.A(A[0]), .B(B[0]), .Z(q));\n"
                        "  assign O = A * B | {15'b0, q};\nendmodule\n");
  write_file_atomically(cells,
                        "module ODD2(input A, input B, output Z); assign Z = A & B; "
                        "endmodule\n");
  EXPECT_THROW(load_netlist(source), InputError);
  LoadOptions options;
  options.cell_library = cells;
  EXPECT_EQ(product_table(load_netlist(source, options)), exact_table(false));
  options.cell_library = folder.path() / "absent.v";
  EXPECT_THROW(load_netlist(source, options), InputError);
}

TEST(FrontEnd, top_chooses_among_several_multipliers) {
  const TemporaryDirectory folder;
  const auto path = folder.path() / "two.v";
  const std::string ports = "(input [7:0] A, input [7:0] B, output [15:0] O);";
  write_file_atomically(path, "module one" + ports + " assign O = A * B; endmodule\n" +
                                  "module two" + ports +
                                  " assign O = A * B & 16'hFFFE; endmodule\n");
  LoadOptions options;
  options.top = "two";
  EXPECT_EQ(error_metrics(product_table(load_netlist(path, options))).wce, 1);
  options.top = "one";
  EXPECT_EQ(product_table(load_netlist(path, options)), exact_table(false));
  options.top = "one; shell";
  EXPECT_THROW(load_netlist(path, options), UsageError);
}

TEST(FrontEnd, constant_output_bits_are_wires_of_their_own) {
  const TemporaryDirectory folder;
  const auto path = folder.path() / "low.v";
  write_file_atomically(path,
                        "module low(input [7:0] A, input [7:0] B, output [15:0] O);\n"
                        "  wire [15:0] p = A * B;\n  assign O = {p[15:3], 3'b010};\nendmodule\n");
  const auto netlist = load_netlist(path);
  EXPECT_EQ(product_table(netlist).at(255, 255), ((255 * 255) & ~7) | 2);
  const auto fault = parse_net_fault(netlist, "O[0].sa1");
  EXPECT_EQ(product_table(netlist, {&fault, 1}).at(255, 255), ((255 * 255) & ~7) | 3);
}

TEST(FrontEnd, find_takes_a_path_and_lists_near_names) {
  const auto path = circuit_file("plain_assigns.v");
  EXPECT_EQ(find_netlist(path.string()), path);
  try {
    find_netlist("no_such_multiplier");
    FAIL() << "accepted";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("no such file and no known multiplier"));
  }
}

TEST(NetNames, author_before_output_before_pin_and_tool_names_last) {
  Netlist netlist;
  netlist.nets.resize(4);
  name_nets(netlist, {{0, "u1.Y", -1, false},
                      {0, "O", 3, false},
                      {0, "sum", 2, false},
                      {1, "O", 4, false},
                      {1, "u2.Y", -1, false},
                      {2, "$flatten\\u3.\\u4.$and$mult.v:7$12_Y", -1, true},
                      {3, "$auto$simplemap.cc:1$2_Y", -1, true}});
  EXPECT_EQ(netlist.nets[0].name, "sum[2]");
  EXPECT_THAT(netlist.nets[0].aliases, testing::ElementsAre("O[3]", "u1.Y"));
  EXPECT_EQ(netlist.nets[1].name, "O[4]");
  EXPECT_EQ(netlist.nets[2].name, "u3.u4.and0");
  EXPECT_EQ(netlist.nets[3].name, "_n0");
}

/// The published circuits and what their catalog says about each.
std::vector<std::map<std::string, std::string>> catalog(const std::filesystem::path& path) {
  std::istringstream stream(read_file(path));
  const auto split = [](const std::string& line) {
    std::vector<std::string> fields;
    std::istringstream fields_stream(line);
    for (std::string field; std::getline(fields_stream, field, ',');) {
      std::erase(field, '\r');
      fields.push_back(field);
    }
    return fields;
  };
  std::string line;
  std::getline(stream, line);
  const auto columns = split(line);
  std::vector<std::map<std::string, std::string>> rows;
  while (std::getline(stream, line)) {
    const auto fields = split(line);
    auto& row = rows.emplace_back();
    for (std::size_t i = 0; i < columns.size(); ++i) row[columns[i]] = fields.at(i);
  }
  return rows;
}

TEST(EvoApprox, all_published_circuits_have_the_catalogs_tables_and_metrics) {
  const auto root = test_data_root() / "evoapprox8b";
  if (!std::filesystem::exists(root / "catalog.csv")) {
    GTEST_SKIP() << "set FAULTWAVE_DATA to a folder that holds evoapprox8b";
  }
  const auto rows = catalog(root / "catalog.csv");
  EXPECT_EQ(rows.size(), 46u);
  for (const auto& row : rows) {
    const auto& name = row.at("name");
    SCOPED_TRACE(name);
    const auto netlist = load_netlist(root / "netlists" / (name + ".json"));
    EXPECT_EQ(netlist.name, name);
    EXPECT_EQ(netlist.is_signed, row.at("signed") == "1");
    const auto table = product_table(netlist);
    EXPECT_EQ(table.sha256(), row.at("table_sha256"));
    const auto metrics = error_metrics(table);
    const auto expect_near = [&](const char* column, double value) {
      const double expected = std::stod(row.at(column));
      // The catalog has six significant digits.
      EXPECT_NEAR(value, expected, 1e-5 * std::max(10.0, expected)) << column;
    };
    expect_near("mae", metrics.mae);
    expect_near("wce", static_cast<double>(metrics.wce));
    expect_near("ep_percent", metrics.ep_percent);
    expect_near("mse", metrics.mse);
    std::size_t num_gates = 0;
    for (const Gate& gate : netlist.gates) num_gates += num_inputs(gate.kind) > 0 ? 1 : 0;
    EXPECT_EQ(num_gates, std::stoul(row.at("gates")));
  }
}

}  // namespace
}  // namespace faultwave::netlist
