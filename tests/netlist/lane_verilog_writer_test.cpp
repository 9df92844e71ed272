// The 64-lane modules, simulated by Icarus Verilog against the scalar oracle.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "base/file.hpp"
#include "base/rng.hpp"
#include "base/subprocess.hpp"
#include "netlist/circuits_fixture.hpp"
#include "netlist/evaluate.hpp"
#include "netlist/fault_site.hpp"
#include "netlist/verilog_writer.hpp"

namespace faultwave::netlist {
namespace {

using testing::HasSubstr;
using testing::Not;

uint64_t test_seed() { return std::stoull(environment("FAULTWAVE_TEST_SEED", "1")); }

struct Mask {
  uint64_t keep;
  uint64_t flip = 0;
};

std::string assign(const std::string& port, std::size_t index, uint64_t value) {
  return fmt::format("    {}[{}] = 64'h{:x};\n", port, index, value);
}

/// A test bench that applies every pair of `codes` to all lanes and prints the 16 words of o_o.
std::string test_bench(const LaneModuleOptions& options, const std::vector<Mask>& masks,
                       const std::vector<std::pair<uint8_t, uint8_t>>& codes) {
  const std::string width = fmt::format("[{}:0]", options.lanes - 1);
  std::string text = fmt::format(
      "module bench;\n  reg {0} a_i [0:7];\n  reg {0} b_i [0:7];\n  wire {0} o_o [0:15];\n"
      "  integer i;\n",
      width);
  if (options.faultable) {
    text += fmt::format("  reg {} mask_i [0:{}];\n", width, 2 * masks.size() - 1);
  }
  text += fmt::format("  {} dut (.a_i(a_i), .b_i(b_i), .o_o(o_o){});\n  initial begin\n",
                      lane_module_name(options), options.faultable ? ", .mask_i(mask_i)" : "");
  for (std::size_t site = 0; site < masks.size() && options.faultable; ++site) {
    text += assign("mask_i", 2 * site, masks[site].keep);
    text += assign("mask_i", 2 * site + 1, masks[site].flip);
  }
  for (const auto& [a, b] : codes) {
    for (std::size_t bit = 0; bit < 8; ++bit) {
      text += assign("a_i", bit, (a >> bit & 1) != 0 ? ~uint64_t{0} : 0);
      text += assign("b_i", bit, (b >> bit & 1) != 0 ? ~uint64_t{0} : 0);
    }
    text += "    #1;\n    for (i = 0; i < 16; i = i + 1) $display(\"%h\", o_o[i]);\n";
  }
  return text + "    $finish;\n  end\nendmodule\n";
}

/// Words that Icarus Verilog prints, 16 per pair of codes; empty (test skipped) without Icarus.
std::vector<uint64_t> simulate(const std::string& verilog) {
  const TemporaryDirectory folder("lane-writer");
  const auto source = folder.path() / "bench.sv";
  const auto program = folder.path() / "bench.vvp";
  write_file_atomically(source, verilog);
  ProcessResult result;
  try {
    result =
        run_process({"iverilog", "-g2012", "-Wall", "-o", program.string(), source.string()}, "");
  } catch (const EnvironmentError&) {
    return {};
  }
  EXPECT_EQ(result.exit_code, 0) << result.output;
  result = run_process({"vvp", "-n", program.string()}, "iverilog");
  EXPECT_EQ(result.exit_code, 0) << result.output;
  std::vector<uint64_t> words;
  std::istringstream lines(result.output);
  for (std::string line; std::getline(lines, line);) {
    if (line.find_first_not_of("0123456789abcdef") != std::string::npos) continue;
    words.push_back(std::stoull(line, nullptr, 16));
  }
  return words;
}

/// Every lane carries faults of its own; Icarus and the scalar oracle agree on random operands.
void compare_with_oracle(const Netlist& netlist, const LaneModuleOptions& options, uint64_t seed) {
  const auto sites = enumerate_sites(netlist);
  CounterRng rng(seed, 3);
  const auto lanes = static_cast<std::size_t>(options.lanes);
  const uint64_t all = lanes == 64 ? ~uint64_t{0} : (uint64_t{1} << lanes) - 1;
  std::vector<Mask> masks(sites.size(), Mask{all});
  std::vector<std::vector<NetFault>> faults(lanes);
  for (std::size_t lane = 0; lane < lanes && options.faultable; ++lane) {
    // Sites of a lane are all different; lane 0 is healthy.
    for (std::size_t i = 0; i < lane % 4; ++i) {
      const std::size_t site = (rng.below(sites.size() / 4) * 4 + i) % sites.size();
      const auto kind = static_cast<FaultKind>(rng.below(3));
      faults[lane].push_back({sites[site], kind});
      const uint64_t bit = uint64_t{1} << lane;
      if (kind != FaultKind::kInvert) masks[site].keep &= ~bit;
      if (kind != FaultKind::kStuckAt0) masks[site].flip |= bit;
    }
  }
  std::vector<std::pair<uint8_t, uint8_t>> codes;
  for (int i = 0; i < 40; ++i) {
    codes.emplace_back(static_cast<uint8_t>(rng.below(256)), static_cast<uint8_t>(rng.below(256)));
  }
  const auto words =
      simulate(write_lane_verilog(netlist, options) + test_bench(options, masks, codes));
  if (words.empty() && !::testing::Test::HasFailure()) GTEST_SKIP() << "install iverilog";
  ASSERT_EQ(words.size(), codes.size() * 16);
  for (std::size_t i = 0; i < codes.size(); ++i) {
    for (std::size_t lane = 0; lane < lanes; ++lane) {
      unsigned product = 0;
      for (std::size_t bit = 0; bit < 16; ++bit) {
        product |= static_cast<unsigned>(words[16 * i + bit] >> lane & 1) << bit;
      }
      ASSERT_EQ(product, evaluate_scalar(netlist, codes[i].first, codes[i].second, faults[lane]))
          << "lane " << lane << " of " << lanes << ", A = " << +codes[i].first
          << ", B = " << +codes[i].second;
    }
  }
}

TEST(LaneVerilogWriter, clean_modules_compute_the_scalar_function_in_every_lane) {
  SCOPED_TRACE(fmt::format("FAULTWAVE_TEST_SEED={}", test_seed()));
  compare_with_oracle(exact_array_multiplier(), {64, false}, test_seed());
  for (const int lanes : {1, 2, 63}) {
    compare_with_oracle(random_netlist(test_seed(), 120), {lanes, false}, test_seed());
  }
}

TEST(LaneVerilogWriter, faultable_modules_show_the_faults_of_each_lane) {
  for (uint64_t seed = test_seed(); seed < test_seed() + 3; ++seed) {
    SCOPED_TRACE(fmt::format("FAULTWAVE_TEST_SEED={}", seed));
    compare_with_oracle(random_netlist(seed, 120), {64, true}, seed);
  }
  compare_with_oracle(random_netlist(test_seed(), 120), {1, true}, test_seed());
  compare_with_oracle(random_netlist(test_seed(), 120), {5, true}, test_seed());
}

TEST(LaneVerilogWriter, faultable_modules_have_two_masks_per_site) {
  const auto netlist = exact_array_multiplier();
  const auto text = write_lane_verilog(netlist, {64, true});
  const auto num_sites = enumerate_sites(netlist).size();
  EXPECT_THAT(text, HasSubstr(fmt::format("mask_i [0:{}]", 2 * num_sites - 1)));
  for (std::size_t mask = 0; mask < 2 * num_sites; ++mask) {
    EXPECT_THAT(text, HasSubstr(fmt::format("mask_i[{}]", mask)));
  }
  EXPECT_THAT(write_lane_verilog(netlist, {64, false}), Not(HasSubstr("mask_i")));
}

TEST(LaneVerilogWriter, modules_are_named_after_lanes_and_variant) {
  const auto netlist = exact_array_multiplier();
  EXPECT_EQ(lane_module_name({64, false}), "pe_64");
  EXPECT_EQ(lane_module_name({8, true}), "pe_8_faultable");
  EXPECT_THAT(write_lane_verilog(netlist, {64, false}), HasSubstr("module pe_64 ("));
  EXPECT_THAT(write_lane_verilog(netlist, {8, true}), HasSubstr("module pe_8_faultable ("));
}

TEST(LaneVerilogWriter, lanes_are_limited_to_1_to_64) {
  const auto netlist = exact_array_multiplier();
  EXPECT_NO_THROW(write_lane_verilog(netlist, {1, false}));
  EXPECT_NO_THROW(write_lane_verilog(netlist, {64, true}));
  EXPECT_THROW(write_lane_verilog(netlist, {0, false}), UsageError);
  EXPECT_THROW(write_lane_verilog(netlist, {65, true}), UsageError);
  EXPECT_THROW(write_lane_verilog(netlist, {-1, false}), UsageError);
}

TEST(LaneVerilogWriter, names_cannot_leave_their_comment_line) {
  auto netlist = exact_array_multiplier();
  netlist.name = "evil\nmodule x;\r\\";
  const auto text = write_lane_verilog(netlist, {64, false});
  EXPECT_THAT(text, testing::StartsWith("// evil module x;  : 64 lanes per net.\nmodule pe_64 ("));
}

}  // namespace
}  // namespace faultwave::netlist
