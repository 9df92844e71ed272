#include "driver/multiplier.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "base/error.hpp"
#include "base/file.hpp"

namespace faultwave::driver {
namespace {

constexpr const char* kHeader = "name,pdk45_power,power_unit,pdk45_delay_ns\n";

std::optional<EnergyFigure> look_up(const std::string& csv, const std::string& name) {
  TemporaryDirectory folder;
  write_file_atomically(folder.path() / "catalog.csv", csv);
  return published_energy((folder.path() / "catalog.csv").string(), name);
}

TEST(Multiplier, published_energy_is_power_times_delay_in_either_unit) {
  const std::string csv = std::string(kHeader) + "x,0.5,mW,2.0\r\ny,428.70,uW,1.190\r\n";
  EXPECT_DOUBLE_EQ(look_up(csv, "x")->energy_pj, 1.0);
  EXPECT_NEAR(look_up(csv, "y")->energy_pj, 0.4287 * 1.19, 1e-12);
  EXPECT_EQ(look_up(csv, "y")->source, "published");
  EXPECT_FALSE(look_up(csv, "z").has_value());
}

TEST(Multiplier, malformed_catalogs_are_refused_with_their_line) {
  const auto error = [](const std::string& csv) -> std::string {
    try {
      look_up(csv, "x");
    } catch (const InputError& e) {
      return e.what();
    }
    return {};
  };
  EXPECT_THAT(error("name,power\nx,1\n"), ::testing::HasSubstr("column 'pdk45_power' is missing"));
  EXPECT_THAT(error(std::string(kHeader) + "x,1\n"),
              ::testing::HasSubstr("catalog.csv:2: 2 fields"));
  EXPECT_THAT(error(std::string(kHeader) + "x,a,mW,1\n"),
              ::testing::HasSubstr("'a' is not a number"));
  EXPECT_THAT(error(std::string(kHeader) + "x,1,W,1\n"), ::testing::HasSubstr("neither mW nor uW"));
}

TEST(Multiplier, shipped_ones_load_by_name_with_an_estimate_that_can_be_overridden) {
  const auto estimated = load_multiplier("fw8u_dadda");
  EXPECT_EQ(estimated.energy.source, "estimated");
  EXPECT_GT(estimated.energy.energy_pj, 0.1);
  EXPECT_EQ(estimated.table, netlist::exact_table(false));
  EXPECT_EQ(estimated.table_sha256, estimated.table.sha256());
  const auto configured = load_multiplier("fw8u_dadda", 2.0, 0.5);
  EXPECT_EQ(configured.energy.source, "configured");
  EXPECT_DOUBLE_EQ(configured.energy.energy_pj, 1.0);
  const auto slower = load_multiplier("fw8u_dadda", {}, 2 * estimated.energy.delay_ns);
  EXPECT_NEAR(slower.energy.energy_pj, 2 * estimated.energy.energy_pj, 1e-9);
  EXPECT_THROW(load_multiplier("fw8u_daddda"), InputError);
}

std::string with_header(const std::string& header) {
  return header +
         "module own(A, B, O);\n  input [7:0] A, B;\n  output [15:0] O;\n"
         "  assign O = A * B;\nendmodule\n";
}

TEST(Multiplier, published_verilog_is_found_by_name_and_its_header_gives_the_energy) {
  const TemporaryDirectory folder;
  const auto verilog = folder.path() / "evoapprox8b" / "verilog";
  std::filesystem::create_directories(verilog);
  write_file_atomically(verilog / "mul8u_own.v",
                        with_header("// MAE = 0 \n// PDK45_PWR = 0.500 mW\n"
                                    "// PDK45_AREA = 709.6 um2\n// PDK45_DELAY = 1.50 ns\n"));
  write_file_atomically(verilog / "mul8u_bare.v", with_header("// PDK45_PWR = 0.500 mW\n"));
  write_file_atomically(verilog / "mul8u_watts.v",
                        with_header("// a comment\n// PDK45_PWR = 0.5 W\n// PDK45_DELAY = 1 ns\n"));
  const std::string before = environment("FAULTWAVE_DATA");
  ::setenv("FAULTWAVE_DATA", folder.path().c_str(), 1);
  const auto found = load_multiplier("mul8u_own");
  const auto bare = load_multiplier("mul8u_bare");
  std::string message;
  try {
    load_multiplier("mul8u_watts");
  } catch (const InputError& error) {
    message = error.what();
  }
  if (before.empty()) {
    ::unsetenv("FAULTWAVE_DATA");
  } else {
    ::setenv("FAULTWAVE_DATA", before.c_str(), 1);
  }
  EXPECT_EQ(found.path, (verilog / "mul8u_own.v").string());
  EXPECT_EQ(found.table, netlist::exact_table(false));
  EXPECT_EQ(found.energy.source, "published");
  EXPECT_DOUBLE_EQ(found.energy.energy_pj, 0.75);
  EXPECT_DOUBLE_EQ(found.energy.delay_ns, 1.5);
  EXPECT_EQ(bare.energy.source, "estimated");
  EXPECT_THAT(message, ::testing::HasSubstr("mul8u_watts.v:2: PDK45_PWR is in 'W'"));
}

}  // namespace
}  // namespace faultwave::driver
