// What native lane models are built from, and when.
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "base/file.hpp"
#include "native/mac_model.hpp"
#include "native/mac_source.hpp"
#include "support/multipliers.hpp"

namespace faultwave::native {
namespace {

using netlist::Netlist;

TEST(VectorTarget, follows_the_simd_level_and_the_lanes_asked_for) {
  EXPECT_EQ(vector_target("AVX3_ZEN4").lanes, 512);
  EXPECT_EQ(vector_target("AVX3").lanes, 512);
  EXPECT_EQ(vector_target("AVX2").lanes, 256);
  EXPECT_EQ(vector_target("SSE4").lanes, 128);
  EXPECT_EQ(vector_target("NEON").lanes, 128);
  EXPECT_EQ(vector_target("SCALAR").lanes, 64);
  EXPECT_EQ(vector_target("AVX3", 256).lanes, 256);
  EXPECT_EQ(vector_target("AVX2", 255).lanes, 128);
  EXPECT_EQ(vector_target("AVX2", 1).lanes, 64);
}

TEST(MacSource, refuses_other_widths_and_circuits) {
  const Netlist netlist = test_support::array_multiplier();
  EXPECT_NO_THROW(write_mac_source(netlist, {512, false}));
  EXPECT_THROW(write_mac_source(netlist, {1024, false}), UsageError);
  EXPECT_THROW(write_mac_source(netlist, {32, false}), UsageError);
  Netlist narrow = netlist;
  narrow.port_o.pop_back();
  EXPECT_THROW(write_mac_source(narrow, {64, false}), UsageError);
}

TEST(MacModelBuild, is_another_file_for_other_gates_widths_and_variants) {
  const TemporaryDirectory folder("native-build");
  const Netlist netlist = test_support::array_multiplier();
  Netlist other = netlist;
  for (auto& gate : other.gates) {
    if (gate.kind == netlist::GateKind::kXor) gate.kind = netlist::GateKind::kXnor;
  }
  const VectorTarget narrow = vector_target("SCALAR");
  const auto first = build_mac_model(netlist, false, narrow, folder.path());
  EXPECT_EQ(build_mac_model(netlist, false, narrow, folder.path()), first);
  EXPECT_NE(build_mac_model(other, false, narrow, folder.path()), first);
  EXPECT_NE(build_mac_model(netlist, true, narrow, folder.path()), first);
  EXPECT_NE(build_mac_model(netlist, false, vector_target("SSE2"), folder.path()), first);
}

TEST(MacModelBuild, is_repeated_when_the_cached_file_is_damaged) {
  const TemporaryDirectory folder("native-build");
  const Netlist netlist = test_support::array_multiplier();
  const VectorTarget narrow = vector_target("SCALAR");
  const auto file = build_mac_model(netlist, false, narrow, folder.path());
  const std::string content = read_file(file);
  write_file_atomically(file, content.substr(0, content.size() / 2));
  EXPECT_EQ(build_mac_model(netlist, false, narrow, folder.path()), file);
  EXPECT_EQ(read_file(file).size(), content.size());
  MacModel model(netlist, narrow, folder.path());
}

}  // namespace
}  // namespace faultwave::native
