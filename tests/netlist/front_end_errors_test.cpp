// Every malformed input is refused with its place and what to do.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/file.hpp"
#include "netlist/circuits_fixture.hpp"
#include "netlist/front_end.hpp"

namespace faultwave::netlist {
namespace {

using nlohmann::json;
using testing::HasSubstr;

/// Message of loading `content` from a file called `name`, with the folder cut off.
std::string message_of(const std::string& name, const std::string& content) {
  const TemporaryDirectory folder;
  const auto path = folder.path() / name;
  write_file_atomically(path, content);
  try {
    load_netlist(path);
  } catch (const InputError& error) {
    std::string message = error.what();
    const std::string prefix = folder.path().string() + "/";
    EXPECT_TRUE(message.starts_with(prefix)) << message;
    return message.substr(prefix.size());
  }
  return "accepted";
}

struct SourceCase {
  const char* law;
  const char* file;
  std::string content;
  const char* message;
};

const std::string kHead = "module m(input [7:0] A, input [7:0] B, output [15:0] O);\n";

const std::vector<SourceCase>& source_cases() {
  static const std::vector<SourceCase> cases = {
      {"empty_file", "m.v", " \n\n", "m.v: the file is empty"},
      {"no_module", "m.v", "// only a comment\n", "m.v: holds no module"},
      {"binary_garbage", "m.v", std::string("\x7f\x45\x4c\x46\x01\x02\xff\xfe\x00\n@#$", 12),
       "m.v"},
      {"syntax_error", "m.v", kHead + "  assign O = A * B\nendmodule\n", "m.v:3: syntax error"},
      {"undefined_cell", "m.v",
       kHead + "  wire q;\n  FOO2X1 u (.A(A[0]), .Y(q));\n"
               "  assign O = A * B ^ q;\nendmodule\n",
       "m.v:3: cell 'FOO2X1' is not defined\n  fix: define it in the file or pass a cell library"},
      {"undefined_cell_of_a_generic_evoapprox_file", "mul8_123.v",
       kHead + "  wire q;\n  FOO u (.A(A[0]), .Y(q));\n  assign O = A * B ^ q;\nendmodule\n",
       "use the same circuit's mul8_123_pdk45.v"},
      {"unknown_pin", "m.v",
       kHead + "  wire q;\n  AND2X1 u (.A(A[0]), .Q(q));\n"
               "  assign O = A * B ^ q;\nendmodule\n",
       "m.v:3: Module `AND2X1' referenced in module `m' in "
       "cell `u' does not have a port named 'Q'"},
      {"open_input_pin", "m.v",
       kHead + "  wire q;\n  AND2X1 u (.A(A[0]), .Y(q));\n"
               "  assign O = A * B ^ q;\nendmodule\n",
       "net 'u.B' is read but nothing drives it"},
      {"loop", "m.v",
       kHead + "  wire x, y;\n  assign x = y & A[0];\n  assign y = x | B[0];\n"
               "  assign O = A * B ^ x;\nendmodule\n",
       "m.v:3:14: combinational loop: x -> y -> x"},
      {"undriven_net", "m.v", kHead + "  wire x;\n  assign O = A * B ^ x;\nendmodule\n",
       "m.v:2:8: net 'x' is read but nothing drives it"},
      {"undriven_output_bit", "m.v", kHead + "  assign O[14:0] = A * B;\nendmodule\n",
       "net 'O[15]' is read but nothing drives it"},
      {"two_gates_drive_a_net", "m.v",
       kHead + "  wire x;\n  assign x = A[0] & B[1];\n"
               "  assign x = B[0] | A[1];\n  assign O = A * B ^ x;\nendmodule\n",
       "net 'x' has more than one driver"},
      {"inputs_joined", "m.v",
       kHead + "  wire x;\n  assign x = A[0];\n  assign x = B[0];\n"
               "  assign O = A * B ^ x;\nendmodule\n",
       "input bits A[0] and B[0] are joined"},
      {"narrow_operand", "m.v",
       "module m(input [6:0] A, input [7:0] B, output [15:0] O); assign O = A * B; endmodule\n",
       "m.v:1:22: port 'A' is 7 bits wide, 8 are needed"},
      {"narrow_product", "m.v",
       "module m(input [7:0] A, input [7:0] B, output [14:0] O); assign O = A * B; endmodule\n",
       "port 'O' is 15 bits wide, 16 are needed"},
      {"other_port_name", "m.v",
       "module m(input [7:0] X, input [7:0] B, output [15:0] O); assign O = X * B; endmodule\n",
       "unexpected port 'X': a multiplier has the ports A[7:0], B[7:0], O[15:0]"},
      {"missing_port", "m.v",
       "module m(input [7:0] A, output [15:0] O); assign O = A * A; "
       "endmodule\n",
       "port 'B' is missing"},
      {"clock", "m.v",
       "module m(input clk, input [7:0] A, input [7:0] B, output reg [15:0] O);\n"
       "  always @(posedge clk) O <= A * B;\nendmodule\n",
       "unexpected port 'clk'"},
      {"port_direction", "m.v",
       "module m(output [7:0] A, input [7:0] B, output [15:0] O);\n"
       "  assign A = B;\n  assign O = A * B;\nendmodule\n",
       "port 'A' is not an input"},
      {"register", "m.v",
       "module m(input [7:0] A, input [7:0] B, output reg [15:0] O);\n"
       "  always @(posedge A[0]) O <= A * B;\nendmodule\n",
       "m.v:2:3: a register or latch ($_DFF_P_"},
      {"latch", "m.v",
       "module m(input [7:0] A, input [7:0] B, output reg [15:0] O);\n"
       "  always @* if (A[0]) O = A * B;\nendmodule\n",
       "m.v:2:3: a register or latch ($_DLATCH_P_"},
      {"adder", "m.v", kHead + "  assign O = A + B;\nendmodule\n", "'m' is no multiplier"},
      {"constant", "m.v", kHead + "  assign O = 16'd16256;\nendmodule\n", "'m' is no multiplier"},
      {"undefined_output", "m.v", kHead + "  assign O = {A * B, 1'bx};\nendmodule\n",
       "output bit O[0] is undriven or undefined ('x')"},
      {"several_multipliers", "m.v",
       kHead + "assign O = A * B; endmodule\nmodule m2(input [7:0] A,"
               " input [7:0] B, output [15:0] O); assign O = A * B; endmodule\n",
       "holds several multipliers: m, m2\n  fix: choose one with --top NAME"},
      {"blif_syntax", "m.blif", ".model m\n.foo\n", "m.blif:2: Syntax error"},
      {"file_type", "m.vhd", "entity m is end;", "unknown file type '.vhd'"},
  };
  return cases;
}

class MalformedSource : public testing::TestWithParam<SourceCase> {};

TEST_P(MalformedSource, is_refused_with_place_and_fix) {
  const auto& c = GetParam();
  EXPECT_THAT(message_of(c.file, c.content), HasSubstr(c.message));
}

INSTANTIATE_TEST_SUITE_P(FrontEnd, MalformedSource, testing::ValuesIn(source_cases()),
                         [](const auto& param) { return param.param.law; });

/// Yosys JSON with O = {8'b0, A & B}; `any_function` is not needed for the errors below.
json good_json() {
  json module;
  json& ports = module["ports"];
  json a = json::array();
  json b = json::array();
  json o = json::array();
  for (int i = 0; i < 8; ++i) {
    a.push_back(2 + i);
    b.push_back(10 + i);
    o.push_back(18 + i);
    module["cells"][fmt::format("g{}", i)] = {{"type", "$_AND_"},
                                              {"connections",
                                               {{"A", json::array({2 + i})},
                                                {"B", json::array({10 + i})},
                                                {"Y", json::array({18 + i})}}}};
  }
  for (int i = 8; i < 16; ++i) o.push_back("0");
  ports["A"] = {{"direction", "input"}, {"bits", a}};
  ports["B"] = {{"direction", "input"}, {"bits", b}};
  ports["O"] = {{"direction", "output"}, {"bits", o}};
  module["netnames"]["x"] = {{"bits", json::array({20})}};
  json document;
  document["modules"]["m"] = module;
  return document;
}

struct JsonCase {
  const char* law;
  void (*spoil)(json& module);
  const char* message;
};

const JsonCase kJsonCases[] = {
    {"negative_bit", [](json& m) { m["cells"]["g3"]["connections"]["A"] = json::array({-7}); },
     "pin A of cell 'g3': bit number -7 is out of range"},
    {"huge_bit", [](json& m) { m["cells"]["g3"]["connections"]["A"] = json::array({1e30}); },
     "pin A of cell 'g3': not a bit"},
    {"overflowing_bit",
     [](json& m) { m["cells"]["g3"]["connections"]["A"] = json::array({int64_t{1} << 40}); },
     "is out of range"},
    {"undriven_bit", [](json& m) { m["cells"]["g3"]["connections"]["A"] = json::array({9999}); },
     "net 'bit 9999' is read but nothing drives it"},
    {"two_bits",
     [](json& m) {
       m["cells"]["g3"]["connections"]["A"] = json::array({2, 3});
     },
     "cell 'g3' ($_AND_): pin A must be connected to one bit"},
    {"missing_pin", [](json& m) { m["cells"]["g3"]["connections"].erase("B"); },
     "cell 'g3' ($_AND_): pin B must be connected to one bit"},
    {"undefined_pin", [](json& m) { m["cells"]["g3"]["connections"]["A"] = json::array({"x"}); },
     "pin A of cell 'g3' is undriven or undefined ('x')"},
    {"two_drivers", [](json& m) { m["cells"]["g3"]["connections"]["Y"] = json::array({20}); },
     "net 'x' has more than one driver"},
    {"drives_a_constant",
     [](json& m) { m["cells"]["g3"]["connections"]["Y"] = json::array({"1"}); },
     "cell 'g3' drives a constant"},
    {"drives_an_input", [](json& m) { m["cells"]["g3"]["connections"]["Y"] = json::array({2}); },
     "net 'A[0]' has more than one driver"},
    {"register", [](json& m) { m["cells"]["g3"]["type"] = "$_DFF_P_"; }, "a register or latch"},
    {"word_cell", [](json& m) { m["cells"]["g3"]["type"] = "$add"; },
     "cell 'g3' has the unknown type '$add'"},
    {"loop", [](json& m) { m["cells"]["g3"]["connections"]["A"] = json::array({21}); },
     "combinational loop"},
    {"no_cells", [](json& m) { m.erase("cells"); }, "not Yosys JSON: 'cells' is missing"},
    {"no_ports", [](json& m) { m.erase("ports"); }, "not Yosys JSON: 'ports' is missing"},
    {"cells_is_a_number", [](json& m) { m["cells"] = 4; }, "'cells' is not an object"},
    {"cell_is_a_number", [](json& m) { m["cells"]["g3"] = 4; }, "not Yosys JSON"},
    {"port_is_a_number", [](json& m) { m["ports"]["A"] = 4; }, "not Yosys JSON"},
    {"bits_is_a_number", [](json& m) { m["ports"]["A"]["bits"] = 4; }, "8 are needed"},
    {"netnames_is_wrong", [](json& m) { m["netnames"]["x"] = 4; }, "not Yosys JSON"},
    {"constant_input", [](json& m) { m["ports"]["A"]["bits"][2] = "1"; },
     "input port bit A[2] is a constant"},
};

class MalformedJson : public testing::TestWithParam<JsonCase> {};

TEST_P(MalformedJson, is_refused_with_its_message) {
  json document = good_json();
  GetParam().spoil(document["modules"]["m"]);
  EXPECT_THAT(message_of("m.json", document.dump()), HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(FrontEnd, MalformedJson, testing::ValuesIn(kJsonCases),
                         [](const auto& param) { return param.param.law; });

TEST(FrontEndErrors, the_unspoilt_json_loads) {
  const TemporaryDirectory folder;
  write_file_atomically(folder.path() / "m.json", good_json().dump());
  LoadOptions options;
  options.any_function = true;
  EXPECT_EQ(load_netlist(folder.path() / "m.json", options).gates.size(), 8u + 8u);
}

TEST(FrontEndErrors, json_cut_off_anywhere_is_refused) {
  const auto text = good_json().dump(1);
  for (std::size_t size = 0; size + 1 < text.size(); size += 37) {
    EXPECT_THAT(message_of("m.json", text.substr(0, size)), HasSubstr("not valid JSON")) << size;
  }
}

TEST(FrontEndErrors, other_json_documents_are_refused) {
  EXPECT_THAT(message_of("m.json", "{}"), HasSubstr("not Yosys JSON: no 'modules'"));
  EXPECT_THAT(message_of("m.json", "[1, 2]"), HasSubstr("no 'modules'"));
  EXPECT_THAT(message_of("m.json", "{\"modules\": {}}"), HasSubstr("no 'modules'"));
  EXPECT_THAT(message_of("m.json", "{\"modules\": {\"m\": []}}"), HasSubstr("is not an object"));
  EXPECT_THAT(message_of("m.json", std::string("\x00\xff\xfe\x01", 4)),
              HasSubstr("not valid JSON"));
  auto two = good_json();
  two["modules"]["n"] = two["modules"]["m"];
  EXPECT_THAT(message_of("m.json", two.dump()), HasSubstr("has 2 top modules: m, n"));
}

TEST(FrontEndErrors, deeply_nested_json_is_refused_without_a_crash) {
  EXPECT_THAT(message_of("m.json", std::string(100000, '[')), HasSubstr("m.json"));
}

TEST(FrontEndErrors, missing_files_are_named) {
  EXPECT_THROW(load_netlist("/nonexistent/m.v"), InputError);
  EXPECT_THROW(load_netlist("/nonexistent/m.json"), InputError);
}

TEST(FrontEndErrors, missing_yosys_is_named_with_its_package) {
  const std::string path = environment("PATH");
  setenv("PATH", "/nonexistent", 1);
  std::string message = "accepted";
  try {
    load_netlist(circuit_file("plain_assigns.v"));
  } catch (const EnvironmentError& error) {
    message = error.what();
  }
  setenv("PATH", path.c_str(), 1);
  EXPECT_THAT(message, HasSubstr("cannot run 'yosys'"));
  EXPECT_THAT(message, HasSubstr("apt-get install yosys"));
}

}  // namespace
}  // namespace faultwave::netlist
