#include "fault/fault.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "base/error.hpp"
#include "base/rng.hpp"
#include "netlist/netlist_builder.hpp"

namespace faultwave::fault {
namespace {

using netlist::NetId;
using netlist::NetlistBuilder;
using testing::HasSubstr;

/// 8x8 circuit (no multiplier: names are all that matters here) with a dotted net name, fan-out
/// branches and output bits that are aliases.
netlist::Netlist circuit() {
  NetlistBuilder builder("circuit");
  std::vector<NetId> outputs;
  for (int bit = 0; bit < 8; ++bit) {
    const NetId both = builder.op_and(builder.a(bit), builder.b(bit), fmt::format("sig_{}", bit));
    outputs.push_back(both);
    outputs.push_back(builder.op_xor(both, builder.b(bit), fmt::format("n{}.YS", bit)));
  }
  return builder.finish(outputs, false);
}

const PeSpace kArray = PeSpace::array(4, 8);
const PeSpace kGpu = PeSpace::gpu(2, 4, 32, 8);

std::string message_of(const std::string& text, const PeSpace& space = kArray) {
  static const netlist::Netlist kCircuit = circuit();
  try {
    parse_fault(kCircuit, text, space);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "accepted";
}

Fault random_fault(CounterRng& rng, const std::vector<netlist::Site>& sites, const PeSpace& space) {
  Fault fault;
  fault.pe = static_cast<int>(rng.below(static_cast<uint64_t>(space.size())));
  fault.unit = static_cast<Unit>(rng.below(4));
  if (fault.unit == Unit::kMultiplier) {
    fault.site = sites[rng.below(sites.size())];
  } else {
    fault.bit = static_cast<int>(rng.below(fault.unit == Unit::kPartialSum ? 32 : 8));
  }
  fault.kind = static_cast<netlist::FaultKind>(rng.below(3));
  const uint64_t begin = rng.next() >> (1 + rng.below(63));
  switch (rng.below(4)) {
    case 0:
      fault.window = {begin, begin + 1 + rng.below(1000)};
      break;
    case 1:
      fault.window = {begin, UINT64_MAX};
      break;
    default:
      break;
  }
  return fault;
}

TEST(Fault, parsing_inverts_naming_for_random_faults) {
  constexpr uint64_t kSeed = 20;
  SCOPED_TRACE(fmt::format("seed {}", kSeed));
  const netlist::Netlist multiplier = circuit();
  const auto sites = netlist::enumerate_sites(multiplier);
  CounterRng rng(kSeed);
  for (int i = 0; i < 5000; ++i) {
    const PeSpace& space = i % 2 == 0 ? kArray : kGpu;
    const Fault fault = random_fault(rng, sites, space);
    const std::string name = fault_name(multiplier, fault, space);
    ASSERT_EQ(parse_fault(multiplier, name, space), fault) << name;
  }
}

TEST(Fault, names_have_the_documented_form) {
  const netlist::Netlist multiplier = circuit();
  Fault fault;
  fault.pe = 3 * 8 + 7;
  fault.site.net = multiplier.find("n4.YS");
  fault.kind = netlist::FaultKind::kStuckAt1;
  EXPECT_EQ(fault_name(multiplier, fault, kArray), "pe[3][7].mult.n4.YS.sa1");
  fault.window = {10, 20};
  EXPECT_EQ(fault_name(multiplier, fault, kArray), "pe[3][7].mult.n4.YS.sa1@10-20");
  fault.unit = Unit::kPartialSum;
  fault.bit = 31;
  fault.kind = netlist::FaultKind::kInvert;
  fault.window = {5, UINT64_MAX};
  EXPECT_EQ(fault_name(multiplier, fault, kArray), "pe[3][7].psum[31].inv@5-");
  fault.unit = Unit::kActivation;
  fault.bit = 0;
  fault.window = {0, UINT64_MAX};
  EXPECT_EQ(fault_name(multiplier, fault, kArray), "pe[3][7].activation[0].inv");
}

TEST(Fault, lanes_of_a_gpu_are_named_by_sm_sub_core_and_lane) {
  const netlist::Netlist multiplier = circuit();
  Fault fault;
  fault.pe = (1 * 4 + 2) * 32 + 17;
  fault.site.net = multiplier.find("n4.YS");
  fault.kind = netlist::FaultKind::kStuckAt1;
  EXPECT_EQ(fault_name(multiplier, fault, kGpu), "sm[1].sub[2].lane[17].mult.n4.YS.sa1");
  fault.unit = Unit::kPartialSum;
  fault.bit = 31;
  EXPECT_EQ(fault_name(multiplier, fault, kGpu), "sm[1].sub[2].lane[17].accumulator[31].sa1");
}

TEST(Fault, names_for_the_other_accelerator_are_refused_with_an_example) {
  EXPECT_EQ(message_of("pe[1][2].weight[0].sa0", kGpu),
            "fault 'pe[1][2].weight[0].sa0': names a PE of a systolic array, the accelerator is a "
            "GPU of 2 SMs x 4 sub-cores x 32 lanes; write for instance "
            "sm[0].sub[2].lane[17].mult.O[7].sa1 or sm[0].sub[2].lane[17].weight[6].sa0@100-200");
  EXPECT_THAT(message_of("sm[0].sub[0].lane[0].weight[0].sa0"),
              HasSubstr("names a lane of a GPU, the accelerator is an array of 4x8 PEs; write for "
                        "instance pe[3][7]"));
}

TEST(Fault, lanes_and_registers_that_a_gpu_lacks_are_refused) {
  EXPECT_EQ(message_of("sm[1].sub[3].lane[31].accumulator[31].sa0", kGpu), "accepted");
  EXPECT_THAT(
      message_of("sm[2].sub[0].lane[0].weight[0].sa0", kGpu),
      HasSubstr("SM 2 is outside the GPU of 2 SMs x 4 sub-cores x 32 lanes; SMs are 0 to 1"));
  EXPECT_THAT(message_of("sm[0].sub[4].lane[0].weight[0].sa0", kGpu),
              HasSubstr("sub-core 4 is outside"));
  EXPECT_THAT(message_of("sm[0].sub[0].lane[32].weight[0].sa0", kGpu),
              HasSubstr("lane 32 is outside the GPU of 2 SMs x 4 sub-cores x 32 lanes; lanes are 0 "
                        "to 31"));
  EXPECT_THAT(message_of("sm[0].lane[3].weight[0].sa0", kGpu), HasSubstr("lacks the sub-core"));
  EXPECT_THAT(message_of("sm[0].sub[0].lane[0].psum[0].sa0", kGpu),
              HasSubstr("a lane has no part 'psum'"));
}

TEST(PeSpace, activation_registers_reach_the_right_neighbours_of_an_array_only) {
  EXPECT_EQ(kArray.activation_reach(8 + 5), std::pair(8 + 5, 16));
  EXPECT_EQ(kGpu.activation_reach(70), std::pair(70, 71));
}

TEST(Fault, output_port_bits_are_accepted_as_aliases) {
  const netlist::Netlist multiplier = circuit();
  const Fault fault = parse_fault(multiplier, "pe[0][0].mult.O[1].sa0", PeSpace::array(1, 1));
  EXPECT_EQ(fault.site.net, multiplier.find("n0.YS"));
  EXPECT_TRUE(fault.site.is_stem());
}

TEST(Fault, window_end_is_exclusive) {
  const netlist::Netlist multiplier = circuit();
  const Window window =
      parse_fault(multiplier, "pe[0][0].weight[0].sa0@7-9", PeSpace::array(1, 1)).window;
  EXPECT_FALSE(window.contains(6));
  EXPECT_TRUE(window.contains(7));
  EXPECT_TRUE(window.contains(8));
  EXPECT_FALSE(window.contains(9));
  EXPECT_FALSE(window.is_permanent());
}

TEST(Fault, last_row_and_column_are_valid_and_the_next_are_not) {
  EXPECT_EQ(message_of("pe[3][7].psum[31].sa0"), "accepted");
  EXPECT_THAT(message_of("pe[4][7].psum[31].sa0"),
              HasSubstr("row 4 is outside the array of 4x8 PEs; rows are 0 to 3"));
  EXPECT_THAT(message_of("pe[3][8].psum[31].sa0"),
              HasSubstr("column 8 is outside the array of 4x8 PEs; columns are 0 to 7"));
  EXPECT_THAT(message_of("pe[3][7].psum[32].sa0"),
              HasSubstr("psum has no bit '32'; bits are 0 to 31"));
}

struct Malformed {
  const char* text;
  const char* message;
};

class MalformedFault : public testing::TestWithParam<Malformed> {};

TEST_P(MalformedFault, is_refused_with_its_text_and_what_is_wrong) {
  const std::string message = message_of(GetParam().text);
  EXPECT_THAT(message, HasSubstr(GetParam().message));
  EXPECT_THAT(message, HasSubstr(fmt::format("fault '{}'", GetParam().text)));
}

INSTANTIATE_TEST_SUITE_P(
    All, MalformedFault,
    testing::Values(
        Malformed{"", "is empty"}, Malformed{"banana", "must start with pe[ROW][COLUMN]"},
        Malformed{"pe", "must start with pe[ROW][COLUMN]"}, Malformed{"pe[3]", "lacks the column"},
        Malformed{"pe[3", "lacks the row"}, Malformed{"pe[3][4", "lacks the column"},
        Malformed{"pe[x][0].weight[0].sa0", "row 'x' is not a whole number"},
        Malformed{"pe[-1][0].weight[0].sa0", "row '-1' is not a whole number"},
        Malformed{"pe[0][].weight[0].sa0", "column '' is not a whole number"},
        Malformed{"pe[0][99999999999999999999].weight[0].sa0", "is not a whole number"},
        Malformed{"pe[9][0].weight[0].sa0", "row 9 is outside the array"},
        Malformed{"pe[0][0]", "expected '.' and a part of the PE"},
        Malformed{"pe[0][0]weight[0].sa0", "expected '.'"},
        Malformed{"pe[0][0].weight[0]", "has no fault kind"},
        Malformed{"pe[0][0].weight[0].sa2", "sa2"}, Malformed{"pe[0][0].weight[0].", "sa0"},
        Malformed{"pe[0][0].weight[0].sa1 please", "sa1 please"},
        Malformed{"pe[0][0].weight[8].sa0", "weight has no bit '8'; bits are 0 to 7"},
        Malformed{"pe[0][0].weight[b].sa0", "weight has no bit 'b'"},
        Malformed{"pe[0][0].weight.sa0", "names no bit; write weight[BIT]"},
        Malformed{"pe[0][0].weight[.sa0", "names no bit; write weight[BIT]"},
        Malformed{"pe[0][0].weight[1][2].sa0", "weight has no bit '1][2'"},
        Malformed{"pe[0][0].wieght[0].sa0", "did you mean 'weight'?"},
        Malformed{"pe[0][0].mul.O[7].sa0", "did you mean 'mult'?"},
        Malformed{"pe[0][0].mult.sa0", "names no net"},
        Malformed{"pe[0][0].mult.sig_9.sa0", "sig_"}, Malformed{"pe[0][0].mult.n4.YC.sa0", "n4.YS"},
        Malformed{"pe[0][0].mult..sa0", "fault"},
        Malformed{"pe[0][0].weight[0].sa0@", "bad window '@'"},
        Malformed{"pe[0][0].weight[0].sa0@5", "bad window '@5'"},
        Malformed{"pe[0][0].weight[0].sa0@a-b", "bad window '@a-b'"},
        Malformed{"pe[0][0].weight[0].sa0@5-9x", "bad window '@5-9x'"},
        Malformed{"pe[0][0].weight[0].sa0@9-9", "holds no cycle"},
        Malformed{"pe[0][0].weight[0].sa0@9-5", "holds no cycle"},
        Malformed{"pe[0][0].weight[0].sa0@1-2-3", "bad window '@1-2-3'"}));

TEST(Fault, no_truncation_or_changed_character_crashes_the_parser) {
  constexpr uint64_t kSeed = 21;
  SCOPED_TRACE(fmt::format("seed {}", kSeed));
  const netlist::Netlist multiplier = circuit();
  const std::string valid = "pe[3][7].mult.n4.YS.sa1@10-20";
  CounterRng rng(kSeed);
  int num_accepted = 0;
  for (int i = 0; i < 20000; ++i) {
    std::string text = valid.substr(0, rng.below(valid.size() + 1));
    if (!text.empty()) text[rng.below(text.size())] = static_cast<char>(rng.below(256));
    try {
      const Fault fault = parse_fault(multiplier, text, kArray);
      ++num_accepted;
      EXPECT_EQ(parse_fault(multiplier, fault_name(multiplier, fault, kArray), kArray), fault)
          << text;
    } catch (const UsageError&) {
    }
  }
  EXPECT_GT(num_accepted, 0);
}

}  // namespace
}  // namespace faultwave::fault
