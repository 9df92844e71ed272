#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.hpp"
#include "base/subprocess.hpp"
#include "netlist/circuits_fixture.hpp"
#include "netlist/evaluate.hpp"
#include "netlist/front_end.hpp"
#include "netlist/netlist_builder.hpp"
#include "netlist/verilog_writer.hpp"

namespace faultwave::netlist {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

/// Writes, elaborates and loads the netlist again.
Netlist round_trip(const Netlist& netlist) {
  const TemporaryDirectory folder("scalar-writer");
  const auto path = folder.path() / (netlist.name + ".v");
  write_file_atomically(path, write_scalar_verilog(netlist));
  LoadOptions options;
  options.any_function = true;
  return load_netlist(path, options);
}

TEST(ScalarVerilogWriter, random_circuits_come_back_with_their_function) {
  const uint64_t first_seed = std::stoull(environment("FAULTWAVE_TEST_SEED", "1"));
  for (uint64_t seed = first_seed; seed < first_seed + 5; ++seed) {
    SCOPED_TRACE(fmt::format("FAULTWAVE_TEST_SEED={}", seed));
    auto netlist = random_netlist(seed, 150);
    netlist.is_signed = seed % 2 == 0;
    const auto loaded = round_trip(netlist);
    // Random bits: the front end decides signedness by ports, else by the nearer product.
    if (netlist.is_signed) {
      EXPECT_TRUE(loaded.is_signed);
    }
    EXPECT_EQ(product_table(loaded).raw, product_table(netlist).raw);
  }
}

TEST(ScalarVerilogWriter, names_that_are_no_identifiers_are_escaped_and_come_back) {
  NetlistBuilder builder("names");
  const std::vector<std::string> names = {"n1048.YC", "N[148]", "wire", "A", "O", "3x", "a b"};
  std::vector<NetId> outputs;
  for (std::size_t i = 0; i < names.size(); ++i) {
    outputs.push_back(builder.op_xor(builder.a(static_cast<int>(i)), builder.b(0), names[i]));
  }
  outputs.resize(16, outputs.front());
  const auto netlist = builder.finish(outputs, false);
  const auto loaded = round_trip(netlist);
  EXPECT_EQ(product_table(loaded).raw, product_table(netlist).raw);
  for (const char* name : {"n1048.YC", "N[148]", "wire"}) {
    EXPECT_NE(loaded.find(name), kNoNet) << name;
  }
  // Yosys keeps the backslash of names that begin with a digit.
  EXPECT_NE(loaded.find("\\3x"), kNoNet);
  // Ports keep their names, the nets get another one.
  EXPECT_NE(loaded.find("A_"), kNoNet);
  EXPECT_NE(loaded.find("O_"), kNoNet);
  EXPECT_NE(loaded.find("a_b"), kNoNet);
}

TEST(ScalarVerilogWriter, header_becomes_comment_lines) {
  auto netlist = exact_array_multiplier();
  const auto text = write_scalar_verilog(netlist, "first\n\nsecond line\n");
  EXPECT_THAT(text, StartsWith("// first\n//\n// second line\nmodule "));
  EXPECT_THAT(write_scalar_verilog(netlist), StartsWith("module "));
}

TEST(ScalarVerilogWriter, signedness_is_in_the_ports) {
  auto netlist = exact_array_multiplier();
  EXPECT_THAT(write_scalar_verilog(netlist), Not(HasSubstr("signed")));
  netlist.is_signed = true;
  const auto text = write_scalar_verilog(netlist);
  EXPECT_THAT(text, HasSubstr("input  wire signed [7:0] A"));
  EXPECT_THAT(text, HasSubstr("output wire signed [15:0] O"));
}

TEST(ScalarVerilogWriter, unread_operand_bits_pass_the_linter) {
  NetlistBuilder builder("partly_read");
  const NetId product = builder.op_and(builder.a(7), builder.b(7), "pp");
  std::vector<NetId> outputs(16, builder.constant(false));
  outputs[14] = product;
  const auto netlist = builder.finish(outputs, false);
  const TemporaryDirectory folder("scalar-writer");
  const auto path = folder.path() / "partly_read.v";
  write_file_atomically(path, write_scalar_verilog(netlist));
  ProcessResult result;
  try {
    result = run_process({"verilator", "--lint-only", "-Wall", path.string()}, "verilator");
  } catch (const EnvironmentError& error) {
    GTEST_SKIP() << error.what();
  }
  EXPECT_EQ(result.exit_code, 0) << result.output;
}

}  // namespace
}  // namespace faultwave::netlist
